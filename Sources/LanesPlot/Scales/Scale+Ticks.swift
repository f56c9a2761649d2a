/// The marks of an axis.
struct Ticks: Hashable, Sendable {
  /// A mark with its text.
  struct Tick: Hashable, Sendable {
    let value: Double
    let label: String
  }

  /// In ascending order.
  var labelled: [Tick]
  /// Marks without text, in ascending order.
  var minor: [Double] = []
  /// What is to be added to the labels' numbers.
  var offset = ExactDecimal(mantissa: 0, exponent: 0)
  /// The power of ten that the labels' numbers are to be multiplied with first; 0 for 1.
  var power = 0

  /// What an axis says after its label, such as ` − 1,000,000,000 (×10⁻³)`; mostly nothing.
  var unitText: String {
    let minus = ExactDecimal(mantissa: -offset.mantissa, exponent: offset.exponent).plainText
    let difference = offset.mantissa < 0 ? " + \(minus)" : " − \(minus.dropFirst())"
    return (offset.mantissa == 0 ? "" : difference) + (power == 0 ? "" : " (×\(ExactDecimal.powerOfTen(power)))")
  }
}

extension Scale {
  /// At most `limit` labelled ticks (at least 2 are asked for) at round values between the ends.
  func ticks(atMost limit: Int) -> Ticks {
    switch kind {
    case .linear: linearTicks(atMost: max(limit, 2))
    case .logarithmic: logarithmicTicks(atMost: max(limit, 2))
    }
  }

  /// The multiples of the smallest of 1, 2, 5 · 10^e that are few enough.
  private func linearTicks(atMost limit: Int) -> Ticks {
    let roughStep = (upper / 4 - lower / 4) / Double(limit) * 4
    let lowestExponent = Int(decimalLogarithm(roughStep).rounded(.down)) - 1
    for exponent in lowestExponent...(lowestExponent + 4) {
      for factor in [1, 2, 5] {
        let step = ExactDecimal(mantissa: factor, exponent: exponent)
        if let multiples = multiples(of: step, atMost: limit) { return Self.labelled(multiples) }
      }
    }
    return Ticks(labelled: [])
  }

  /// The multiples of `step` on the axis, exactly; nil if there are too many. An end that misses a multiple by rounding
  /// has its tick.
  private func multiples(of step: ExactDecimal, atMost limit: Int) -> [ExactDecimal]? {
    let tolerance = 1e-9
    let first = (lower / step.value - tolerance).rounded(.up)
    let last = (upper / step.value + tolerance).rounded(.down)
    guard last - first < Double(limit), first.magnitude < 1e17, last.magnitude < 1e17 else { return nil }
    guard first <= last else { return [] }
    return (Int(first)...Int(last)).map { ExactDecimal(mantissa: $0 * step.mantissa, exponent: step.exponent) }
  }

  /// Labels with more digits than this show the difference from the first.
  private static let longestLabel = 7

  /// All labels have equally many digits after the point; very large and very small ones share a power of ten.
  private static func labelled(_ values: [ExactDecimal]) -> Ticks {
    let digits = values.map { String($0.mantissa.magnitude).count }.max() ?? 0
    let offset = digits > longestLabel ? values[0] : ExactDecimal(mantissa: 0, exponent: values.first?.exponent ?? 0)
    let numbers = values.map { ExactDecimal(mantissa: $0.mantissa - offset.mantissa, exponent: $0.exponent) }
    let order = numbers.filter { $0.mantissa != 0 }.map(\.order).max() ?? 0
    let power = (-4..<6).contains(order) ? 0 : order
    let labelled = zip(values, numbers).map { value, number in
      Ticks.Tick(value: value.value, label: number.scaled(byPowerOfTen: -power).plainText)
    }
    return Ticks(labelled: labelled, offset: offset.shortest, power: power)
  }

  /// Powers of ten, every n-th where they are many, with minor ticks at their multiples where they are few. An axis
  /// with less than two powers also labels 2 and 5 times each, and one with less than two of those has the ticks of a
  /// linear axis.
  private func logarithmicTicks(atMost limit: Int) -> Ticks {
    let first = Int(decimalLogarithm(lower).rounded(.down))
    let last = Int(decimalLogarithm(upper).rounded(.up))
    let powers = (first...last).filter { contains(ExactDecimal(mantissa: 1, exponent: $0).value) }
    if powers.count >= 2 {
      let shown =
        Self.strides.lazy.map { stride in powers.filter { $0 % stride == 0 } }.first { $0.count <= limit } ?? []
      let minor = powers.count <= min(limit, 10) ? decimals([2, 3, 4, 5, 6, 7, 8, 9], first...last) : []
      let ends = [powers[0], powers[powers.count - 1]]
      return Self.logarithmic(
        (shown.count >= 2 ? shown : ends).map { ExactDecimal(mantissa: 1, exponent: $0) }, minor: minor)
    }
    let few = decimals([1, 2, 5], first...last)
    if few.count >= 2 && few.count <= limit {
      return Self.logarithmic(few, minor: decimals([3, 4, 6, 7, 8, 9], first...last))
    }
    return linearTicks(atMost: limit)
  }

  /// Which powers of ten have a label: every first, second, …
  private static let strides = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500]

  /// The factors times each power of ten, as far as they are on the axis.
  private func decimals(_ factors: [Int], _ exponents: ClosedRange<Int>) -> [ExactDecimal] {
    exponents.flatMap { exponent in factors.map { ExactDecimal(mantissa: $0, exponent: exponent) } }
      .filter { contains($0.value) }
  }

  private static func logarithmic(_ values: [ExactDecimal], minor: [ExactDecimal] = []) -> Ticks {
    let isPlain = values.allSatisfy { (-4..<5).contains($0.order) }
    let labelled = values.map { value in
      Ticks.Tick(value: value.value, label: isPlain ? value.shortest.plainText : value.scientificText)
    }
    return Ticks(labelled: labelled, minor: minor.map(\.value))
  }
}
