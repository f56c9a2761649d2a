import CLanes
import Lanes
import Testing

/// A matmul of 1 × 1 × 1 with beta = 1 is one fma: c = fma(a, b, c). Held to the C library's, which Swift calls.
@Suite("fma", .tags(.bits))
struct FusedMultiplyAddTests {
  static let special: [Float] = {
    var bits: [UInt32] = [0, 1, 2, 3, 0x7f_ffff, 0x80_0000, 0x80_0001, 0xff_ffff, 0x100_0000]
    bits += [0x3f80_0000, 0x3f80_0001, 0x3f7f_ffff, 0x3f00_0000, 0x4000_0000, 0x3fff_ffff, 0x3fc0_0000]
    bits += [0x7f7f_ffff, 0x7f7f_fffe, 0x7f00_0000, 0x7f80_0000, 0x7fc0_0000, 0x7e80_0000]
    bits += [0x3380_0000, 0x3400_0000, 0x3300_0000, 0x4b00_0001, 0x4b7f_ffff, 0x4b80_0000, 0x0b80_0000, 0x1f80_0001]
    return (bits + bits.map { $0 | 0x8000_0000 }).map { Float(bitPattern: $0) }
  }()

  /// The numbers of cases and of those that differ, the first of them in words.
  struct Outcome {
    var cases = 0, wrong = 0
    var first = ""
  }

