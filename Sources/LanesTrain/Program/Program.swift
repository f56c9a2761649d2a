import Lanes

/// A compiled graph: a list of backend calls over memory that is laid out beforehand. A run allocates nothing and looks
/// nothing up.
///
/// But for this: the second run with the same parameters packs those that it does not change, and that products are faster
/// with (`PackedMatrix`). They take their memory once more; the bits are the same.
///
/// Not Sendable: it writes its own memory and its State while it runs. Make one a thread.
public final class Program {
  /// An object, because reading closures themselves from an array allocates in unoptimised builds.
  private final class Step {
    let kernel: Kernel
    init(_ kernel: @escaping Kernel) { self.kernel = kernel }
  }

  private let steps: [Step]
  let slots: Slots
  private let slotCount: Int
  private let inputs: [String: Input]
  /// Slots of inputs that have no memory yet.
  private var unbound: Set<Int>
  private let results: [WiredValue]

  /// What keeps the memory that the slots point into.
  private let arena: Memory
  private let constants: Memory
  public let state: State
  /// Versions of the variables that the updates change.
  private let versions: [UnsafeMutablePointer<Int>]

  /// Bytes of the values that live only within a run.
  public var arenaBytes: Int { arena.count * 4 }
  let listing: [String]

  /// Compiles what is needed for the results and updates.
  /// - Throws: `ModelError` for the first mistake in the graph; `LanesError` where memory is short.
  public convenience init(
    _ graph: Graph, results: [SymbolicTensor] = [], updates: [StateUpdate] = [], state: State, on backend: any Backend
  ) throws {
    try self.init(
      graph, results: results, updates: updates, state: state, on: backend,
      leastLogits: LinearCrossEntropyFusion.leastLogits)
  }

  /// - Parameter leastLogits: as `LinearCrossEntropyFusion` has it; for tests.
  init(
    _ graph: Graph, results: [SymbolicTensor] = [], updates: [StateUpdate] = [], state: State, on backend: any Backend,
    leastLogits: Int
  ) throws {
    if let error = graph.firstError { throw error }
    for update in updates { try update.check() }
    for node in graph.nodes {
      guard let variable = graph.variables.first(where: { $0.name == (node.operation as? VariableNode)?.name }) else {
        continue
      }
      try state.check(variable, at: node.location)
    }
    try state.add(graph.variables)
    let plan = try Compilation(
      graph, results: results, updates: updates, state: state, backend: backend, leastLogits: leastLogits)
    arena = try Memory(count: plan.memory.size)
    constants = try Memory(count: plan.constantFloats)
    slotCount = plan.slotCount
    slots = .allocate(capacity: max(slotCount, 1))
    slots.initialize(repeating: arena.floats, count: max(slotCount, 1))
    for (slot, place) in plan.places.enumerated() {
      switch place {
      case .arena(let offset): slots[slot] = arena.floats + offset
      case .constant(let offset, let write):
        write(constants.floats + offset)
        slots[slot] = constants.floats + offset
      case .variable(let name): slots[slot] = state.memory(of: name)?.floats ?? arena.floats
      case .input: break
      }
    }
    (steps, listing) = (plan.kernels.map { Step($0) }, plan.listing)
    inputs = plan.inputs.mapValues(Input.init)
    unbound = Set(plan.inputs.values)
    self.results = plan.results
    versions = plan.changed.map(\.version)
    self.state = state
  }

  deinit {
    slots.deinitialize(count: max(slotCount, 1))
    slots.deallocate()
  }

  /// A place for the address of an input's memory.
  public struct Input: Sendable, Hashable {
    fileprivate let slot: Int
  }

  /// The input of this name; nil where nothing that the Program computes depends on it.
  public func input(_ name: String) -> Input? { inputs[name] }

  /// Reads an input from this memory from now on: as many floats as its shape has elements, valid while runs use it.
  public func bind(_ input: Input, to floats: UnsafePointer<Float>) {
    slots[input.slot] = UnsafeMutablePointer(mutating: floats)
    if !unbound.isEmpty { unbound.remove(input.slot) }
  }

  /// Reads an input of labels from this memory from now on.
  public func bind(_ input: Input, to labels: UnsafePointer<Int32>) {
    bind(input, to: UnsafeRawPointer(labels).assumingMemoryBound(to: Float.self))
  }

  /// Computes the results from inputs and state, then changes the state.
  /// - Throws: `LanesError` from the backend, such as a label out of range, or an input that has not been bound.
  public func run() throws(LanesError) {
    if !unbound.isEmpty {
      let names = inputs.filter { unbound.contains($0.value.slot) }.keys.sorted()
      throw LanesError("run", .other("these inputs are not bound: \(names.joined(separator: ", "))"))
    }
    for index in 0..<versions.count { versions[index].pointee &+= 1 }
    for index in 0..<steps.count { try steps[index].kernel(slots) }
  }

  /// The result at this position of the list that the Program was made with, as of the last run.
  public func result(_ index: Int = 0) -> Tensor {
    Tensor(shape: results[index].shape, copying: slots[results[index].slot])
  }

  /// The result's memory, valid while the Program is; written by each run.
  public func resultFloats(_ index: Int = 0) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: slots[results[index].slot], count: results[index].shape.count)
  }
}

extension Program: CustomStringConvertible {
  /// The steps, what was fused into each, and the memory.
  public var description: String {
    (listing + ["\(steps.count) steps, \(arenaBytes) bytes of arena"]).joined(separator: "\n")
  }
}
