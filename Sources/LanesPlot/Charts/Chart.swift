/// A picture of data that can be drawn at any size, with text of the same size in each.
public protocol Chart: Sendable {
  /// What stands above the chart.
  var title: String { get }
  /// The size at which it is drawn unless another is asked for.
  var size: ChartSize { get }

  /// The chart at a size. It may turn out smaller where a unit is to be equally long on both axes, and higher where its
  /// legend needs many lines.
  func drawing(size: ChartSize) -> SVG
}

extension Chart {
  /// The text of an SVG file that shows the chart at its own size.
  public func svg() -> String { drawing(size: size).text }
}

/// How large a chart is, with its title, axes and legend.
public struct ChartSize: Hashable, Sendable {
  /// In pixels; at least 280 × 240, below which there is no room for the text.
  public let width: Double, height: Double

  public init(width: Double, height: Double) {
    self.width = Self.usable(width, atLeast: 280)
    self.height = Self.usable(height, atLeast: 240)
  }

  /// 720 × 480.
  public static let standard = ChartSize(width: 720, height: 480)
  /// 340 × 340: as wide as a telephone's screen.
  public static let narrow = ChartSize(width: 340, height: 340)

  private static func usable(_ length: Double, atLeast least: Double) -> Double {
    length.isFinite ? min(max(length, least), 10_000) : least
  }
}

/// An entry of a legend: a sample of what is drawn, and its name.
struct LegendEntry: Sendable {
  enum Sample: Sendable {
    case line(color: Color, dash: Dash, width: Double, marker: Marker?)
    case marker(Marker, Color)
    case region(Color)
  }

  let name: String
  let sample: Sample

  /// How wide the sample is, with the gap to the name, in pixels.
  static let sampleWidth = 36.0

  /// The entry with the left end of its sample at `point`, in the middle of its first line; the name takes one or more
  /// lines.
  func elements(at point: Point, nameLines: [String]) -> [Element] {
    let style = TextStyle.legend
    let texts = nameLines.enumerated().map { index, line in
      let baseline = point.y + style.size * 0.35 + Double(index) * style.lineHeight
      return Element.text(line, at: Point(point.x + Self.sampleWidth, baseline), style: style)
    }
    return sampleElements(at: point) + texts
  }

  private func sampleElements(at point: Point) -> [Element] {
    let middle = Point(point.x + 14, point.y)
    switch sample {
    case .line(let color, let dash, let width, let marker):
      var path = PathData()
      path.add([point, Point(point.x + 28, point.y)], closed: false)
      let line = Element.stroke(path, color: color, width: width, dash: dash)
      return [line] + (marker.map { Self.markerElements($0, color, at: middle) } ?? [])
    case .marker(let marker, let color):
      return Self.markerElements(marker, color, at: middle)
    case .region(let color):
      return [.rectangle(Rectangle(x: point.x + 4, y: point.y - 7, width: 20, height: 14), fill: color, stroke: .axis)]
    }
  }

  private static func markerElements(_ marker: Marker, _ color: Color, at point: Point) -> [Element] {
    var path = PathData()
    marker.add(to: &path, at: point, radius: markerRadius)
    return [.shapes([path], color: color)]
  }
}

/// In pixels.
let markerRadius = 3.8
