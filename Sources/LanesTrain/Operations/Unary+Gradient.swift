import Lanes

extension UnaryNode {
  /// y = f(x): dx = f'(·)·dy, with f' in terms of y or of x, as the list of operations says (contract, C3).
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let argument = function.gradientArgument == .output ? request.result : request.operands[0]
    return [
      request.graph.add(UnaryGradientNode(function: function), [argument, request.upstream], at: request.location)
    ]
  }
}

/// dx = f'(·)·dy from the argument of f' and dy.
struct UnaryGradientNode: NodeOperation {
  let function: UnaryOperation

  var name: String { "\(function) gradient" }
  func mayOverwrite(operand: Int) -> Bool { true }

  func value(of operands: [Value]) -> Value { operands[1] }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, function) = (wiring.backend, function)
    let (value, dy) = (wiring.operands[0].slot, wiring.operands[1].slot)
    let (dx, count) = (wiring.result.slot, wiring.result.shape.count)
    return { slots throws(LanesError) in
      try backend.unaryGradient(function, count: count, of: slots[value], slots[dy], into: slots[dx])
    }
  }
}
