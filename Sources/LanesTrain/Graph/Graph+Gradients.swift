extension Graph {
  /// The gradients of a scalar with respect to variables or inputs: more graph, which compiling turns into kernels.
  ///
  /// Reverse-mode differentiation. A value that the loss does not depend on has the gradient 0.
  public func gradients(
    of loss: SymbolicTensor, withRespectTo targets: [SymbolicTensor], file: String = #fileID, line: Int = #line
  ) -> [SymbolicTensor] {
    gradients(of: loss, withRespectTo: targets, at: SourceLocation(file, line))
  }

  func gradients(
    of loss: SymbolicTensor, withRespectTo targets: [SymbolicTensor], at location: SourceLocation
  ) -> [SymbolicTensor] {
    if ([loss] + targets).contains(where: { $0.graph !== self }) {
      fail("gradients", [loss.shape], "the loss and its variables belong to different graphs", at: location)
      return targets.map { constant(0, $0.shape, at: location) }
    }
    if loss.shape.count != 1 {
      fail("gradients", [loss.shape], "the gradient is taken of a scalar, but this is \(loss.shape)", at: location)
    }
    let wanted = Set(targets.map(\.node))
    var leads = [Bool](repeating: false, count: loss.node + 1)
    for node in 0...loss.node {
      leads[node] = wanted.contains(node) || nodes[node].operands.contains { leads[$0] }
    }
    var gradient: [Int: SymbolicTensor] = [loss.node: constant(1, loss.shape, at: loss.location)]
    for node in stride(from: loss.node, through: 0, by: -1) where leads[node] {
      guard let upstream = gradient[node], !nodes[node].operands.isEmpty else { continue }
      let operands = nodes[node].operands
      let request = GradientRequest(
        operands: operands.map { SymbolicTensor(graph: self, node: $0) },
        result: SymbolicTensor(graph: self, node: node), upstream: upstream, wanted: operands.map { leads[$0] })
      for (operand, part) in zip(operands, nodes[node].operation.gradients(request)) where leads[operand] {
        guard let part else { continue }
        gradient[operand] = gradient[operand].map { $0 + part } ?? part
      }
    }
    return targets.map { gradient[$0.node] ?? constant(0, $0.shape, at: location) }
  }
}
