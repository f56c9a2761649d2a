import Lanes

/// One step of a Program before it has memory: an operation, the values it reads, the values it makes.
struct PlannedStep {
  var operation: any NodeOperation
  var operands: [Int]
  /// Most operations make one.
  let results: [Int]
  /// What was fused into it, for the listing: "+ bias", "+ relu".
  var fused: [String] = []
  /// The logits, of which it holds some rows at a time, for the listing.
  var sparedLogits = 0

  var result: Int { results[0] }
}

/// Merges steps where one kernel does the work of several, with the same bits.
///
/// matmul, then `+ bias`, then an activation or the gradient of one: one matmul with an epilogue, where nothing else needs what
/// lies between.
struct Fusion {
  /// Elements below which a product and an activation's gradient stay two calls: small, the two are faster than the one.
  static let leastGradient = 4096

  private let graph: Graph
  private var uses: [Int: Int] = [:]

  init(_ graph: Graph, steps: [PlannedStep], kept: [Int]) {
    self.graph = graph
    for node in steps.flatMap(\.operands) + kept { uses[graph.storage(of: node), default: 0] += 1 }
  }

  func fused(_ steps: [PlannedStep]) -> [PlannedStep] {
    var result: [PlannedStep] = []
    /// Where the step that makes a value stands in `result`.
    var makers: [Int: Int] = [:]
    for var step in steps {
      if let (operand, merged) = epilogue(of: step, with: { makers[$0].map { result[$0] } }),
        let old = makers[operand]
      {
        result[old].operands = []
        makers[operand] = nil
        step = merged
      }
      makers[step.result] = result.count
      result.append(step)
    }
    return result.enumerated().filter { makers[$1.result] == $0 }.map(\.element)
  }

  /// The step merged with the matmul that makes its operand, and that operand.
  private func epilogue(
    of step: PlannedStep, with maker: (Int) -> PlannedStep?
  ) -> (operand: Int, merged: PlannedStep)? {
    for (position, operand) in step.operands.enumerated() where uses[operand] == 1 {
      guard let before = maker(operand), var matmul = before.operation as? MatmulNode, matmul.activation == .identity,
        !matmul.hasGradientValue
      else { continue }
      var operands = before.operands
      let addition: String
      if let binary = step.operation as? BinaryNode, binary.function == .add, !matmul.hasBias {
        let bias = step.operands[1 - position]
        let (shape, product) = (graph.nodes[bias].value.shape, graph.nodes[operand].value.shape)
        guard shape.rows == 1, shape.columns == product.columns else { continue }
        matmul.hasBias = true
        operands.append(bias)
        addition = "+ bias"
      } else if let unary = step.operation as? UnaryNode {
        matmul.activation = unary.function
        addition = "+ \(unary.function)"
      } else if let gradient = step.operation as? UnaryGradientNode, position == 1,
        graph.nodes[operand].value.shape.count >= Self.leastGradient
      {
        // From the value of the activation and dy, the product.
        (matmul.activation, matmul.hasGradientValue) = (gradient.function, true)
        operands.append(step.operands[0])
        addition = "+ \(gradient.function) gradient"
      } else {
        continue
      }
      let merged = PlannedStep(
        operation: matmul, operands: operands, results: step.results, fused: before.fused + [addition])
      return (operand, merged)
    }
    return nil
  }
}
