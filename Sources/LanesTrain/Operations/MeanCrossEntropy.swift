import Lanes

/// The mean of softmax cross-entropy with labels, which may be ignored, smoothed and weighted by a third operand: [].
struct MeanCrossEntropyNode: NodeOperation {
  let ignoredLabel: Int32?
  /// The bits, so that equal nodes are equal values.
  let smoothingBits: UInt32

  var name: String { "softmax cross-entropy" }
  private var smoothing: Float { Float(bitPattern: smoothingBits) }

  /// Logits [rows, classes]; labels [rows] of int32; a weight a class, or none.
  func value(of operands: [Value]) throws(Mismatch) -> Value {
    let logits = try operands[0].requireFloat().shape
    if operands[1].shape.count != logits.rows {
      throw Mismatch("logits \(logits) need \(logits.rows) labels, but these are \(operands[1].shape)")
    }
    guard smoothing >= 0, smoothing <= 1 else {
      throw Mismatch("the label smoothing is \(smoothing), and must be between 0 and 1")
    }
    return Value(shape: .scalar, type: .float32)
  }

  /// loss = Σ w·loss_row / Σ w: dx by the kernel, which divides. A dloss that is one known number goes into it.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let scale = request.upstream.uniform
    let node = MeanCrossEntropyGradientNode(loss: self, scaleBits: (scale ?? 1).bitPattern)
    let gradient = request.graph.add(node, request.operands, at: request.location)
    let others = request.operands.dropFirst().map { _ in nil as SymbolicTensor? }
    return [scale == nil ? gradient * request.upstream : gradient] + others
  }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, mean, call) = (wiring.backend, wiring.result.slot, call(wiring))
    return { slots throws(LanesError) in
      var call = call(slots)
      call.mean = slots[mean]
      try backend.softmaxCrossEntropy(call)
    }
  }

  /// The common part of the loss's call and the gradient's.
  fileprivate func call(_ wiring: Wiring) -> (Slots) -> SoftmaxCrossEntropy {
    let (logits, labels) = (wiring.operands[0].slot, wiring.operands[1].slot)
    let (rows, columns) = (wiring.operands[0].shape.rows, wiring.operands[0].shape.columns)
    let weights = wiring.operands.count > 2 ? wiring.operands[2].slot : nil
    return { slots in
      SoftmaxCrossEntropy(
        rows: rows, columns: columns, logits: MatrixInput(slots[logits], stride: columns),
        target: .labels(
          UnsafeRawPointer(slots[labels]).assumingMemoryBound(to: Int32.self),
          options(classWeights: weights.map { UnsafePointer(slots[$0]) })))
    }
  }

  func options(classWeights: UnsafePointer<Float>?) -> LabelOptions {
    LabelOptions(ignoredLabel: ignoredLabel, classWeights: classWeights, smoothing: smoothing)
  }
}

/// scale · the gradient of the mean with respect to the logits.
struct MeanCrossEntropyGradientNode: NodeOperation {
  let loss: MeanCrossEntropyNode
  let scaleBits: UInt32

  var name: String { "softmax cross-entropy gradient" }
  func mayOverwrite(operand: Int) -> Bool { operand == 0 }

  func value(of operands: [Value]) -> Value { operands[0] }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, gradient, columns) = (wiring.backend, wiring.result.slot, wiring.result.shape.columns)
    let (call, scale) = (loss.call(wiring), Float(bitPattern: scaleBits))
    return { slots throws(LanesError) in
      var call = call(slots)
      call.gradient = MatrixOutput(slots[gradient], stride: columns)
      (call.scale, call.gradientOfMean) = (scale, true)
      try backend.softmaxCrossEntropy(call)
    }
  }
}
