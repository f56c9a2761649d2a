import Lanes

/// Softmax cross-entropy of logits = x·w + bias with labels, and its gradients: as many results as there are outputs. No
/// expression makes it; compiling puts it in the place of matmul, plus, cross-entropy and what gradients make of them.
struct LinearCrossEntropyNode: NodeOperation {
  enum Output: Hashable { case loss, xGradient, weightsGradient, biasGradient }

  /// In the results' order.
  let outputs: [Output]
  /// Whether the loss is that mean, of which the gradients are, too; nil: a loss a row, and the gradients of their sum.
  let mean: MeanCrossEntropyNode?
  /// Of the gradients.
  let scaleBits: UInt32
  /// The last operand, after x, weights, labels, and class weights where the mean has any.
  let hasBias: Bool

  var name: String { "matmul" }

  /// The loss.
  func value(of operands: [Value]) -> Value {
    Value(shape: mean == nil ? [operands[0].shape.rows] : .scalar, type: .float32)
  }

  func workspace(for operands: [Value], on backend: any Backend) -> Int {
    let (x, weights) = (operands[0].shape, operands[1].shape)
    return backend.linearCrossEntropyWorkspace(rows: x.rows, inputs: x.columns, classes: weights.columns)
  }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, mean, scale) = (wiring.backend, mean, Float(bitPattern: scaleBits))
    let (rows, inputs) = (wiring.operands[0].shape.rows, wiring.operands[0].shape.columns)
    let classes = wiring.operands[1].shape.columns
    let (x, weights, labels) = (wiring.operands[0].slot, wiring.operands[1].slot, wiring.operands[2].slot)
    let bias = hasBias ? wiring.operands.last?.slot : nil
    let classWeights = wiring.operands.count > (hasBias ? 4 : 3) ? wiring.operands[3].slot : nil
    func slot(_ output: Output) -> Int? { outputs.firstIndex(of: output).map { wiring.results[$0].slot } }
    let (loss, biasGradient) = (slot(.loss), slot(.biasGradient))
    let (xGradient, weightsGradient) = (slot(.xGradient), slot(.weightsGradient))
    let workspace = wiring.workspace
    return { slots throws(LanesError) in
      var call = LinearCrossEntropy(
        rows: rows, inputs: inputs, classes: classes, x: MatrixInput(slots[x], stride: inputs),
        weights: MatrixInput(slots[weights], stride: classes),
        labels: UnsafeRawPointer(slots[labels]).assumingMemoryBound(to: Int32.self), scale: scale,
        gradientOfMean: mean != nil)
      if let bias { call.bias = UnsafePointer(slots[bias]) }
      if let mean {
        call.labelOptions = mean.options(classWeights: classWeights.map { UnsafePointer(slots[$0]) })
        call.mean = loss.map { slots[$0] }
      } else {
        call.loss = loss.map { slots[$0] }
      }
      if let xGradient { call.xGradient = MatrixOutput(slots[xGradient], stride: inputs) }
      if let weightsGradient { call.weightsGradient = MatrixOutput(slots[weightsGradient], stride: classes) }
      if let biasGradient { call.biasGradient = slots[biasGradient] }
      if let workspace {
        call.workspace = UnsafeMutableBufferPointer(start: slots[workspace.slot], count: workspace.count)
      }
      try backend.linearCrossEntropy(call)
    }
  }
}
