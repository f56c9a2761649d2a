import LanesTrain
import Testing

@Suite("NumPyRandomState")
struct NumPyRandomStateTests {
  /// What NumPy 2.4.6 gives for a seed. `mixed` is a digest of 1,000 rounds of interleaved calls.
  struct Expected: Sendable, CustomTestStringConvertible {
    let seed: UInt32
    let rand: [Double]
    let randn: [Double]
    let randint: [Int]
    let permutation: [Int]
    let mixed: UInt64
    var testDescription: String { "seed \(seed)" }
  }

  // Made by this Python program:
  //
  //   import numpy as np, struct
  //   def words(v):
  //       return [struct.unpack("<Q", struct.pack("<d", x))[0] if isinstance(x, float) else int(x) % 2**64
  //               for x in np.ravel(v).tolist()]
  //   def mixed(seed, rounds=1000):
  //       r, h = np.random.RandomState(seed), 0
  //       for i in range(rounds):
  //           p = list(range(i % 9)); r.shuffle(p)
  //           for v in (r.rand(), r.randn(), r.randint(0, 10), r.uniform(-2, 3), r.randint(-5, 2**40), r.randn(3),
  //                     r.randint(-7, 2**32 - 7), r.rand(2), r.randint(-2**63, 2**63 - 1), r.randint(7, 8),
  //                     r.permutation(i % 13), p):
  //               for w in words(v): h = (h * 31 + w) % 2**64
  //       return h
  //   for s in (0, 1, 2, 3, 42, 23455, 87654321, 2**31, 2**32 - 1):
  //       a = lambda: np.random.RandomState(s)
  //       print(s, a().rand(2), a().randn(3), a().randint(-100, 1000, 4), a().permutation(6), hex(mixed(s)))
  static let table: [Expected] = [
    .init(
      seed: 0, rand: [0.5488135039273248, 0.7151893663724195],
      randn: [1.764052345967664, 0.4001572083672233, 0.9787379841057392], randint: [584, 459, 735, 663],
      permutation: [5, 2, 1, 3, 0, 4], mixed: 0x728c_6472_65b5_e7fd),
    .init(
      seed: 1, rand: [0.417022004702574, 0.7203244934421581],
      randn: [1.6243453636632417, -0.6117564136500754, -0.5281717522634557], randint: [961, 135, 996, 805],
      permutation: [2, 1, 4, 0, 3, 5], mixed: 0x8d6e_9851_4f29_4191),
    .init(
      seed: 2, rand: [0.43599490214200376, 0.025926231827891333],
      randn: [-0.4167578474054706, -0.056266827226329474, -2.136196095668454], randint: [427, 393, 199, 366],
      permutation: [4, 1, 3, 2, 5, 0], mixed: 0xe777_20d0_c9c8_ff7d),
    .init(
      seed: 3, rand: [0.5507979025745755, 0.7081478226181048],
      randn: [1.7886284734303186, 0.43650985051198943, 0.09649746807200862], randint: [852, 868, 156, 689],
      permutation: [3, 5, 4, 1, 0, 2], mixed: 0x77dd_daae_1fbe_3198),
    .init(
      seed: 42, rand: [0.3745401188473625, 0.9507143064099162],
      randn: [0.4967141530112327, -0.13826430117118466, 0.6476885381006925], randint: [760, 995, 944, 21],
      permutation: [0, 1, 5, 2, 4, 3], mixed: 0x45_6476_2bf1_d272),
    .init(
      seed: 23_455, rand: [0.8349431851679617, 0.11482951405951503],
      randn: [-0.40763092413137775, 2.023152832189322, 1.5009419880458497], randint: [841, 423, -97, -78],
      permutation: [0, 2, 3, 1, 5, 4], mixed: 0xec25_4119_954d_a088),
    .init(
      seed: 87_654_321, rand: [0.18463433217903202, 0.7748109168364575],
      randn: [0.554979513497522, -0.6368796659022785, -0.956390294936752], randint: [439, 428, 686, 916],
      permutation: [1, 2, 5, 0, 4, 3], mixed: 0x9b5b_1fd8_3a9a_ade5),
    .init(
      seed: 2_147_483_648, rand: [0.15200287353446562, 0.8205427554297966],
      randn: [0.3184761273282464, -0.34575349241475667, 0.2255674496017024], randint: [182, 928, 959, 421],
      permutation: [0, 5, 3, 1, 4, 2], mixed: 0x7b8c_3fb8_18ff_c5bb),
    .init(
      seed: 4_294_967_295, rand: [0.0976320289940138, 0.9123828453026218],
      randn: [0.6484086742306527, 0.6693235306338161, -1.0805437227474493], randint: [319, 190, 936, 995],
      permutation: [1, 4, 5, 0, 2, 3], mixed: 0x9fa6_9978_e243_4b1b),
  ]

