#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// NumPy's `numpy.random.RandomState(seed)`: the same numbers, to the bit, in the same order of calls.
///
/// NumPy has frozen these streams (NEP 19), so they are the same in every version. The generator is `MersenneTwister`; each
/// method has NumPy's name and takes as many words from the generator as NumPy's does, so calls may be mixed freely. The
/// normal deviates use the C library's `log` in double precision, as NumPy does.
///
/// ```swift
/// var random = NumPyRandomState(seed: 2)
/// let points = random.randn(300 * 2)  // numpy.random.RandomState(2).randn(300, 2), row by row
/// ```
public struct NumPyRandomState: Sendable, Hashable {
  private var generator: MersenneTwister
  /// The second deviate of the last pair, when it has not been handed out.
  private var spareNormal: Double?

  public init(seed: UInt32) {
    generator = MersenneTwister(seed: seed)
  }

  /// One number, uniform in [0, 1): `rand()`, `random_sample()`.
  public mutating func rand() -> Double {
    generator.nextDouble()
  }

  /// `rand(count)`. An array of any shape takes its elements in row-major order. None where `count` is below 1.
  public mutating func rand(_ count: Int) -> [Double] {
    repeated(count) { $0.rand() }
  }

  /// One number, uniform in [low, high) up to rounding: `uniform(low, high)`.
  public mutating func uniform(_ low: Double = 0, _ high: Double = 1) -> Double {
    low + (high - low) * generator.nextDouble()
  }

  /// `uniform(low, high, count)`. None where `count` is below 1.
  public mutating func uniform(_ low: Double, _ high: Double, count: Int) -> [Double] {
    repeated(count) { $0.uniform(low, high) }
  }

  /// One standard normal deviate: `randn()`, `standard_normal()`.
  ///
  /// Marsaglia's polar method: of a point (x, y) that is uniform in the unit disc, both x·f and y·f are normal where
  /// f = √(−2·ln(r²)/r²). (G. Marsaglia and T. A. Bray, *A convenient method for generating normal variables*, SIAM Review
  /// 6(3), 1964.) y·f is handed out first, and x·f by the next call.
  public mutating func randn() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let x = 2 * generator.nextDouble() - 1
      let y = 2 * generator.nextDouble() - 1
      let squaredRadius = x * x + y * y
      if squaredRadius >= 1 || squaredRadius == 0 { continue }
      let factor = (-2 * log(squaredRadius) / squaredRadius).squareRoot()
      spareNormal = factor * x
      return factor * y
    }
  }

  /// `randn(count)`. None where `count` is below 1.
  public mutating func randn(_ count: Int) -> [Double] {
    repeated(count) { $0.randn() }
  }

  /// One integer, uniform in low ..< high: `randint(low, high)` with NumPy's default type, int64.
  public mutating func randint(_ low: Int, _ high: Int) throws(RandomError) -> Int {
    if low >= high { throw .emptyRange(low: low, high: high) }
    let span = UInt64(bitPattern: Int64(high &- low))
    return low &+ Int(truncatingIfNeeded: generator.next(through: span - 1))
  }

  /// `randint(low, high, count)`. None where `count` is below 1.
  public mutating func randint(_ low: Int, _ high: Int, count: Int) throws(RandomError) -> [Int] {
    if low >= high { throw .emptyRange(low: low, high: high) }
    let span = UInt64(bitPattern: Int64(high &- low))
    return repeated(count) { low &+ Int(truncatingIfNeeded: $0.generator.next(through: span - 1)) }
  }

  /// Puts the elements into a random order: `shuffle` of a list, or of the first axis of an array.
  ///
  /// R. A. Fisher and F. Yates, *Statistical tables*, 1938: from the last place down, each swaps with one at or before it.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, Int(generator.next(through: UInt64(last))))
    }
  }

  /// 0 ..< count in a random order: `permutation(count)`. None where `count` is below 1.
  public mutating func permutation(_ count: Int) -> [Int] {
    var indices = Array(0..<max(count, 0))
    shuffle(&indices)
    return indices
  }

  private mutating func repeated<Value>(_ count: Int, _ draw: (inout Self) -> Value) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(max(count, 0))
    for _ in 0..<max(count, 0) { values.append(draw(&self)) }
    return values
  }
}

/// What was wrong with a request for random numbers.
public enum RandomError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no integer in low ..< high.
  case emptyRange(low: Int, high: Int)

  public var description: String {
    switch self {
    case .emptyRange(let low, let high): "randint: there is no integer from \(low) up to, but not including, \(high)"
    }
  }
}
