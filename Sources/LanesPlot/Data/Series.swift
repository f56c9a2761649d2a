/// Named points that belong together: a curve of a line chart, or a class of a scatter chart.
///
/// A point with a coordinate that is not finite is not drawn; a curve has a gap there, and the chart says so.
public struct Series: Hashable, Sendable {
  public var name: String
  public var points: [Point]

  public init(_ name: String, _ points: [Point]) {
    self.name = name
    self.points = points
  }

  /// One point for each pair of values; what exceeds the shorter array is left out.
  public init(_ name: String, x: [Double], y: [Double]) { self.init(name, zip(x, y).map { Point($0, $1) }) }

  /// Values at `first`, `first + step`, `first + 2·step`, …
  public init(_ name: String, _ values: [Double], first: Double = 0, step: Double = 1) {
    self.init(name, values.enumerated().map { Point(first + step * Double($0.offset), $0.element) })
  }

  /// `count` values of a function, evenly over a range, both ends included.
  public init(_ name: String, over range: ClosedRange<Double>, count: Int = 401, _ function: (Double) -> Double) {
    let last = max(count, 2) - 1
    self.init(
      name,
      (0...last).map { index in
        let t = Double(index) / Double(last)
        let x = range.lowerBound * (1 - t) + range.upperBound * t
        return Point(x, function(x))
      })
  }
}
