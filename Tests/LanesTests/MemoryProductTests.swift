import CLanes
import Lanes
import Testing

/// Products whose B counts as larger than the caches, at sizes that tests can afford: the same bits as those of a B in cache.
/// (`StreamingTests` has larger ones, with C anywhere and nothing written beside it.)
@Suite("Products with a B from memory", .tags(.bits))
struct MemoryProductTests {
  /// Few rows over whole tiles and parts of them; rows that are packed, and the same 512 floats apart;
  /// rows and steps of more than a block; rows of B that are packed for few rows of A where they are in cache; few rows of so many
  /// steps that their sums are kept in a buffer.
  static let sizes: [(m: Int64, n: Int64, k: Int64)] = [
    (1, 300, 9), (4, 256, 33), (7, 301, 64), (32, 519, 70), (5, 1024, 130), (33, 300, 40), (49, 717, 100),
    (60, 1024, 70), (64, 640, 1031), (200, 515, 140), (211, 1024, 129), (390, 263, 260), (97, 161, 2085),
    (21, 1024, 520), (13, 97, 260), (1, 1163, 40), (2, 1200, 70), (4, 1171, 130), (5, 1163, 403), (6, 1165, 490),
    (7, 1153, 570), (9, 1163, 725), (11, 1160, 1029), (32, 1163, 1027),
  ]

  private func product(
    _ size: (m: Int64, n: Int64, k: Int64), transposed: (a: Bool, b: Bool), variant: Int, _ isa: String, threads: Int32,
    streamingBytes: Int64, isPacked: Bool = false
  ) throws -> [UInt32] {
    var random = Random(UInt64(13 + variant))
    let (m, n, k) = size
    let context = try Context(isa: isa, threads: threads, streamingBytes: streamingBytes)
    let gap: Int64 = variant % 5 == 4 ? 3 : 0
    let (a, b) = (Floats(random.floats(Int(m * k))), Floats(random.floats(Int((k + gap) * (n + gap)))))
    let value = Floats(random.floats(Int(m * n)))
    let (c, bias) = (Floats(random.floats(Int(m * n))), Floats(random.floats(Int(n))))
    var call = lanes_matmul_call(size, transposed: transposed, a, b, c)
    call.b_stride += gap
    call.alpha = variant % 4 == 3 ? 0.5 : 1
    if variant % 3 > 0 { (call.beta, call.bias) = (0.7, UnsafePointer(bias.pointer)) }
    call.activation = [LANES_IDENTITY, LANES_RELU, LANES_TANH][variant % 3]
    if variant % 7 == 5 { (call.gradient_value, call.gradient_value_stride) = (UnsafePointer(value.pointer), n) }
    guard isPacked else {
      #expect(lanes_matmul(context.pointer, &call) == LANES_OK)
      return bits(c.values)
    }
    var floats: Int64 = 0
    #expect(lanes_matmul_packed_size(context.pointer, k, n, &floats) == LANES_OK)
    let packed = Floats([Float](repeating: .nan, count: Int(floats)))
    let status = lanes_matmul_pack(context.pointer, call.transpose_b, k, n, call.b, call.b_stride, packed.pointer)
    #expect(status == LANES_OK)
    call.packed_b = UnsafePointer(packed.pointer)
    #expect(lanes_matmul(context.pointer, &call) == LANES_OK)
    return bits(c.values)
  }

  private func compare(
    _ sizes: [(m: Int64, n: Int64, k: Int64)], _ isa: String, isPacked: Bool, variants: [Int]? = nil
  ) throws {
    for (number, size) in sizes.enumerated() {
      for (transposes, variant) in (0..<4).flatMap({ transposes in
        (variants ?? [number + transposes]).map { (transposes, $0) }
      }) {
        let transposed = (a: transposes & 1 != 0, b: transposes & 2 != 0)
        let expected = try product(
          size, transposed: transposed, variant: variant, isa, threads: 1, streamingBytes: .max)
        for threads: Int32 in 1...3 {
          let found = try product(
            size, transposed: transposed, variant: variant, isa, threads: threads, streamingBytes: 1, isPacked: isPacked
          )
          #expect(found.hash == expected.hash, "\(size), transposed \(transposed), \(threads) threads")
        }
      }
    }
  }

  @Test("On every instruction set, with one to three threads", arguments: Hardware.availableISAs)
  func products(_ isa: String) throws { try compare(Self.sizes, isa, isPacked: false) }

  /// Beside more rows, their steps in one block and in several; alone and onto C, with bias and relu, with a gap.
  @Test("Of few columns", arguments: Hardware.availableISAs)
  func narrow(_ isa: String) throws {
    try compare(
      [(300, 10, 520), (97, 20, 300), (1029, 6, 140), (60, 50, 3900)], isa, isPacked: false, variants: [0, 1, 4])
  }

  /// With one block of k and with several.
  @Test("Packed, in the lane order", arguments: Hardware.availableISAs)
  func packed(_ isa: String) throws {
    try compare([(1, 300, 140), (4, 12, 403), (1, 97, 2085), (5, 11, 2085)], isa, isPacked: true)
  }
}
