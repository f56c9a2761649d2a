import CTestSupport
import Lanes
import LanesReference
import Testing

@testable import LanesTrain

extension Tag {
  /// Compares bit patterns.
  @Tag static var bits: Self
  /// Compares with numbers that another program printed.
  @Tag static var golden: Self
  @Tag static var errors: Self
}

/// That a program allocates nothing in so many runs, after as many as settle it.
func expectNoAllocations(
  _ program: Program, runs: Int, after first: Int, at location: Testing.SourceLocation = #_sourceLocation
) throws {
  for _ in 0..<first { try program.run() }
  let before = test_allocations()
  for _ in 0..<runs { try program.run() }
  let allocations = test_allocations() - before
  #expect(allocations == 0, "in \(runs) runs", sourceLocation: location)
}

/// SplitMix64: the same numbers in every run.
struct Random: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func floats(_ count: Int, in range: ClosedRange<Float> = -2...2) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }
}

/// What a graph's inputs are bound to.
enum Feed {
  case floats([Float])
  case labels([Int32])
}

/// Compiles, runs once, and reads every result.
/// - Parameter leastLogits: 0: a linear layer with its cross-entropy is one step, however small.
func run(
  _ graph: Graph, _ results: [SymbolicTensor], updates: [StateUpdate] = [], feeds: [String: Feed] = [:],
  state: State = State(), on backend: any Backend = ReferenceBackend(),
  leastLogits: Int = LinearCrossEntropyFusion.leastLogits
) throws -> [Tensor] {
  let program = try Program(
    graph, results: results, updates: updates, state: state, on: backend, leastLogits: leastLogits)
  return try run(program, feeds: feeds, results: results.count)
}

/// Binds what the program reads, runs it once, and reads its results.
func run(_ program: Program, feeds: [String: Feed], results: Int) throws -> [Tensor] {
  var memory: [UnsafeMutableRawPointer] = []
  defer { for each in memory { each.deallocate() } }
  func copy<Element>(_ values: [Element]) -> UnsafePointer<Element> {
    let made = UnsafeMutablePointer<Element>.allocate(capacity: max(values.count, 1))
    made.initialize(from: values, count: values.count)
    memory.append(made)
    return UnsafePointer(made)
  }
  for (name, feed) in feeds {
    guard let input = program.input(name) else { continue }
    switch feed {
    case .floats(let values): program.bind(input, to: copy(values))
    case .labels(let values): program.bind(input, to: copy(values))
    }
  }
  try program.run()
  return (0..<results).map { program.result($0) }
}

/// Bit patterns, where every NaN is the same one.
func bits(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern } }
func bits(_ tensor: Tensor) -> [UInt32] { bits(tensor.values) }

/// The reference, and the native backend with every instruction set of this machine. `threads` threads take up even the
/// smallest work.
func allBackends(threads: [Int] = [1, 3]) throws -> [any Backend] {
  try [ReferenceBackend()] + nativeBackends(threads: threads)
}

func nativeBackends(threads: [Int]) throws -> [any Backend] {
  try Hardware.availableISAs.flatMap { isa in
    try threads.map { try NativeBackend(isa: isa, threads: $0, grainNanoseconds: 1e-9) }
  }
}

/// The parameters and whatever else lives in a state, as bits.
func bits(_ state: State) throws -> [[UInt32]] {
  try state.variables.map { bits(try #require(state[$0.name])) }
}
