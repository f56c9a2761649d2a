import Lanes

extension SoftmaxNode {
  /// y = softmax(x): dx = (dy − Σ dy·y)·y, row by row. y = log softmax(x): dx = dy − exp(y)·Σ dy.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let gradient = SoftmaxGradientNode(isLogarithm: isLogarithm)
    return [request.graph.add(gradient, [request.result, request.upstream], at: request.location)]
  }
}

/// From softmax's or log-softmax's output and dy.
struct SoftmaxGradientNode: NodeOperation {
  let isLogarithm: Bool

  var name: String { isLogarithm ? "log-softmax gradient" : "softmax gradient" }
  func mayOverwrite(operand: Int) -> Bool { true }

  func value(of operands: [Value]) -> Value { operands[0] }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, isLogarithm) = (wiring.backend, isLogarithm)
    let (rows, columns) = (wiring.result.shape.rows, wiring.result.shape.columns)
    let (y, dy, dx) = (wiring.operands[0].slot, wiring.operands[1].slot, wiring.result.slot)
    return { slots throws(LanesError) in
      let value = MatrixInput(slots[y], stride: columns)
      let upstream = MatrixInput(slots[dy], stride: columns)
      let output = MatrixOutput(slots[dx], stride: columns)
      if isLogarithm {
        try backend.logSoftmaxGradient(rows: rows, columns: columns, of: value, upstream, into: output)
      } else {
        try backend.softmaxGradient(rows: rows, columns: columns, of: value, upstream, into: output)
      }
    }
  }
}

extension SoftmaxCrossEntropyNode {
  /// loss = log Σ exp(x) − x_label: dx = (softmax(x) − onehot)·dloss, row by row. A dloss that is one known number, as that
  /// of a mean is, goes into the kernel. With target probabilities: dt = −log softmax(x)·dloss.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let (operands, upstream) = (request.operands, request.upstream)
    let scale = upstream.uniform
    let dTarget = request.wanted[1] ? -logSoftmax(request) * column(upstream, request) : nil
    guard request.wanted[0] else { return [nil, dTarget] }
    let gradient = request.graph.add(
      SoftmaxCrossEntropyGradientNode(scaleBits: (scale ?? 1).bitPattern), operands, at: request.location)
    return [scale == nil ? gradient * column(upstream, request) : gradient, dTarget]
  }

  private func column(_ x: SymbolicTensor, _ request: GradientRequest) -> SymbolicTensor {
    x.reshaped(to: [request.operands[0].shape.rows, 1], at: request.location)
  }

  private func logSoftmax(_ request: GradientRequest) -> SymbolicTensor {
    request.graph.add(SoftmaxNode(isLogarithm: true), [request.operands[0]], at: request.location)
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