  /// Calls the kernel on each (a, b, c).
  static func compare(
    _ context: OpaquePointer?, _ count: Int, _ next: (Int) -> (Float, Float, Float)
  ) -> Outcome {
    var outcome = Outcome()
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3) { memory in
      memory.initialize(repeating: 0)
      guard let base = memory.baseAddress else { return }
      var call = lanes_matmul_call()
      (call.m, call.n, call.k, call.alpha, call.beta) = (1, 1, 1, 1, 1)
      (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(base), 1, UnsafePointer(base + 1), 1)
      (call.c, call.c_stride) = (base + 2, 1)
      for index in 0..<count {
        let (a, b, c) = next(index)
        (base[0], base[1], base[2]) = (a, b, c)
        guard lanes_matmul(context, &call) == LANES_OK else { continue }
        let (value, expected) = (base[2], c.addingProduct(a, b))
        outcome.cases += 1
        if value.bitPattern != expected.bitPattern, !(value.isNaN && expected.isNaN) {
          if outcome.wrong == 0 { outcome.first = "fma(\(a), \(b), \(c)) = \(value), not \(expected)" }
          outcome.wrong += 1
        }
      }
    }
    return outcome
  }

  static func expectRight(_ isa: String, _ count: Int, _ next: (Int) -> (Float, Float, Float)) throws {
    let context = try Context(isa: isa, threads: 1)
    let outcome = compare(context.pointer, count, next)
    #expect(outcome.cases == count)
    #expect(outcome.wrong == 0, "\(outcome.first)")
  }

  @Test("zeros, subnormals, powers, the largest, infinities and NaN with each other", arguments: Hardware.availableISAs)
  func specials(_ isa: String) throws {
    let values = Self.special
    let n = values.count
    try Self.expectRight(isa, n * n * n) { (values[$0 % n], values[$0 / n % n], values[$0 / n / n]) }
  }

  @Test("any bits", arguments: Hardware.availableISAs)
  func randomBits(_ isa: String) throws {
    var random = Random(1)
    func any() -> Float { Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    try Self.expectRight(isa, 300_000) { _ in (any(), any(), any()) }
  }

  @Test("the addend close to the product, or to half a unit of it", arguments: Hardware.availableISAs)
  func cancellation(_ isa: String) throws {
    var random = Random(2)
    try Self.expectRight(isa, 300_000) { index in
      let a = Float.random(in: 1...2, using: &random)
      let b = Float.random(in: -2...2, using: &random)
      let product = a * b
      // 0: all but the rounding error of the product cancels. 1: a few units away. 2: the product is near half a unit of
      // the addend, where rounding twice goes wrong. 3: near a quarter.
      let c: Float =
        switch index % 4 {
        case 0: -product
        case 1: -product + Float(Int.random(in: -3...3, using: &random)) * product.ulp
        case 2: product * Float(1 << 24) * (index % 8 < 4 ? 1 : -1)
        default: product * Float(1 << 25) * (index % 8 < 4 ? 1 : -1)
        }
      return (a, b, c)
    }
  }

  @Test("sums exactly between two floats, and a last bit of the product beside it", arguments: Hardware.availableISAs)
  func halfway(_ isa: String) throws {
    var random = Random(3)
    try Self.expectRight(isa, 300_000) { index in
      // a·b is half a unit of c, which is 1 … 2: a tie where i is 0, beside one by 2⁻²³ or 2⁻²⁴ of it otherwise.
      let i = Float(Int.random(in: -1...1, using: &random)) * 0x1p-23
      let c = 1 + Float(Int.random(in: 0..<1 << 23, using: &random)) * 0x1p-23
      let sign: Float = index % 2 == 0 ? 1 : -1
      return ((1 + max(i, 0)) * 0x1p-12, sign * (1 + min(i, 0) / 2) * 0x1p-12, c)
    }
  }

  @Test("results that are subnormal", arguments: Hardware.availableISAs)
  func subnormal(_ isa: String) throws {
    var random = Random(4)
    try Self.expectRight(isa, 300_000) { index in
      let scale = Float(sign: .plus, exponent: Int.random(in: -90 ... -60, using: &random), significand: 1)
      let a = Float.random(in: -2...2, using: &random) * scale
      let b = Float.random(in: -2...2, using: &random) * (0x1p-140 / scale * (index % 2 == 0 ? 1 : 0x1p-9))
      let c = Float(bitPattern: UInt32.random(in: 0..<1 << 24, using: &random) | (index % 3 == 0 ? 0x8000_0000 : 0))
      return (a, b, c)
    }
  }

  /// The scalar functions and long chains on hard inputs, each instruction set against the portable one.
  @Test("exp, log, sigmoid, tanh and long products give the portable kernel's bits", arguments: Hardware.availableISAs)
  func functions(_ isa: String) throws {
    let (portable, context) = (try Context(isa: "portable", threads: 1), try Context(isa: isa, threads: 1))
    var random = Random(5)
    var x: [Float] = Self.special
    x += (0..<60_000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
    x += random.floats(20_000, in: -110...95) + random.floats(20_000, in: -1...1)
    // Around the ends of exp's range, and log's subnormals.
    for edge: Float in [88.722839, -87.33655, -103.97208, 89, -104, 1, 0.625, 0x1p-126] {
      x += (-200...200).map { edge + Float($0) * edge.ulp }
    }
    let (input, left, right) = (Floats(x), Floats(x.count), Floats(x.count))
    for operation in 0..<LANES_UNARY_COUNT.rawValue {
      #expect(lanes_unary(portable.pointer, .init(operation), Int64(x.count), input.pointer, left.pointer) == LANES_OK)
      #expect(lanes_unary(context.pointer, .init(operation), Int64(x.count), input.pointer, right.pointer) == LANES_OK)
      #expect(bits(left.values) == bits(right.values), "\(String(cString: lanes_unary_name(.init(operation))))")
    }
    // Chains that cancel, in both orders of the contract.
    for (m, n, k) in [(7, 9, 200), (3, 3, 300), (1, 40, 500), (40, 1, 129), (20, 33, 100)] as [(Int64, Int64, Int64)] {
      var a = random.floats(Int(m * k), in: 1...2)
      for index in a.indices where index % 2 == 1 { a[index] = -a[index - 1] * (index % 4 == 1 ? 1 : 1.0000001) }
      let (a0, b0) = (Floats(a), Floats([Float](repeating: 1.1, count: Int(k * n))))
      var results: [[UInt32]] = []
      for each in [portable, context] {
        let c = Floats(Int(m * n), of: 0)
        var call = lanes_matmul_call()
        (call.m, call.n, call.k, call.alpha) = (m, n, k, 1)
        (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(a0.pointer), k, UnsafePointer(b0.pointer), n)
        (call.c, call.c_stride) = (c.pointer, n)
        #expect(lanes_matmul(each.pointer, &call) == LANES_OK)
        results.append(bits(c.values))
      }
      #expect(results[0] == results[1], "\(m) × \(n) × \(k)")
    }
  }
}