  @Test("every method gives NumPy's values to the bit", arguments: table)
  func matchesNumPy(_ expected: Expected) throws {
    let fresh = NumPyRandomState(seed: expected.seed)
    var random = fresh
    #expect(random.rand(2) == expected.rand)
    random = fresh
    #expect(random.randn(3) == expected.randn)
    random = fresh
    #expect(try random.randint(-100, 1000, count: 4) == expected.randint)
    random = fresh
    #expect(random.permutation(6) == expected.permutation)
    random = fresh
    #expect(try mixedDigest(&random) == expected.mixed)
  }

  /// The Python program's `mixed`.
  private func mixedDigest(_ random: inout NumPyRandomState) throws -> UInt64 {
    var digest: UInt64 = 0
    func add(_ values: [Double]) { for value in values { digest = digest &* 31 &+ value.bitPattern } }
    func add(_ values: [Int]) { for value in values { digest = digest &* 31 &+ UInt64(bitPattern: Int64(value)) } }
    for round in 0..<1000 {
      var shuffled = Array(0..<round % 9)
      random.shuffle(&shuffled)
      add([random.rand(), random.randn()])
      add([try random.randint(0, 10)])
      add([random.uniform(-2, 3)])
      add([try random.randint(-5, 1 << 40)])
      add(random.randn(3))
      add([try random.randint(-7, (1 << 32) - 7)])
      add(random.rand(2))
      add([try random.randint(.min, .max), try random.randint(7, 8)])
      add(random.permutation(round % 13))
      add(shuffled)
    }
    return digest
  }

  @Test("the yogurt data, which draws one by one after an array, are NumPy's")
  func yogurtData() throws {
    let golden = try Golden.load("yogurt_mse")
    var random = NumPyRandomState(seed: golden.seed)
    let features = random.rand(64)
    #expect(features == golden.features)
    let targets = (0..<32).map { features[2 * $0] + features[2 * $0 + 1] + (random.rand() / 10 - 0.05) }
    #expect(targets == golden.targets)
  }

  @Test("asking for nothing gives nothing and draws nothing")
  func nothing() throws {
    var random = NumPyRandomState(seed: 5)
    let before = random
    #expect(random.rand(0).isEmpty && random.rand(-1).isEmpty && random.randn(-1).isEmpty)
    #expect(random.permutation(-1).isEmpty && random.permutation(1) == [0])
    #expect(try random.randint(0, 5, count: -1).isEmpty)
    #expect(random == before)
  }

  @Test("randint refuses a range without an integer", arguments: [(3, 3), (4, 3), (.max, .min)])
  func emptyRange(low: Int, high: Int) {
    var random = NumPyRandomState(seed: 5)
    #expect(throws: RandomError.emptyRange(low: low, high: high)) { try random.randint(low, high) }
    #expect(throws: RandomError.emptyRange(low: low, high: high)) { try random.randint(low, high, count: 2) }
  }
}

@Suite("Philox and TensorFlowRandom")
struct TensorFlowRandomTests {
  struct KnownAnswer: Sendable {
    let counter: SIMD4<UInt32>
    let key: SIMD2<UInt32>
    let block: SIMD4<UInt32>
  }

