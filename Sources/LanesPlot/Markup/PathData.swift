/// The outline of a path, as SVG writes it, in tenths of a pixel.
///
/// Points are rounded first and then written as differences, which is short and does not drift.
struct PathData: Sendable {
  private(set) var text = ""
  private var x = 0, y = 0
  private var startX = 0, startY = 0

  var isEmpty: Bool { text.isEmpty }

  mutating func move(to point: Point) {
    (x, y) = (tenths(point.x), tenths(point.y))
    (startX, startY) = (x, y)
    text += "M\(Self.number(x))"
    append(y)
  }

  mutating func line(to point: Point) {
    let (newX, newY) = (tenths(point.x), tenths(point.y))
    let (dx, dy) = (newX - x, newY - y)
    (x, y) = (newX, newY)
    switch (dx, dy) {
    case (0, 0): return
    case (_, 0): text += "h\(Self.number(dx))"
    case (0, _): text += "v\(Self.number(dy))"
    default:
      text += "l\(Self.number(dx))"
      append(dy)
    }
  }

  /// A point that shows as a dot where the pen's ends are round.
  mutating func dot(at point: Point) {
    move(to: point)
    text += "h0"
  }

  /// A circle, `radius` pixels wide on each side of `center`.
  mutating func circle(at center: Point, radius: Double) {
    move(to: Point(center.x - radius, center.y))
    let (r, diameter) = (Self.number(tenths(radius)), Self.number(2 * tenths(radius)))
    text += "a\(r) \(r) 0 1 0 \(diameter) 0a\(r) \(r) 0 1 0-\(diameter) 0z"
  }

  /// Back to where the last `move` went.
  mutating func close() {
    text += "z"
    (x, y) = (startX, startY)
  }

  /// A polyline, or a polygon.
  mutating func add(_ points: [Point], closed: Bool) {
    guard let first = points.first else { return }
    move(to: first)
    for point in points.dropFirst() { line(to: point) }
    if closed { close() }
  }

  private mutating func append(_ value: Int) { text += value < 0 ? Self.number(value) : " \(Self.number(value))" }

  private static func number(_ tenths: Int) -> String {
    let (whole, rest) = abs(tenths).quotientAndRemainder(dividingBy: 10)
    let sign = tenths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return whole == 0 ? "\(sign).\(rest)" : "\(sign)\(whole).\(rest)"
  }
}

/// Beyond this many pixels nothing is drawn, and no number of pixels overflows.
private let farthestPixel = 1e6

private func tenths(_ pixels: Double) -> Int {
  pixels.isNaN ? 0 : Int((min(max(pixels, -farthestPixel), farthestPixel) * 10).rounded())
}

/// A number of pixels as SVG writes it, to a hundredth.
func pixels(_ value: Double) -> String {
  guard !value.isNaN else { return "0" }
  let hundredths = Int((min(max(value, -farthestPixel), farthestPixel) * 100).rounded())
  return ExactDecimal(mantissa: hundredths, exponent: -2).shortest.asciiText
}
