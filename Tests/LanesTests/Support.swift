import CLanes
import Lanes
import Testing

extension Tag {
  @Tag static var bits: Self
  @Tag static var errors: Self
  @Tag static var threads: Self
}

/// SplitMix64: the same numbers in every run.
struct Random: RandomNumberGenerator, Sendable {
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

/// Floats for C, freed with the object, with a value beside and between them that nobody may touch.
final class Floats: @unchecked Sendable {
  static let canary: Float = 12345.678
  let count: Int
  private let memory: UnsafeMutablePointer<Float>
  var pointer: UnsafeMutablePointer<Float> { memory + 16 }

  init(_ values: [Float]) {
    count = values.count
    memory = .allocate(capacity: count + 32)
    memory.initialize(repeating: Self.canary, count: count + 32)
    pointer.update(from: values, count: count)
  }
  convenience init(_ count: Int, of value: Float = canary) { self.init([Float](repeating: value, count: count)) }
  deinit { memory.deallocate() }

  var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }
  var isUntouched: Bool { (0..<count + 32).allSatisfy { memory[$0] == Self.canary } }
}

/// A C context, destroyed with the object.
final class Context: @unchecked Sendable {
  let pointer: OpaquePointer

  init(
    isa: String, threads: Int32, grain: Double = 1e-9, streamingBytes: Int64 = 0,
    core: lanes_core = LANES_CORE_OF_MACHINE
  ) throws {
    var made: OpaquePointer?
    var options = lanes_options()
    (options.threads, options.grain, options.streaming_bytes, options.core) = (threads, grain, streamingBytes, core)
    let status = isa.withCString { name in
      options.isa = name
      return lanes_context_create(&options, &made)
    }
    try #require(status == LANES_OK)
    pointer = try #require(made)
  }
  deinit { lanes_context_destroy(pointer) }
}

extension lanes_matmul_call {
  /// c = op(a)·op(b) over matrices without gaps.
  init(
    _ size: (m: Int64, n: Int64, k: Int64), transposed: (a: Bool, b: Bool) = (false, false), _ a: Floats, _ b: Floats,
    _ c: Floats
  ) {
    self.init()
    (m, n, k) = size
    alpha = 1
    (transpose_a, transpose_b) = (
      transposed.a ? LANES_TRANSPOSED : LANES_NORMAL, transposed.b ? LANES_TRANSPOSED : LANES_NORMAL
    )
    (self.a, a_stride) = (UnsafePointer(a.pointer), transposed.a ? m : k)
    (self.b, b_stride) = (UnsafePointer(b.pointer), transposed.b ? k : n)
    (self.c, c_stride) = (c.pointer, n)
  }
}

func bits(_ values: [Float]) -> [UInt32] { values.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern } }

extension Sequence where Element == UInt32 {
  /// FNV-1a.
  var hash: UInt64 { reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } }
}