  // The entries for philox4x32-10 in kat_vectors of the authors' Random123.
  @Test(
    "the authors' known answers",
    arguments: [
      KnownAnswer(counter: .zero, key: .zero, block: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      KnownAnswer(
        counter: .init(repeating: UInt32.max), key: .init(repeating: UInt32.max),
        block: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
      KnownAnswer(
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
        block: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
    ])
  func knownAnswers(_ known: KnownAnswer) {
    #expect(Philox(key: known.key).block(at: known.counter) == known.block)
  }

  @Test("random_normal gives TensorFlow's initial weights", arguments: ["circles_plain", "circles_l2"])
  func circlesWeights(example: String) throws {
    let golden = try Golden.load(example)
    try expectEqual(TensorFlowRandom().randomNormal(22, seed: 1), golden.initial[0])
    try expectEqual(TensorFlowRandom().randomNormal(11, seed: 2), golden.initial[2])
  }

  @Test("a shorter tensor begins the longer one, and is TensorFlow's")
  func yogurtWeights() throws {
    let golden = try Golden.load("yogurt_mse")
    try expectEqual(TensorFlowRandom().randomNormal(2, seed: 1), golden.initial[0])
    for count in -1...9 {
      #expect(
        TensorFlowRandom().randomNormal(count, seed: 1)
          == TensorFlowRandom().randomNormal(9, seed: 1).dropLast(min(9 - count, 9)))
    }
  }

  /// Equal to the bit: TensorFlow's Float functions round these values as the exact ones do.
  private func expectEqual(_ values: [Float], _ golden: [Double]) throws {
    try #require(values.count == golden.count)
    for (index, value) in values.enumerated() {
      #expect(value.bitPattern == Float(golden[index]).bitPattern, "element \(index): \(value), not \(golden[index])")
    }
  }

  // What TensorFlow prints for tf.random.uniform([8], seed=1), rounded to decimals. The values themselves are multiples of
  // 2⁻²³, so the nearest multiple is the exact value.
  @Test("random_uniform gives TensorFlow's values")
  func uniform() throws {
    let printed = [
      0.2390374, 0.92039955, 0.05051243, 0.49574447, 0.8355223, 0.02647042, 0.08811307, 0.4566604,
    ]
    let values = TensorFlowRandom().randomUniform(8, seed: 1)
    try #require(values.count == printed.count)
    for (value, expected) in zip(values, printed) { #expect(Double(value) == (expected * 0x1p23).rounded() * 0x1p-23) }
  }

  @Test("mean and standard deviation scale the same deviates")
  func scaled() {
    let plain = TensorFlowRandom().randomNormal(10, seed: 3)
    let scaled = TensorFlowRandom().randomNormal(10, seed: 3, mean: 5, standardDeviation: 0.5)
    #expect(scaled == plain.map { $0 * 0.5 + 5 })
  }

  @Test("seeds count modulo 2³¹ − 1, negative ones too; two zeros are not random")
  func seeds() {
    let modulus = Int(Int32.max)
    let values = TensorFlowRandom().randomNormal(4, seed: 7)
    #expect(TensorFlowRandom().randomNormal(4, seed: 7 + modulus) == values)
    #expect(TensorFlowRandom().randomNormal(4, seed: 7 - modulus) == values)
    #expect(TensorFlowRandom(graphSeed: 1).randomNormal(4, seed: 7) != values)
    #expect(TensorFlowRandom().randomNormal(4, seed: 8) != values)
    let zeros = TensorFlowRandom(graphSeed: 0).randomNormal(4, seed: 0)
    #expect(zeros == TensorFlowRandom(graphSeed: modulus).randomNormal(4, seed: modulus))
    #expect(zeros != TensorFlowRandom(graphSeed: 0).randomNormal(4, seed: 1))
    _ = TensorFlowRandom(graphSeed: .min).randomNormal(4, seed: .max)
  }

  @Test("normal and uniform deviates have the moments of their distributions")
  func moments() {
    let normal = TensorFlowRandom().randomNormal(100_000, seed: 11).map(Double.init)
    #expect(abs(mean(normal)) < 0.01)
    #expect(abs(mean(normal.map { $0 * $0 }) - 1) < 0.02)
    let uniform = TensorFlowRandom().randomUniform(100_000, seed: 11, from: -1, to: 3).map(Double.init)
    #expect(uniform.allSatisfy { $0 >= -1 && $0 < 3 })
    #expect(abs(mean(uniform) - 1) < 0.015)
    #expect(abs(mean(uniform.map { ($0 - 1) * ($0 - 1) }) - 16.0 / 12) < 0.02)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
