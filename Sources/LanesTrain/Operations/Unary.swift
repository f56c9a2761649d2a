import Lanes

/// y = f(x), element by element.
struct UnaryNode: NodeOperation {
  let function: UnaryOperation

  var name: String { "\(function)" }
  func mayOverwrite(operand: Int) -> Bool { true }
  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool { true }

  func value(of operands: [Value]) throws(Mismatch) -> Value { try operands[0].requireFloat() }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, function) = (wiring.backend, function)
    let (x, y, count) = (wiring.operands[0].slot, wiring.result.slot, wiring.result.shape.count)
    return { slots throws(LanesError) in try backend.unary(function, count: count, slots[x], into: slots[y]) }
  }
}

extension Value {
  func requireFloat() throws(Mismatch) -> Value {
    if type != .float32 { throw Mismatch("its operand holds labels, not numbers") }
    return self
  }
}

extension SymbolicTensor {
  /// f of every element.
  func map(_ function: UnaryOperation, at location: SourceLocation) -> SymbolicTensor {
    graph.add(UnaryNode(function: function), [self], at: location)
  }
}
