import Lanes

extension SoftmaxNode {
  /// y = softmax(x): dx = (dy − Σ dy·y)·y, row by row.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    [request.graph.add(SoftmaxGradientNode(), [request.result, request.upstream], at: request.location)]
  }
}

/// From softmax's output and dy.
struct SoftmaxGradientNode: NodeOperation {
  var name: String { "softmax gradient" }
  func mayOverwrite(operand: Int) -> Bool { true }

  func value(of operands: [Value]) -> Value { operands[0] }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, shape) = (wiring.backend, wiring.result.shape)
    let (y, dy, dx) = (wiring.operands[0].slot, wiring.operands[1].slot, wiring.result.slot)
    return { slots throws(LanesError) in
      try backend.softmaxGradient(
        rows: shape.rows, columns: shape.columns, of: MatrixInput(slots[y], stride: shape.columns),
        MatrixInput(slots[dy], stride: shape.columns), into: MatrixOutput(slots[dx], stride: shape.columns))
    }
  }
}

extension SoftmaxCrossEntropyNode {
  /// loss = log Σ exp(x) − x_label: dx = (softmax(x) − onehot)·dloss, row by row. A dloss that is one known number, as that
  /// of a mean is, goes into the kernel. With target probabilities: dt = −log softmax(x)·dloss.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let (operands, upstream) = (request.operands, request.upstream)
    let scale = upstream.uniform
    let dTarget = request.wanted[1] ? logSoftmaxNegated(request) * column(upstream, request) : nil
    guard request.wanted[0] else { return [nil, dTarget] }
    let gradient = request.graph.add(
      SoftmaxCrossEntropyGradientNode(scaleBits: (scale ?? 1).bitPattern), operands, at: request.location)
    return [scale == nil ? gradient * column(upstream, request) : gradient, dTarget]
  }

  private func column(_ x: SymbolicTensor, _ request: GradientRequest) -> SymbolicTensor {
    x.reshaped(to: [request.operands[0].shape.rows, 1], at: request.location)
  }

  /// log Σ exp(z) − z with z = x − max x: finite wherever the logits are.
  private func logSoftmaxNegated(_ request: GradientRequest) -> SymbolicTensor {
    let (x, location) = (request.operands[0], request.location)
    let z = x - x.reduced(.max, .eachRow, at: location)
    return z.map(.exp, at: location).reduced(.sum, .eachRow, at: location).map(.log, at: location) - z
  }
}

/// (softmax(logits) − onehot)·scale.
struct SoftmaxCrossEntropyGradientNode: NodeOperation {
  let scaleBits: UInt32

  var name: String { "softmax cross-entropy gradient" }
  func mayOverwrite(operand: Int) -> Bool { operand == 0 }

  func value(of operands: [Value]) -> Value { operands[0] }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, gradient, columns) = (wiring.backend, wiring.result.slot, wiring.result.shape.columns)
    let (rows, scale) = (CrossEntropyRows(wiring), Float(bitPattern: scaleBits))
    return { slots throws(LanesError) in
      var call = rows.call(slots)
      call.gradient = MatrixOutput(slots[gradient], stride: columns)
      call.scale = scale
      try backend.softmaxCrossEntropy(call)
    }
  }
}
