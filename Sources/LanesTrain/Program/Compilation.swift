import Lanes

/// From a graph to kernels: what is needed, fused, in order, with a slot for each value and memory for each slot.
struct Compilation {
  /// What a slot points to.
  enum Place {
    /// Offset in floats.
    case arena(Int)
    case constant(offset: Int, value: Float, count: Int)
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

  private let graph: Graph
  /// The slot of a value, by its node.
  private var slotOf: [Int: Int] = [:]

  init(
    _ graph: Graph, results wanted: [SymbolicTensor], updates: [StateUpdate], backend: any Backend
  ) throws(ModelError) {
    self.graph = graph
    let read = updates.flatMap { [$0.variable] + $0.slots + $0.operands }
    for value in wanted + read where value.graph !== graph {
      throw ModelError(
        operation: "program", shapes: [value.shape], reason: "a result or update belongs to another graph",
        location: value.location)
    }
    let kept = (wanted + read).map { graph.storage(of: $0.node) }
    let steps = Fusion(graph, steps: plannedSteps(for: kept), kept: kept).fused(plannedSteps(for: kept))
    giveSlots(steps: steps, kept: kept)
    for step in steps {
      guard let result = slotOf[step.result] else { continue }
      let wiring = Wiring(
        backend: backend, operands: step.operands.map(wired),
        result: WiredValue(
          slot: result, shape: graph.nodes[step.result].value.shape, type: graph.nodes[step.result].value.type))
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

  private func wired(_ node: Int) -> WiredValue {
    let value = graph.nodes[node].value
    return WiredValue(slot: slotOf[graph.storage(of: node)] ?? 0, shape: value.shape, type: value.type)
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
      return PlannedStep(operation: operation, operands: graph.nodes[node].operands, result: node)
    }
  }

  /// Slots for all values, and one arena for those that a step makes.
  private mutating func giveSlots(steps: [PlannedStep], kept: [Int]) {
    var lastUse: [Int: Int] = [:]
    for (index, step) in steps.enumerated() {
      for operand in step.operands { lastUse[graph.storage(of: operand)] = index }
    }
    for node in kept { lastUse[node] = steps.count }

    var lifetimes: [MemoryPlan.Lifetime] = []
    /// Which lifetime a value lies in; a value that overwrites an operand lies in the operand's.
    var lifetimeOf: [Int: Int] = [:]
    for (index, step) in steps.enumerated() {
      let value = graph.nodes[step.result].value
      switch step.operation {
      case let input as InputNode:
        inputs[input.name] = places.count
        addSlot(step.result, .input)
      case let variable as VariableNode: addSlot(step.result, .variable(variable.name))
      case let fill as FillNode:
        addSlot(
          step.result,
          .constant(offset: constantFloats, value: Float(bitPattern: fill.bits), count: value.shape.count))
        constantFloats += (value.shape.count + 15) / 16 * 16
      default:
        let end = lastUse[step.result] ?? index
        let reusable = step.operands.enumerated().first { position, operand in
          step.operation.mayOverwrite(operand: position) && lifetimeOf[graph.storage(of: operand)] != nil
            && lastUse[graph.storage(of: operand)] == index
            && graph.nodes[operand].value.shape.count == value.shape.count
        }
        if let reusable, let lifetime = lifetimeOf[graph.storage(of: reusable.element)] {
          lifetimes[lifetime].death = end
          lifetimeOf[step.result] = lifetime
        } else {
          lifetimeOf[step.result] = lifetimes.count
          lifetimes.append(MemoryPlan.Lifetime(size: value.shape.count, birth: index, death: end))
        }
      }
    }
    memory = MemoryPlan(lifetimes)
    for (node, lifetime) in lifetimeOf { addSlot(node, .arena(memory.offsets[lifetime])) }
  }

  private mutating func addSlot(_ node: Int, _ place: Place) {
    slotOf[node] = places.count
    places.append(place)
  }

  private func describe(_ step: PlannedStep) -> String {
    let operands = step.operands.map { graph.nodes[$0].value.shape.description }.joined(separator: ", ")
    let name = ([step.operation.name] + step.fused).joined(separator: " ")
    return "\(name) (\(operands)) → \(graph.nodes[step.result].value.shape)"
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
