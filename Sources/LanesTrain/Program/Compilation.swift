import Lanes

/// From a graph to kernels: what is needed, fused, in order, with a slot for each value and memory for each slot.
struct Compilation {
  /// What a slot points to.
  enum Place {
    /// Offset in floats.
    case arena(Int)
    /// Offset in floats among the constants, and what writes the values there.
    case constant(offset: Int, write: (UnsafeMutablePointer<Float>) -> Void)
    case variable(String)
    /// Bound by the user.
    case input
  }

  private(set) var places: [Place] = []
  /// The slots of the inputs, by name.
  private(set) var inputs: [String: Int] = [:]
  private(set) var results: [WiredValue] = []
  private(set) var kernels: [Kernel] = []
  private(set) var listing: [String] = []
  private(set) var memory = MemoryPlan([])
  private(set) var constantFloats = 0

  var slotCount: Int { places.count }

  /// The variables that the updates change.
  private(set) var changed: [Memory] = []

  private let graph: Graph
  private let state: State
  /// The slot of a value, by its node.
  private var slotOf: [Int: Int] = [:]
  /// Of a step, by its first result.
  private var workspaces: [Int: (slot: Int, count: Int)] = [:]
  private var changedNodes: Set<Int> = []

  init(
    _ graph: Graph, results wanted: [SymbolicTensor], updates: [StateUpdate], state: State, backend: any Backend,
    leastLogits: Int
  ) throws(ModelError) {
    (self.graph, self.state) = (graph, state)
    for value in wanted + updates.flatMap({ [$0.variable] + $0.slots + $0.operands }) where value.graph !== graph {
      throw ModelError(
        operation: "program", shapes: [value.shape], reason: "a result or update belongs to another graph",
        location: value.location)
    }
    changedNodes = Set(updates.flatMap { [$0.variable.node] + $0.slots.map(\.node) })
    changed = changedNodes.sorted().compactMap(variable)
    let (wanted, updates) = Self.keepingOldValues(results: wanted, updates: updates)
    let read = updates.flatMap { [$0.variable] + $0.slots + $0.operands }
    let kept = (wanted + read).map { graph.storage(of: $0.node) }
    let merged = LinearCrossEntropyFusion(
      graph, steps: plannedSteps(for: kept), kept: kept, leastLogits: leastLogits, backend: backend
    ).fused()
    let steps = Fusion(graph, steps: merged, kept: kept).fused(merged)
    giveSlots(steps: steps, kept: kept, backend)
    for step in steps {
      let wiring = Wiring(
        backend: backend, operands: step.operands.map(wired), results: step.results.map(wired),
        workspace: workspaces[step.result])
      guard let kernel = step.operation.kernel(wiring) else { continue }
      kernels.append(kernel)
      listing.append(describe(step))
    }
    for update in updates {
      let values = [update.variable] + update.slots + update.operands
      kernels.append(update.kernel(on: backend, slots: values.map { wired($0.node).slot }))
      listing.append(
        "\(update.name) \(graph.nodes[update.variable.node].operation.name) \(update.variable.shape)")
    }
    results = wanted.map { wired($0.node) }
  }

  /// Results and operands of updates are values from before the updates. What is a changed variable itself is copied first;
  /// only a moving average follows the variable as it is by then.
  private static func keepingOldValues(
    results: [SymbolicTensor], updates: [StateUpdate]
  ) -> (results: [SymbolicTensor], updates: [StateUpdate]) {
    let changed = Set(updates.flatMap { [$0.variable.node] + $0.slots.map(\.node) })
    func old(_ value: SymbolicTensor) -> SymbolicTensor {
      changed.contains(value.graph.storage(of: value.node)) ? value.map(.identity, at: value.location) : value
    }
    return (
      results.map(old),
      updates.map { update in
        let current = update.rule == .movingAverage ? 1 : 0
        var kept = update
        kept.operands = update.operands.prefix(current) + update.operands.dropFirst(current).map(old)
        return kept
      }
    )
  }

  private func wired(_ node: Int) -> WiredValue {
    let value = graph.nodes[node].value
    let storage = graph.storage(of: node)
    return WiredValue(
      slot: slotOf[storage] ?? 0, shape: value.shape, type: value.type,
      parameter: changedNodes.contains(storage) ? nil : variable(storage))
  }

  private func variable(_ node: Int) -> Memory? {
    (graph.nodes[node].operation as? VariableNode).flatMap { state.memory(of: $0.name) }
  }

