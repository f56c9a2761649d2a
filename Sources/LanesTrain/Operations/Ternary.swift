import Lanes

/// f(a, b, c), element by element, with broadcasting.
struct TernaryNode: NodeOperation {
  let function: TernaryOperation

  var name: String { "\(function)" }
  func mayOverwrite(operand: Int) -> Bool { true }
  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool { !operands.contains(.none) }

  func value(of operands: [Value]) throws(Mismatch) -> Value { try broadcastValue(of: operands) }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, function, shape) = (wiring.backend, function, wiring.result.shape)
    let (rows, columns, out) = (shape.rows, shape.columns, wiring.result.slot)
    let a = BroadcastOperand(wiring.operands[0], in: shape)
    let b = BroadcastOperand(wiring.operands[1], in: shape)
    let c = BroadcastOperand(wiring.operands[2], in: shape)
    return { slots throws(LanesError) in
      try backend.ternary(
        function, rows: rows, columns: columns, a.at(slots), b.at(slots), c.at(slots),
        into: MatrixOutput(slots[out], stride: columns))
    }
  }
}

/// `a` where the condition is not 0, else `b`. TensorFlow: `tf.where`.
public func select(
  _ condition: SymbolicTensor, _ a: SymbolicTensor, _ b: SymbolicTensor,
  file: String = #fileID, line: Int = #line
) -> SymbolicTensor {
  select(condition, a, b, at: SourceLocation(file, line))
}

func select(
  _ condition: SymbolicTensor, _ a: SymbolicTensor, _ b: SymbolicTensor, at location: SourceLocation
) -> SymbolicTensor {
  condition.graph.add(TernaryNode(function: .select), [condition, a, b], at: location)
}

/// x, moved to the nearer bound where it is outside. TensorFlow: `tf.clip_by_value`.
public func clip(
  _ x: SymbolicTensor, _ low: Float, _ high: Float, file: String = #fileID, line: Int = #line
) -> SymbolicTensor {
  let location = SourceLocation(file, line)
  let bounds = [x.graph.constant(low, at: location), x.graph.constant(high, at: location)]
  return x.graph.add(TernaryNode(function: .clip), [x] + bounds, at: location)
}
