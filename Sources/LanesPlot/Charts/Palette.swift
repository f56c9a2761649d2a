/// How the series of a chart differ: by colour, and, for those who see no difference there, by dashes and markers too.
///
/// The colours are those of Okabe and Ito (jfly.uni-koeln.de/color), without the yellow, which is too light on white.
struct SeriesStyle: Hashable, Sendable {
  let color: Color
  let dash: Dash
  let marker: Marker

  /// The style of a chart's series number `index`. Colours repeat after 7, with other dashes and markers.
  init(_ index: Int) {
    color = Self.colors[index % Self.colors.count]
    dash = Dash.allCases[index % Dash.allCases.count]
    marker = Marker.allCases[index % Marker.allCases.count]
  }

  private static let colors = [
    Color("#0072b2"), Color("#d55e00"), Color("#009e73"), Color("#cc79a7"), Color("#e69f00"), Color("#56b4e9"),
    Color("#000000"),
  ]
}

/// The grounds of the two sides of a decision: tints of the first two colours, one lighter than the other.
enum RegionColor {
  static let below = Color("#e3eef7")
  static let above = Color("#f7d2b6")
}

/// Colours for levels, from low (dark blue) to high (light orange), by way of magenta: lightness rises all the way.
func levelColor(_ fraction: Double) -> Color {
  let stops: [(red: Double, green: Double, blue: Double)] = [
    (20, 30, 120), (110, 25, 140), (185, 45, 110), (220, 90, 50), (225, 150, 20),
  ]
  let place = min(max(fraction, 0), 1) * Double(stops.count - 1)
  let index = min(Int(place), stops.count - 2)
  let (a, b, t) = (stops[index], stops[index + 1], place - Double(index))
  let channels = [a.red + t * (b.red - a.red), a.green + t * (b.green - a.green), a.blue + t * (b.blue - a.blue)]
  let digits = channels.map { channel in
    let text = String(Int(channel.rounded()), radix: 16)
    return text.count < 2 ? "0\(text)" : text
  }
  return Color("#\(digits.joined())")
}

/// How a line is interrupted.
enum Dash: CaseIterable, Hashable, Sendable {
  case solid, dashed, dotted, dashDotted, longDashed

  /// Lengths of strokes and gaps in pixels, as SVG writes them.
  var pattern: String {
    switch self {
    case .solid: "1 0"
    case .dashed: "8 4"
    case .dotted: "2 3"
    case .dashDotted: "9 3 2 3"
    case .longDashed: "15 5"
    }
  }
}

/// The shape that stands for a point.
enum Marker: CaseIterable, Hashable, Sendable {
  case circle, triangle, square, diamond, cross, plus

  /// Adds the shape around `center`; the shapes of one radius, in pixels, cover about equal areas.
  func add(to path: inout PathData, at center: Point, radius: Double) {
    switch self {
    case .circle: path.circle(at: center, radius: radius)
    case .triangle: path.add(corners([(0, -1.3), (1.2, 0.85), (-1.2, 0.85)], center, radius), closed: true)
    case .square: path.add(corners([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)], center, radius), closed: true)
    case .diamond: path.add(corners([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)], center, radius), closed: true)
    case .cross: path.add(corners(Self.saltire, center, radius), closed: true)
    case .plus: path.add(corners(Self.greekCross, center, radius), closed: true)
    }
  }

  private func corners(_ offsets: [(Double, Double)], _ center: Point, _ radius: Double) -> [Point] {
    offsets.map { Point(center.x + $0.0 * radius, center.y + $0.1 * radius) }
  }

  private static let greekCross: [(Double, Double)] = [
    (-0.4, -1.3), (0.4, -1.3), (0.4, -0.4), (1.3, -0.4), (1.3, 0.4), (0.4, 0.4), (0.4, 1.3), (-0.4, 1.3), (-0.4, 0.4),
    (-1.3, 0.4), (-1.3, -0.4), (-0.4, -0.4),
  ]
  /// The cross above, turned by 45°.
  private static let saltire = greekCross.map { (($0.0 - $0.1) * 0.7071, ($0.0 + $0.1) * 0.7071) }
}