  /// The operations that the kept values need, in the order in which they were written.
  private func plannedSteps(for kept: [Int]) -> [PlannedStep] {
    var needed = [Bool](repeating: false, count: graph.nodes.count)
    for node in kept { needed[node] = true }
    for node in graph.nodes.indices.reversed() where needed[node] {
      for operand in graph.nodes[node].operands { needed[operand] = true }
    }
    return graph.nodes.indices.compactMap { node in
      let operation = graph.nodes[node].operation
      guard needed[node], !(operation is ReshapeNode) else { return nil }
      return PlannedStep(operation: operation, operands: graph.nodes[node].operands, results: [node])
    }
  }

  /// Slots for all values, and one arena for those that a step makes.
  private mutating func giveSlots(steps: [PlannedStep], kept: [Int], _ backend: any Backend) {
    var lastUse: [Int: Int] = [:]
    for (index, step) in steps.enumerated() {
      for operand in step.operands { lastUse[graph.storage(of: operand)] = index }
    }
    for node in kept { lastUse[node] = steps.count }

    var lifetimes: [MemoryPlan.Lifetime] = []
    /// Which lifetime a value lies in; a value that overwrites an operand lies in the operand's.
    var lifetimeOf: [Int: Int] = [:]
    var scratch: [(step: PlannedStep, lifetime: Int)] = []
    for (index, step) in steps.enumerated() {
      let value = graph.nodes[step.result].value
      switch step.operation {
      case let input as InputNode:
        inputs[input.name] = places.count
        addSlot(step.result, .input)
      case let variable as VariableNode: addSlot(step.result, .variable(variable.name))
      case let fill as FillNode:
        addConstant(step.result, count: value.shape.count) {
          $0.update(repeating: Float(bitPattern: fill.bits), count: fill.shape.count)
        }
      case let literal as LiteralNode:
        addConstant(step.result, count: value.shape.count) {
          for (index, bits) in literal.bits.enumerated() { $0[index] = Float(bitPattern: bits) }
        }
      default:
        let reusable = step.operands.enumerated().first { position, operand in
          mayOverwrite(position, step) && lifetimeOf[graph.storage(of: operand)] != nil
            && lastUse[graph.storage(of: operand)] == index
            && graph.nodes[operand].value.shape.count == value.shape.count
        }
        if let reusable, let lifetime = lifetimeOf[graph.storage(of: reusable.element)] {
          lifetimes[lifetime].death = lastUse[step.result] ?? index
          lifetimeOf[step.result] = lifetime
        } else {
          for result in step.results {
            lifetimeOf[result] = lifetimes.count
            lifetimes.append(
              MemoryPlan.Lifetime(
                size: graph.nodes[result].value.shape.count, birth: index, death: lastUse[result] ?? index))
          }
        }
        let floats = step.operation.workspace(for: step.operands.map { graph.nodes[$0].value }, on: backend)
        if floats > 0 {
          scratch.append((step, lifetimes.count))
          lifetimes.append(MemoryPlan.Lifetime(size: floats, birth: index, death: index))
        }
      }
    }
    memory = MemoryPlan(lifetimes)
    for (node, lifetime) in lifetimeOf { addSlot(node, .arena(memory.offsets[lifetime])) }
    for (step, lifetime) in scratch {
      workspaces[step.result] = (places.count, lifetimes[lifetime].size)
      places.append(.arena(memory.offsets[lifetime]))
    }
  }

  /// Whether the result may lie where this operand does: not where another operand lies there, too, that must stay.
  private func mayOverwrite(_ position: Int, _ step: PlannedStep) -> Bool {
    let storage = graph.storage(of: step.operands[position])
    return step.operands.indices.allSatisfy {
      graph.storage(of: step.operands[$0]) != storage || step.operation.mayOverwrite(operand: $0)
    }
  }

  private mutating func addConstant(
    _ node: Int, count: Int, _ write: @escaping (UnsafeMutablePointer<Float>) -> Void
  ) {
    addSlot(node, .constant(offset: constantFloats, write: write))
    constantFloats += (count + 15) / 16 * 16
  }

  private mutating func addSlot(_ node: Int, _ place: Place) {
    slotOf[node] = places.count
    places.append(place)
  }

  private func describe(_ step: PlannedStep) -> String {
    let operands = step.operands.map { graph.nodes[$0].value.shape.description }.joined(separator: ", ")
    let name = ([step.operation.name] + step.fused).joined(separator: " ")
    let results = step.results.map { graph.nodes[$0].value.shape.description }.joined(separator: ", ")
    let workspace = workspaces[step.result].map { ", with \(4 * $0.count) of workspace" } ?? ""
    let spared = step.sparedLogits == 0 ? "" : "; without \(4 * step.sparedLogits) bytes of logits\(workspace)"
    return "\(name) (\(operands)) → \(results)\(spared)"
  }
}

extension Graph {
  /// The node whose memory holds a value: a reshape is its operand's memory.
  func storage(of node: Int) -> Int {
    var node = node
    while nodes[node].operation is ReshapeNode { node = nodes[node].operands[0] }
    return node
  }
}
