import Lanes

/// y = f(x), element by element.
struct UnaryNode: NodeOperation {
  let function: UnaryOperation

  var name: String { "\(function)" }
  func mayOverwrite(operand: Int) -> Bool { true }

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

/// `x < 0 ? 0 : x`. TensorFlow: `tf.nn.relu`.
public func relu(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.relu, at: SourceLocation(file, line))
}
/// `1 / (1 + exp(−x))`. TensorFlow: `tf.nn.sigmoid`.
public func sigmoid(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.sigmoid, at: SourceLocation(file, line))
}
/// TensorFlow: `tf.nn.tanh`.
public func tanh(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.tanh, at: SourceLocation(file, line))
}
public func exp(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.exp, at: SourceLocation(file, line))
}
/// The natural logarithm.
public func log(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.log, at: SourceLocation(file, line))
}
public func sqrt(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.sqrt, at: SourceLocation(file, line))
}
public func square(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.square, at: SourceLocation(file, line))
}
public func abs(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.abs, at: SourceLocation(file, line))
}
/// `1 / x`.
public func reciprocal(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.map(.reciprocal, at: SourceLocation(file, line))
}
public prefix func - (x: SymbolicTensor) -> SymbolicTensor { x.map(.negate, at: x.location) }
