/// The generator MT19937: 32-bit words with a period of 2¹⁹⁹³⁷ − 1.
///
/// M. Matsumoto and T. Nishimura, *Mersenne Twister: A 623-dimensionally equidistributed uniform pseudo-random number
/// generator*, ACM TOMACS 8(1), 1998. It is seeded as the authors' `init_genrand` of 2002 does, and as NumPy's
/// `RandomState(seed)` does.
public struct MersenneTwister: Sendable, Hashable {
  private static let size = 624
  private static let shift = 397

  private var state: [UInt32]
  /// The next word of `state` to hand out; `size` when all are used up.
  private var position = size

  public init(seed: UInt32) {
    var word = seed
    state = []
    state.reserveCapacity(Self.size)
    for index in 0..<UInt32(Self.size) {
      state.append(word)
      word = 1_812_433_253 &* (word ^ (word >> 30)) &+ index &+ 1
    }
  }

  /// The next word, uniform over all 2³² (`genrand_int32`).
  public mutating func nextWord() -> UInt32 {
    if position == Self.size { twist() }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9d2c_5680
    word ^= (word << 15) & 0xefc6_0000
    word ^= word >> 18
    return word
  }

  /// Two words, the first one on top, as NumPy's 64-bit draws take them.
  public mutating func nextDoubleWord() -> UInt64 {
    let high = UInt64(nextWord())
    return high << 32 | UInt64(nextWord())
  }

  /// A multiple of 2⁻⁵³ in [0, 1) from 27 + 26 bits of two words (`genrand_res53`).
  public mutating func nextDouble() -> Double {
    let high = Double(nextWord() >> 5)
    let low = Double(nextWord() >> 6)
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /// A number in 0 … `maximum`, without bias: words cut to the bits of `maximum`, until one is not above it. Takes 32-bit
  /// words where they are enough and 64-bit ones otherwise, as NumPy's `random_interval` does; none where `maximum` is 0.
  public mutating func next(through maximum: UInt64) -> UInt64 {
    if maximum == 0 { return 0 }
    let mask = UInt64.max >> UInt64(maximum.leadingZeroBitCount)
    while true {
      let word = maximum <= 0xffff_ffff ? UInt64(nextWord()) : nextDoubleWord()
      let value = word & mask
      if value <= maximum { return value }
    }
  }

  /// Makes the next `size` words from the last ones.
  private mutating func twist() {
    for index in 0..<Self.size {
      let next = state[(index + 1) % Self.size]
      let mixed = (state[index] & 0x8000_0000) | (next & 0x7fff_ffff)
      let matrix: UInt32 = mixed & 1 == 0 ? 0 : 0x9908_b0df
      state[index] = state[(index + Self.shift) % Self.size] ^ (mixed >> 1) ^ matrix
    }
    position = 0
  }
}
