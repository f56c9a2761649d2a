/// A point of a chart: in the units of its axes, or in pixels from the upper left corner of a drawing.
public struct Point: Hashable, Sendable {
  public var x: Double, y: Double

  public init(_ x: Double, _ y: Double) { (self.x, self.y) = (x, y) }
}

/// A part of a drawing, in pixels from its upper left corner.
struct Rectangle: Hashable, Sendable {
  var x: Double, y: Double, width: Double, height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  func isInside(_ other: Rectangle) -> Bool {
    x >= other.x && y >= other.y && right <= other.right && bottom <= other.bottom
  }

  func contains(_ point: Point) -> Bool {
    x <= point.x && point.x <= right && y <= point.y && point.y <= bottom
  }

  func overlaps(_ other: Rectangle) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }

  var center: Point { Point(x + width / 2, y + height / 2) }
}
