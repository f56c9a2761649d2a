import Lanes

extension ReduceNode {
  /// sum: every element gets dy. mean: dy / count. max: the largest elements share dy equally.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let (x, y, dy) = (request.operands[0], request.result, request.upstream)
    switch function {
    case .sum: return [dy.broadcast(to: x.shape, at: request.location)]
    case .mean:
      let count = Float(x.shape.count) / Float(Swift.max(y.shape.count, 1))
      return [(dy / count).broadcast(to: x.shape, at: request.location)]
    case .max:
      let largest = x .== y
      let share = largest * (dy / largest.reduced(.sum, axis, at: request.location))
      return [share.reshaped(to: x.shape, at: request.location)]
    }
  }
}
