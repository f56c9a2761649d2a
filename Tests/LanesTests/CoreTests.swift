import CLanes
import Lanes
import Testing

/// Tiles and blocks are chosen for the machine's core; those for any other give the same bits.
@Suite("Cores", .tags(.bits))
struct CoreTests {
  /// Small products around the widest tiles and above the sizes of B for which it matters how it lies; a few steps, of rows that
  /// may be written some at a time; rows of B that lie badly, for as many rows of A as make them worth packing; more steps than
  /// stay in a cache.
  static let sizes: [(m: Int64, n: Int64, k: Int64)] = [
    (1, 17, 40), (2, 31, 40), (2, 33, 9), (9, 262, 4), (6, 40, 3), (5, 300, 2), (5, 48, 20), (16, 64, 33), (17, 49, 64),
    (33, 96, 31), (40, 130, 60), (100, 100, 100), (130, 150, 129), (255, 255, 255), (64, 1024, 70), (49, 515, 140),
    (20, 512, 600), (97, 1024, 530), (9, 1024, 300), (12, 1009, 5), (6, 263, 6), (352, 709, 6), (5, 320, 8),
    (250, 1008, 9),
  ]

  private func product(
    _ size: (m: Int64, n: Int64, k: Int64), transposeA: Bool, isPlain: Bool, threads: Int32, _ isa: String,
    core: lanes_core
  ) throws -> [UInt32] {
    var random = Random(29)
    let (m, n, k) = size
    let context = try Context(isa: isa, threads: threads, core: core)
    let (a, b) = (Floats(random.floats(Int(m * k))), Floats(random.floats(Int(k * n))))
    let (c, bias) = (Floats(random.floats(Int(m * n))), Floats(random.floats(Int(n))))
    var call = lanes_matmul_call(size, transposed: (transposeA, false), a, b, c)
    if !isPlain { (call.beta, call.bias, call.activation) = (0.7, UnsafePointer(bias.pointer), LANES_RELU) }
    #expect(lanes_matmul(context.pointer, &call) == LANES_OK)
    return bits(c.values)
  }

  @Test("On every instruction set, with one to three threads", arguments: Hardware.availableISAs)
  func products(_ isa: String) throws {
    for (number, size) in Self.sizes.enumerated() {
      for form in 0..<4 {
        let (transposeA, isPlain) = (form & 1 != 0, form & 2 != 0)
        let expected = try product(
          size, transposeA: transposeA, isPlain: isPlain, threads: 1, "portable", core: LANES_CORE_OF_MACHINE)
        for core in [LANES_CORE_OF_HALVES, LANES_CORE_OF_WHOLES] {
          let found = try product(
            size, transposeA: transposeA, isPlain: isPlain, threads: Int32(1 + number % 3), isa, core: core)
          #expect(found.hash == expected.hash, "\(size), \(core), transposed A \(transposeA), plain \(isPlain)")
        }
      }
    }
  }
}
