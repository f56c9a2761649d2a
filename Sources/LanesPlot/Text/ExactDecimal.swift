/// The number mantissa · 10^exponent, exactly. Ticks are such numbers, so that their labels need no rounding, and every
/// number becomes text here, the same in every locale.
struct ExactDecimal: Hashable, Sendable {
  let mantissa: Int
  let exponent: Int

  init(mantissa: Int, exponent: Int) { (self.mantissa, self.exponent) = (mantissa, exponent) }

  /// A finite value, rounded to a number of significant digits, halves away from zero.
  init(_ value: Double, digits: Int) {
    var (mantissa, exponent) = Self.parse("\(value.magnitude)")
    var dropped = 0
    while String(mantissa).count > max(digits, 1) {
      dropped = mantissa % 10
      mantissa /= 10
      exponent += 1
    }
    if dropped >= 5 { mantissa += 1 }
    self.init(mantissa: value < 0 ? -mantissa : mantissa, exponent: exponent)
  }

  /// Swift's shortest decimal, at most 17 digits, such as 0.125, 5e-324 or 1.7976931348623157e+308.
  private static func parse(_ text: String) -> (mantissa: Int, exponent: Int) {
    let parts = text.split(separator: "e")
    let number = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let fraction = number.count > 1 ? String(number[1]) : ""
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    return (Int(String(number[0]) + fraction) ?? 0, exponent - fraction.count)
  }

  /// The nearest double.
  var value: Double { Double("\(mantissa)e\(exponent)") ?? .nan }

  /// The same number without zeros at the end of its mantissa.
  var shortest: ExactDecimal {
    guard mantissa != 0 else { return ExactDecimal(mantissa: 0, exponent: 0) }
    var (mantissa, exponent) = (mantissa, exponent)
    while mantissa % 10 == 0 {
      mantissa /= 10
      exponent += 1
    }
    return ExactDecimal(mantissa: mantissa, exponent: exponent)
  }

  /// The power of ten of the first digit: 3 for 4321, -2 for 0.05; 0 for 0.
  var order: Int { mantissa == 0 ? 0 : String(mantissa.magnitude).count - 1 + exponent }

  func scaled(byPowerOfTen power: Int) -> ExactDecimal { ExactDecimal(mantissa: mantissa, exponent: exponent + power) }

  /// For machines: `-0.05`.
  var asciiText: String { plain(minus: "-", groups: false) }

  /// For people: `−0.05`, `40,000`. It has -exponent digits after the point.
  var plainText: String { plain(minus: "−", groups: true) }

  /// For people, in powers of ten: `2.5×10⁻⁷`, `10⁶`.
  var scientificText: String {
    let short = shortest
    guard short.mantissa != 0 else { return "0" }
    let leading = short.scaled(byPowerOfTen: -short.order)
    let power = Self.powerOfTen(short.order)
    switch leading {
    case ExactDecimal(mantissa: 1, exponent: 0): return power
    case ExactDecimal(mantissa: -1, exponent: 0): return "−\(power)"
    default: return "\(leading.plainText)×\(power)"
    }
  }

  /// `10⁻³`.
  static func powerOfTen(_ power: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let raised = String(power.magnitude).compactMap { $0.wholeNumberValue.map { String(digits[$0]) } }.joined()
    return "10\(power < 0 ? "⁻" : "")\(raised)"
  }

  private func plain(minus: String, groups: Bool) -> String {
    var digits = String(mantissa.magnitude)
    if exponent > 0 && mantissa != 0 { digits += String(repeating: "0", count: exponent) }
    let places = max(-exponent, 0)
    if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
    let whole = digits.dropLast(places)
    let fraction = digits.suffix(places)
    let text = groups ? Self.grouped(whole) : String(whole)
    return "\(mantissa < 0 ? minus : "")\(text)\(places > 0 ? "." : "")\(fraction)"
  }

  private static func grouped(_ digits: Substring) -> String {
    var output = ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0 && (digits.count - offset) % 3 == 0 { output += "," }
      output.append(digit)
    }
    return output
  }
}

/// A number as people read it, rounded to `digits` significant digits, and never before its point below a million:
/// `0.0706`, `40,000`, `2.5×10⁻⁷`. It is the same in every locale.
public func numberText(_ value: Double, digits: Int = 4) -> String {
  if value.isNaN { return "NaN" }
  if value.isInfinite { return value < 0 ? "−∞" : "∞" }
  let order = ExactDecimal(value, digits: 17).order
  guard (-4..<6).contains(order) else { return ExactDecimal(value, digits: digits).scientificText }
  return ExactDecimal(value, digits: max(digits, order + 1)).shortest.plainText
}
