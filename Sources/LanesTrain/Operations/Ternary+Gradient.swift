import Lanes

extension TernaryNode {
  /// select(c, a, b): a gets dy where c holds, b elsewhere. clip(x, low, high): x gets dy where it is within the bounds.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let operands = request.operands
    let (dy, wanted) = (request.upstream, request.wanted)
    let zero = request.graph.constant(0, at: request.location)
    switch function {
    case .select:
      let condition = operands[0]
      let da = wanted[1] ? select(condition, dy, zero, at: request.location) : nil
      let db = wanted[2] ? select(condition, zero, dy, at: request.location) : nil
      return [nil, da?.summed(to: operands[1].shape), db?.summed(to: operands[2].shape)]
    case .clip:
      let (x, low, high) = (operands[0], operands[1], operands[2])
      let dx = wanted[0] ? dy.where((x .>= low) * (x .<= high)) : nil
      let dLow = wanted[1] ? dy.where(x .< low) : nil
      let dHigh = wanted[2] ? dy.where(x .> high) : nil
      return [dx?.summed(to: x.shape), dLow?.summed(to: low.shape), dHigh?.summed(to: high.shape)]
    }
  }
}
