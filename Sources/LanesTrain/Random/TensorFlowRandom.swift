#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The random tensors of TensorFlow 1: what a graph's `tf.random_normal(shape, seed: …)` gives when it first runs.
///
/// TensorFlow makes the key of `Philox` from the graph's seed, and the upper half of its counter from the operation's seed;
/// the lower half counts blocks of four values. So the values depend on the two seeds alone, and a longer tensor begins
/// with the values of a shorter one. (`PhiloxRandom`, `GuardedPhiloxRandom` and `random_distributions.h` in TensorFlow.)
///
/// The elementary functions are evaluated in double precision and rounded to Float, so that the values do not depend on the
/// C library's Float functions. TensorFlow uses those, and may be 1 ULP off.
public struct TensorFlowRandom: Sendable, Hashable {
  /// The seed that TensorFlow gives a graph whose user set none.
  public static let defaultGraphSeed = 87_654_321

  /// `tf.set_random_seed(graphSeed)`.
  public let graphSeed: Int

  public init(graphSeed: Int = defaultGraphSeed) {
    self.graphSeed = graphSeed
  }

  /// `tf.random_normal(shape, mean, stddev, seed: seed)` for a shape of `count` elements, in row-major order. None where
  /// `count` is below 1.
  public func randomNormal(
    _ count: Int, seed: Int, mean: Float = 0, standardDeviation: Float = 1
  ) -> [Float] {
    blocks(count, seed: seed) { words in
      let first = Self.normalPair(words[0], words[1])
      let second = Self.normalPair(words[2], words[3])
      return SIMD4(lowHalf: first, highHalf: second) * standardDeviation + mean
    }
  }

  /// `tf.random_uniform(shape, low, high, seed: seed)`: uniform in [low, high) up to rounding, from 2²³ steps. None where
  /// `count` is below 1.
  public func randomUniform(_ count: Int, seed: Int, from low: Float = 0, to high: Float = 1) -> [Float] {
    blocks(count, seed: seed) { words in
      SIMD4(
        Self.unitFloat(words[0]), Self.unitFloat(words[1]), Self.unitFloat(words[2]), Self.unitFloat(words[3])
      ) * (high - low) + low
    }
  }

  /// `count` values, four from each block of words of the operation with this seed.
  private func blocks(_ count: Int, seed: Int, _ values: (Philox.Block) -> SIMD4<Float>) -> [Float] {
    let (key, operation) = Self.effectiveSeeds(graph: graphSeed, operation: seed)
    let philox = Philox(key: SIMD2(Self.low(key), Self.high(key)))
    var result: [Float] = []
    result.reserveCapacity(max(count, 0))
    var index: UInt64 = 0
    while result.count < count {
      let counter = SIMD4(Self.low(index), Self.high(index), Self.low(operation), Self.high(operation))
      let four = values(philox.block(at: counter))
      for lane in 0..<min(4, count - result.count) { result.append(four[lane]) }
      index += 1
    }
    return result
  }

  /// As TensorFlow's Python front end passes them on: modulo 2³¹ − 1, and not both 0 (which would ask for a random seed).
  private static func effectiveSeeds(graph: Int, operation: Int) -> (UInt64, UInt64) {
    let modulus = Int(Int32.max)
    func reduced(_ seed: Int) -> UInt64 {
      let remainder = seed % modulus
      return UInt64(remainder < 0 ? remainder + modulus : remainder)
    }
    let seeds = (reduced(graph), reduced(operation))
    return seeds == (0, 0) ? (0, UInt64(modulus)) : seeds
  }

  private static func low(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word) }
  private static func high(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word >> 32) }

  /// A multiple of 2⁻²³ in [0, 1): the low 23 bits are the fraction of a float in [1, 2) (`Uint32ToFloat`).
  static func unitFloat(_ word: UInt32) -> Float {
    Float(bitPattern: 0x3f80_0000 | (word & 0x7f_ffff)) - 1
  }

  /// Two standard normal deviates, the sine's first (`BoxMullerFloat`): √(−2·ln u)·sin(2πv) and √(−2·ln u)·cos(2πv) of uniform
  /// u and v, with u at least 1e-7. G. E. P. Box and M. E. Muller, *A note on the generation of random normal deviates*,
  /// Annals of Mathematical Statistics 29(2), 1958.
  static func normalPair(_ first: UInt32, _ second: UInt32) -> SIMD2<Float> {
    let uniform = max(unitFloat(first), 1e-7)
    let angle = Double(Float(2 * Double.pi * Double(unitFloat(second))))
    let radius = (-2 * Float(log(Double(uniform)))).squareRoot()
    return SIMD2(Float(sin(angle)), Float(cos(angle))) * radius
  }
}
