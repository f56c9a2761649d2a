/// A finished drawing: shapes on a white ground, in pixels from the upper left corner.
public struct SVG: Sendable {
  /// In pixels.
  public let width: Double, height: Double
  /// What a screen reader says first.
  public let title: String
  /// What a screen reader says next: what the drawing shows.
  public let summary: String
  public let content: [Element]

  public init(width: Double, height: Double, title: String, summary: String, content: [Element]) {
    (self.width, self.height) = (width, height)
    (self.title, self.summary) = (title, summary)
    self.content = content
  }

  /// The drawing as an element that can stand in a page. It refers to no id, so that many can stand in one.
  public var element: Element {
    let (width, height) = (pixels(width), pixels(height))
    let ground = Element("rect", ["width": "100%", "height": "100%", "fill": Color.white.hex])
    return Element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "width": width, "height": height, "viewBox": "0 0 \(width) \(height)",
        "role": "img", "aria-label": "\(title). \(summary)", "font-family": TextStyle.family, "fill": Color.ink.hex,
      ],
      [Element("title", text: title), Element("desc", text: summary), ground] + content)
  }

  /// The text of an SVG file.
  public var text: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(element.markup)\n" }
}

/// A colour, as six hexadecimal digits of red, green and blue.
struct Color: Hashable, Sendable {
  let hex: String

  init(_ hex: String) { self.hex = hex }

  static let white = Color("#ffffff")
  /// Text.
  static let ink = Color("#1a1a1a")
  /// Axes, and text of less weight.
  static let axis = Color("#4d4d4d")
  static let gridLine = Color("#e4e4e4")
  static let minorGridLine = Color("#f2f2f2")
}

/// How text stands to the point where it is drawn.
enum TextAnchor: String, Sendable {
  case start, middle, end
}

extension Element {
  /// A straight line, `width` pixels thick.
  static func line(from start: Point, to end: Point, color: Color, width: Double = 1) -> Element {
    Element(
      "line",
      [
        "x1": pixels(start.x), "y1": pixels(start.y), "x2": pixels(end.x), "y2": pixels(end.y), "stroke": color.hex,
        "stroke-width": pixels(width),
      ])
  }

  static func rectangle(_ rectangle: Rectangle, fill: Color?, stroke: Color? = nil) -> Element {
    Element(
      "rect",
      [
        "x": pixels(rectangle.x), "y": pixels(rectangle.y), "width": pixels(rectangle.width),
        "height": pixels(rectangle.height), "fill": fill?.hex ?? "none", "stroke": stroke?.hex ?? "none",
      ])
  }

  /// A path that is drawn with a pen `width` pixels thick.
  static func stroke(_ path: PathData, color: Color, width: Double, dash: Dash = .solid) -> Element {
    Element(
      "path",
      [
        "d": path.text, "fill": "none", "stroke": color.hex, "stroke-width": pixels(width), "stroke-linejoin": "round",
        "stroke-linecap": dash == .solid ? "round" : "butt", "stroke-dasharray": dash == .solid ? "" : dash.pattern,
      ])
  }

  /// A path that is filled; a part inside a part is a hole.
  static func fill(_ path: PathData, color: Color) -> Element {
    Element("path", ["d": path.text, "fill": color.hex, "fill-rule": "evenodd"])
  }

  /// Filled shapes, each with a thin white outline that sets it off from those beneath.
  static func shapes(_ shapes: [PathData], color: Color) -> Element {
    Element(
      "g", ["fill": color.hex, "stroke": Color.white.hex, "stroke-width": "0.8"],
      shapes.map { Element("path", ["d": $0.text]) })
  }

  /// A line of text whose baseline starts, is centred or ends at `point`; `rotated`, it runs upwards.
  static func text(
    _ text: String, at point: Point, style: TextStyle, anchor: TextAnchor = .start, color: Color = .ink,
    rotated: Bool = false
  ) -> Element {
    let (x, y) = (pixels(point.x), pixels(point.y))
    return Element(
      "text",
      [
        "x": x, "y": y, "font-size": pixels(style.size), "font-weight": style.isBold ? "bold" : "",
        "text-anchor": anchor == .start ? "" : anchor.rawValue, "fill": color == .ink ? "" : color.hex,
        "transform": rotated ? "rotate(-90 \(x) \(y))" : "",
      ], text: text)
  }

  /// Shapes of which only the part inside `rectangle` shows.
  static func clipped(to rectangle: Rectangle, _ content: [Element]) -> Element {
    let (x, y) = (pixels(rectangle.x), pixels(rectangle.y))
    let (width, height) = (pixels(rectangle.width), pixels(rectangle.height))
    return Element(
      "svg",
      [
        "x": x, "y": y, "width": width, "height": height, "viewBox": "\(x) \(y) \(width) \(height)",
        "overflow": "hidden",
      ], content)
  }
}
