import Lanes

/// Puts one step in the place of a linear layer under softmax cross-entropy with labels, with the same bits (contract, C8):
/// of the product, its bias, the losses or their mean, the gradient of the logits, and what that makes of x, weights and
/// bias. All logits then never exist.
///
/// Only where logits and their gradient are used for nothing else, such as accuracy or predictions.
struct LinearCrossEntropyFusion {
  /// Logits below which the steps stay apart: what fits a last-level cache, 32 MiB, costs little traffic. Measured on Zen 4, in
  /// the time of the separate steps: 1.0 to 1.1 from 2 to 16 MiB, 0.85 to 1.01 at 32 MiB, 0.6 to 1.02 beyond, the less the fewer
  /// inputs there are; in 30 to 95 % less memory.
  static let leastLogits = 8 << 20

  private let leastLogits: Int
  private let backend: any Backend
  private let graph: Graph
  private let steps: [PlannedStep]
  /// The steps that read a value, by its memory. What is kept is read by a step that does not exist.
  private var readers: [Int: Set<Int>] = [:]

  init(_ graph: Graph, steps: [PlannedStep], kept: [Int], leastLogits: Int, backend: any Backend) {
    (self.graph, self.steps, self.leastLogits, self.backend) = (graph, steps, leastLogits, backend)
    for (index, step) in steps.enumerated() {
      for operand in step.operands { readers[graph.storage(of: operand), default: []].insert(index) }
    }
    for node in kept { readers[node, default: []].insert(steps.count) }
  }

  func fused() -> [PlannedStep] {
    var fused: [Int: PlannedStep] = [:]
    var replaced: Set<Int> = []
    for index in steps.indices {
      guard let match = match(productAt: index), replaced.isDisjoint(with: match.replaced) else { continue }
      fused[match.place] = match.step
      replaced.formUnion(match.replaced)
    }
    return steps.indices.compactMap { fused[$0] ?? (replaced.contains($0) ? nil : steps[$0]) }
  }

  private struct Match {
    var step: PlannedStep
    /// The first of the steps that read logits and labels: whatever those are made of is there.
    var place: Int
    var replaced: Set<Int>
  }

  private func match(productAt index: Int) -> Match? {
    let product = steps[index]
    guard product.operation as? MatmulNode == MatmulNode() else { return nil }
    let (x, weights) = (product.operands[0], product.operands[1])
    let addition = addition(to: product.result)
    let logits = addition.map { steps[$0.index].result } ?? product.result
    guard isWorthwhile(graph.nodes[logits].value.shape, inputs: graph.nodes[x].value.shape.columns),
      let entropy = crossEntropy(of: logits),
      let gradients = entropy.gradient.map({ gradients(by: $0, x: x, weights: weights) }) ?? []
    else { return nil }
    let outputs = entropy.loss.map { [(.loss, $0)] + gradients } ?? gradients
    let operation = LinearCrossEntropyNode(
      outputs: outputs.map(\.output), mean: entropy.mean, scaleBits: entropy.scaleBits, hasBias: addition != nil)
    let step = PlannedStep(
      operation: operation, operands: [x, weights] + entropy.targets + (addition.map { [$0.bias] } ?? []),
      results: outputs.map { steps[$0.index].result },
      fused: (addition == nil ? [] : ["+ bias"]) + ["+ softmax cross-entropy"]
        + (gradients.isEmpty ? [] : ["+ gradients"]),
      sparedLogits: graph.nodes[logits].value.shape.count)
    let entropies = [entropy.loss, entropy.gradient].compactMap { $0 }
    let replaced = [index] + entropies + gradients.map(\.index) + (addition.map { [$0.index] } ?? [])
    return entropies.min().map { Match(step: step, place: $0, replaced: Set(replaced)) }
  }

  /// Not where the backend computes all rows at once, and so saves nothing.
  private func isWorthwhile(_ logits: Shape, inputs: Int) -> Bool {
    guard logits.count >= leastLogits else { return false }
    return logits.count
      > backend.linearCrossEntropyWorkspace(rows: logits.rows, inputs: inputs, classes: logits.columns)
  }

  /// The step that adds a row to a product that nothing else reads.
  private func addition(to product: Int) -> (index: Int, bias: Int)? {
    guard let readers = readers[product], readers.count == 1, let index = readers.first, index < steps.count,
      steps[index].operation as? BinaryNode == BinaryNode(function: .add),
      let bias = steps[index].operands.first(where: { graph.storage(of: $0) != product }),
      steps[index].operands.contains(product)
    else { return nil }
    let (row, shape) = (graph.nodes[bias].value.shape, graph.nodes[product].value.shape)
    return row.rows == 1 && row.columns == shape.columns ? (index, bias) : nil
  }

  /// The steps that make a loss and its gradient, and what they have in common.
  private struct Entropy {
    var loss: Int?, gradient: Int?
    var scaleBits: UInt32 = 0
    /// nil: a loss a row.
    let mean: MeanCrossEntropyNode?
    /// Labels, and class weights where there are any.
    let targets: [Int]
  }

  /// Of logits that nothing else reads.
  private func crossEntropy(of logits: Int) -> Entropy? {
    var found: Entropy?
    for index in readers[logits, default: []].sorted() {
      guard index < steps.count, steps[index].operands[0] == logits else { return nil }
      let (mean, scaleBits): (MeanCrossEntropyNode?, UInt32?)
      switch steps[index].operation {
      case is SoftmaxCrossEntropyNode: (mean, scaleBits) = (nil, nil)
      case let node as SoftmaxCrossEntropyGradientNode: (mean, scaleBits) = (nil, node.scaleBits)
      case let node as MeanCrossEntropyNode: (mean, scaleBits) = (node, nil)
      case let node as MeanCrossEntropyGradientNode: (mean, scaleBits) = (node.loss, node.scaleBits)
      default: return nil
      }
      let targets = Array(steps[index].operands.dropFirst())
      var entropy = found ?? Entropy(mean: mean, targets: targets)
      guard entropy.mean == mean, entropy.targets == targets, graph.nodes[targets[0]].value.type == .int32 else {
        return nil
      }
      if let scaleBits {
        guard entropy.gradient == nil else { return nil }
        (entropy.gradient, entropy.scaleBits) = (index, scaleBits)
      } else {
        entropy.loss = index
      }
      found = entropy
    }
    return found
  }

  private typealias Part = (output: LinearCrossEntropyNode.Output, index: Int)

  /// The steps that read the gradient of the logits, d; nil where one is not the gradient of x, weights or a bias.
  private func gradients(by index: Int, x: Int, weights: Int) -> [Part]? {
    let d = steps[index].result
    var parts: [Part] = []
    for index in readers[d, default: []].sorted() {
      guard index < steps.count else { return nil }
      let (operation, operands) = (steps[index].operation, steps[index].operands)
      if operation as? MatmulNode == MatmulNode(transposeB: true), operands == [d, weights] {
        parts.append((.xGradient, index))
      } else if operation as? MatmulNode == MatmulNode(transposeA: true), operands == [x, d] {
        parts.append((.weightsGradient, index))
      } else if operation as? ReduceNode == ReduceNode(function: .sum, axis: .eachColumn), operands == [d] {
        parts.append((.biasGradient, index))
      } else {
        return nil
      }
    }
    return parts
  }
}
