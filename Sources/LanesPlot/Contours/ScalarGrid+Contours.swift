/// A line along which a grid's values equal a level.
public struct Contour: Hashable, Sendable {
  /// In the grid's coordinates, with the higher values on the left of the line's way (x to the right, y up).
  public let points: [Point]
  /// Whether the last point is joined to the first.
  public let isClosed: Bool

  /// In the grid's coordinates.
  public var length: Double {
    let ends = isClosed ? Array(points.dropFirst()) + points.prefix(1) : Array(points.dropFirst())
    return zip(points, ends).reduce(0) { $0 + distance($1.0, $1.1) }
  }
}

extension ScalarGrid {
  /// The lines where the values cross `level`, interpolated linearly. A value that equals the level counts as above it.
  /// Lines end at the border of the grid and at cells with a value that is not finite.
  public func contours(at level: Double) -> [Contour] {
    MarchingSquares(self, level: level).lines().compactMap { trace in
      var points: [Point] = []
      for point in trace.points where point != points.last { points.append(point) }
      if trace.isClosed, points.count > 1, points.last == points.first { points.removeLast() }
      return points.count < 2 ? nil : Contour(points: points, isClosed: trace.isClosed)
    }
  }

  /// The outlines of the part where values are at least the level, or less than it; an outline inside another is a
  /// hole.
  func outlines(level: Double, below: Bool) -> [[Point]] {
    MarchingSquares(self, level: level, below: below).outlines().map(\.points)
  }
}
