import Lanes

/// The operations of `Backend`, each with its cases.
public enum ParityOperation: String, CaseIterable, Sendable, Hashable, CustomStringConvertible {
  case matmul, unary, unaryGradient, binary, ternary, reduce, argmax
  case softmax, softmaxGradient, logSoftmax, logSoftmaxGradient, softmaxCrossEntropy, linearCrossEntropy
  case update

  public var description: String { rawValue }
}

/// One call with its arguments, which any backend can be asked to make.
///
/// The values come from a generator that the name seeds: a case replays, whatever ran before it.
public struct ParityCase: Sendable, CustomStringConvertible {
  /// Makes the call; runs after the memory has been restored, once a backend.
  public typealias Call = (any Backend) throws(LanesError) -> Void

  public let operation: ParityOperation
  public let name: String
  /// Whether the call must be refused: then it throws, and writes nothing.
  public let isRefused: Bool
  private let prepare: @Sendable (ParityMemory) -> Call

  /// `prepare` lays out the arguments in the memory, and gives the call that uses them.
  public init(
    _ operation: ParityOperation, _ name: String, isRefused: Bool = false,
    prepare: @escaping @Sendable (ParityMemory) -> Call
  ) {
    self.operation = operation
    self.name = "\(operation): \(name)"
    self.isRefused = isRefused
    self.prepare = prepare
  }

  public var description: String { name }

  /// What the call leaves on this backend.
  public func outcome(on backend: any Backend, edges: ParityMemory.Edges = .guards) -> ParityOutcome {
    var outcome = ParityOutcome()
    forEachOutcome(on: [backend], edges: edges) { _, result in outcome = result }
    return outcome
  }

  /// What the call leaves on each of these backends, from the same arguments.
  func forEachOutcome(
    on backends: [any Backend], edges: ParityMemory.Edges, _ body: (Int, ParityOutcome) -> Void
  ) {
    let memory = ParityMemory(seed: name, edges: edges)
    let call = prepare(memory)
    withExtendedLifetime(memory) {
      for (index, backend) in backends.enumerated() { body(index, memory.run(call, on: backend)) }
    }
  }
}

/// What a call left.
public struct ParityOutcome: Sendable {
  public struct Output: Sendable {
    /// The argument's.
    public let name: String
    /// Otherwise 32-bit integers. Of floats, two NaNs are equal.
    public let isFloat: Bool
    /// Row by row, without gaps.
    public let bits: [UInt32]

    /// Whether element `index` is the same in the other.
    func agrees(with other: Output, at index: Int) -> Bool {
      let (a, b) = (bits[index], other.bits[index])
      return a == b || isFloat && Float(bitPattern: a).isNaN && Float(bitPattern: b).isNaN
    }
  }

  /// What the call threw. Then there are no outputs.
  public var error: LanesError?
  public var outputs: [Output] = []
  /// Memory that the call wrote and may not write, in words.
  public var damage: [String] = []

  public init() {}
}
