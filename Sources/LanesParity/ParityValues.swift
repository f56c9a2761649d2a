/// A small generator (SplitMix64) with a text as its seed, so that a case draws the same values wherever it runs.
public struct ParityGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// FNV-1a of the text.
  public init(seed: String) {
    state = 0xcbf2_9ce4_8422_2325
    for byte in seed.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// An integer of 0 ..< bound, which must be positive.
  mutating func below(_ bound: Int) -> Int { Int(next() >> 33) % bound }

  /// A multiple of 2⁻²³ in [−1, 1).
  mutating func unit() -> Float { Float(Int32(truncatingIfNeeded: Int64(next() >> 40)) - 8_388_608) * 0x1p-23 }
}

/// How the elements of an argument are chosen.
public struct ParityValues: Sendable {
  /// As it stands in the names of cases.
  public let name: String
  private let draw: @Sendable (_ index: Int, _ count: Int, inout ParityGenerator) -> Float

  public init(_ name: String, _ draw: @escaping @Sendable (_ index: Int, _ count: Int, inout ParityGenerator) -> Float)
  {
    (self.name, self.draw) = (name, draw)
  }

  func value(at index: Int, of count: Int, _ generator: inout ParityGenerator) -> Float {
    draw(index, count, &generator)
  }
}

extension ParityValues {
  /// −8 ... 8: sums and products are exact in every order, so that a difference is a wrong index.
  public static let integers = ParityValues("integers") { _, _, generator in Float(generator.below(17) - 8) }

  /// In [−2, 2), with full mantissas: a wrong order of additions shows.
  public static let normals = ParityValues("normals") { _, _, generator in 2 * generator.unit() }

  /// In [0, 1).
  public static let positives = ParityValues("positives") { _, _, generator in generator.unit().magnitude }

  /// Of magnitudes from 2⁻³⁰ to 2³⁰.
  public static let wide = ParityValues("wide") { _, _, generator in
    let exponent = generator.below(61) - 30
    return (1 + generator.unit().magnitude) * (generator.below(2) == 0 ? 1 : -1) * power(exponent)
  }

  /// Any 32 bits: NaNs, infinities and subnormals among them.
  public static let bits = ParityValues("bits") { _, _, generator in
    Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
  }

  /// Below the least normal number.
  public static let subnormals = ParityValues("subnormals") { _, _, generator in
    Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()) & 0x807f_ffff)
  }

  /// Of the last two binades: sums and products overflow.
  public static let huge = ParityValues("huge") { _, _, generator in
    Float(bitPattern: (UInt32(truncatingIfNeeded: generator.next()) & 0x80ff_ffff) | 0x7e80_0000).finite
  }

  /// Landmarks (see `landmarkList`) and normals, mixed.
  public static let special = ParityValues("special") { _, _, generator in
    generator.below(3) == 0 ? landmarkList[generator.below(landmarkList.count)] : 2 * generator.unit()
  }

  /// −1, −0, +0, 1, 2, few enough that there are ties.
  public static let ties = ParityValues("ties") { _, _, generator in
    [-1, -0.0, 0, 1, 2][generator.below(5)]
  }

  public static func constant(_ value: Float) -> ParityValues { ParityValues("all \(value)") { _, _, _ in value } }

  /// The list, from its start and again.
  public static func list(_ name: String, _ values: [Float]) -> ParityValues {
    ParityValues(name) { index, _, _ in values.isEmpty ? 0 : values[index % values.count] }
  }

  /// Normals, times a factor, plus an offset.
  public static func scaled(_ factor: Float, offset: Float = 0) -> ParityValues {
    ParityValues("normals*\(factor)+\(offset)") { _, _, generator in generator.unit() * factor + offset }
  }

  /// Where a value is planted among others.
  public enum Place: String, CaseIterable, Sendable { case first, middle, last }

  /// These values, but one.
  public func planting(_ value: Float, at place: Place) -> ParityValues {
    ParityValues("\(name), \(value)@\(place)") { [draw] index, count, generator in
      let drawn = draw(index, count, &generator)
      let target = place == .first ? 0 : place == .last ? count - 1 : count / 2
      return index == target ? value : drawn
    }
  }

  /// These values, but the one at `position`.
  public func planting(_ value: Float, at position: Int) -> ParityValues {
    ParityValues("\(name), \(value)@\(position)") { [draw] index, count, generator in
      let drawn = draw(index, count, &generator)
      return index == position ? value : drawn
    }
  }

  private static func power(_ exponent: Int) -> Float {
    Float(sign: .plus, exponent: exponent, significand: 1)
  }
}

extension ParityValues {
  /// Values at which some function of the contract turns, each with its neighbours and of both signs.
  public static let landmarkList: [Float] = {
    let points: [Float] = [
      0, .leastNonzeroMagnitude, 0x1p-140, .leastNormalMagnitude, 0x1p-63, 0x1p-24, 0x1p-12, 0.125, 0.25, 0.5,
      0x1.6a09e6p-1, 0.75, 1, 0x1.6a09e6p+0, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 9.1, 16.6, 17.3, 44, 64, 87.33655, 88,
      88.37626, 88.72284, 89, 103.27893,
      103.97208, 104, 150, 1e4, 1e6, 4_194_304, 8_388_608, 16_777_216, 0x1p63, 0x1p64, 1e30, .greatestFiniteMagnitude,
      .infinity,
    ]
    var list: [Float] = [.nan]
    for point in points {
      for value in [point.nextDown, point, point.nextUp] where !value.isNaN { list += [value, -value] }
    }
    return list
  }()

  /// The fewer for which all pairs and triples are tried.
  public static let cornerList: [Float] = [
    0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, 0.75, 1, -1, 1.5, -2, 1e20, -1e20,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, -.infinity, .nan, -.nan,
  ]

  public static let corners = ParityValues.list("corners", cornerList)

  /// Each corner as often as there are corners: with `corners`, all pairs.
  public static let repeatedCorners = ParityValues("corners, each repeated") { index, _, _ in
    cornerList[index / cornerList.count % cornerList.count]
  }

  public static let landmarks = ParityValues.list("landmarks", landmarkList)
}

extension Float {
  /// The largest numbers in place of infinities.
  fileprivate var finite: Float {
    isInfinite ? Float(signOf: self, magnitudeOf: .greatestFiniteMagnitude) : self
  }
}
