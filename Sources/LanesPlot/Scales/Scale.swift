/// How an axis maps values to places.
public enum AxisScale: Hashable, Sendable {
  /// Equal differences are equally far apart.
  case linear
  /// Equal ratios are equally far apart. Values that are not above 0 have no place.
  case logarithmic

  /// Whether the value has a place on such an axis.
  func accepts(_ value: Double) -> Bool { value.isFinite && (self == .linear || value > 0) }
}

/// An axis: the values at its two ends, which are finite and apart (and positive where it is logarithmic).
struct Scale: Hashable, Sendable {
  let kind: AxisScale
  let lower: Double, upper: Double

  /// An axis from the lowest to the highest of the values that it accepts, and `margin` of its length beyond either.
  /// One value gets room around it; no value, 0 to 1 (or 1 to 10).
  init(_ kind: AxisScale, covering values: some Sequence<Double>, margin: Double = 0.04) {
    var lowest = Double.infinity
    var highest = -Double.infinity
    for value in values where kind.accepts(value) {
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    self.init(kind, from: lowest, to: highest, margin: margin)
  }

  /// An axis from `lowest` to `highest`, as far as it can have such ends.
  init(_ kind: AxisScale, from lowest: Double, to highest: Double, margin: Double = 0) {
    self.kind = kind
    switch kind {
    case .linear: (lower, upper) = Self.linearEnds(lowest, highest, margin: margin)
    case .logarithmic: (lower, upper) = Self.logarithmicEnds(lowest, highest, margin: margin)
    }
  }

  /// Differences below this part of a value are taken for rounding.
  private static let resolution = 1e-12
  /// The smallest difference that an axis shows.
  private static let smallestSpan = 1e-300
  private static let largest = Double.greatestFiniteMagnitude

  private static func linearEnds(_ lowest: Double, _ highest: Double, margin: Double) -> (Double, Double) {
    guard lowest.isFinite, highest.isFinite, lowest <= highest else { return (0, 1) }
    let magnitude = max(lowest.magnitude, highest.magnitude)
    // Quarters: the difference of the largest numbers overflows.
    let quarter = highest / 4 - lowest / 4
    if quarter * 4 < smallestSpan && magnitude < smallestSpan { return (-1, 1) }
    if quarter <= magnitude * resolution / 4 {
      return (max(lowest - magnitude * 0.1, -largest), min(highest + magnitude * 0.1, largest))
    }
    let room = quarter * (4 * margin)
    return (max(lowest - room, -largest), min(highest + room, largest))
  }

  private static func logarithmicEnds(_ lowest: Double, _ highest: Double, margin: Double) -> (Double, Double) {
    guard lowest > 0, lowest.isFinite, highest.isFinite, lowest <= highest else { return (1, 10) }
    let low = max(lowest, .leastNormalMagnitude)
    let high = max(highest, low)
    if high / low <= 1 + resolution {
      return (max(low / 2, .leastNormalMagnitude), high > largest / 2 ? largest : high * 2)
    }
    let decades = decimalLogarithm(high) - decimalLogarithm(low)
    let factor = tenToThe(decades * margin)
    return (max(low / factor, .leastNormalMagnitude), high > largest / factor ? largest : high * factor)
  }

  /// 0 at the lower end, 1 at the upper end; nil for a value that has no place. It may lie beyond the ends.
  func fraction(of value: Double) -> Double? {
    guard kind.accepts(value) else { return nil }
    switch kind {
    case .linear:
      return (value / 4 - lower / 4) / (upper / 4 - lower / 4)
    case .logarithmic:
      let start = decimalLogarithm(lower)
      return (decimalLogarithm(value) - start) / (decimalLogarithm(upper) - start)
    }
  }

  func contains(_ value: Double) -> Bool { kind.accepts(value) && lower <= value && value <= upper }
}
