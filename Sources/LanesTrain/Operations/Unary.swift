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
public func relu(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.relu, at: location)
}
/// `1 / (1 + exp(−x))`. TensorFlow: `tf.nn.sigmoid`.
public func sigmoid(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.sigmoid, at: location)
}
/// TensorFlow: `tf.nn.tanh`.
public func tanh(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.tanh, at: location)
}
public func exp(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.exp, at: location)
}
/// The natural logarithm.
public func log(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.log, at: location)
}
public func sqrt(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.sqrt, at: location)
}
public func square(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.square, at: location)
}
public func abs(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.abs, at: location)
}
/// `1 / x`.
public func reciprocal(_ x: SymbolicTensor, at location: SourceLocation = SourceLocation()) -> SymbolicTensor {
  x.map(.reciprocal, at: location)
}
public prefix func - (x: SymbolicTensor) -> SymbolicTensor { x.map(.negate, at: x.location) }
