import Lanes

/// The same elements, in the same order, in another shape. Costs nothing: the result is the operand's memory.
struct ReshapeNode: NodeOperation {
  let shape: Shape

  var name: String { "reshape" }

  func value(of operands: [Value]) throws(Mismatch) -> Value {
    if operands[0].shape.count != shape.count {
      throw Mismatch("\(operands[0].shape) has \(operands[0].shape.count) elements, and \(shape) has \(shape.count)")
    }
    return Value(shape: shape, type: operands[0].type)
  }

  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    [request.upstream.reshaped(to: request.operands[0].shape, at: request.location)]
  }

  func kernel(_ wiring: Wiring) -> Kernel? { nil }
}

/// Rows, columns or a scalar, repeated to a full tensor.
struct BroadcastNode: NodeOperation {
  let shape: Shape

  var name: String { "broadcast" }

  func value(of operands: [Value]) throws(Mismatch) -> Value {
    if operands[0].shape.broadcast(with: shape)?.count != shape.count {
      throw Mismatch("\(operands[0].shape) cannot be repeated to \(shape)")
    }
    return Value(shape: shape, type: .float32)
  }

  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    [request.upstream.summed(to: request.operands[0].shape)]
  }

  /// Each element of the smaller with itself: their maximum is the element, to the bit.
  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, rows, columns) = (wiring.backend, shape.rows, shape.columns)
    let (x, out) = (BroadcastOperand(wiring.operands[0], in: shape), wiring.result.slot)
    return { slots throws(LanesError) in
      try backend.binary(
        .maximum, rows: rows, columns: columns, x.at(slots), x.at(slots),
        into: MatrixOutput(slots[out], stride: columns))
    }
  }
}

extension SymbolicTensor {
  func reshaped(to shape: Shape, at location: SourceLocation) -> SymbolicTensor {
    if shape == self.shape { return self }
    if let uniform { return graph.constant(uniform, shape, at: location) }
    return graph.add(ReshapeNode(shape: shape), [self], at: location)
  }

  func broadcast(to shape: Shape, at location: SourceLocation) -> SymbolicTensor {
    if shape == self.shape { return self }
    if let uniform { return graph.constant(uniform, shape, at: location) }
    return graph.add(BroadcastNode(shape: shape), [self], at: location)
  }

  /// The same elements in another shape.
  public func reshaped(_ shape: Shape, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
    reshaped(to: shape, at: SourceLocation(file, line))
  }
}
