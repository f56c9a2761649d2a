/// A value at each point of a regular grid: what contours and decision regions are drawn from.
public struct ScalarGrid: Sendable, Hashable {
  /// The coordinates of the first and the last column, and of the first and the last row.
  public let x: ClosedRange<Double>, y: ClosedRange<Double>
  /// At least 2 of each.
  public let columns: Int, rows: Int
  /// rows × columns, row by row; a row runs along x, the rows along y. A value that is not finite is a hole.
  public let values: [Double]

  /// `values` are rows × columns, row by row.
  public init(
    x: ClosedRange<Double>, columns: Int, y: ClosedRange<Double>, rows: Int, values: [Double]
  ) throws(PlotError) {
    guard columns >= 2, rows >= 2 else { throw .gridTooSmall(columns: columns, rows: rows) }
    let (count, overflow) = columns.multipliedReportingOverflow(by: rows)
    guard !overflow, values.count == count else {
      throw .wrongNumberOfValues(values: values.count, columns: columns, rows: rows)
    }
    guard Self.spans(x), Self.spans(y) else { throw .gridWithoutExtent(x: x, y: y) }
    (self.x, self.columns) = (x, columns)
    (self.y, self.rows) = (y, rows)
    self.values = values
  }

  /// `values` are rows × columns, row by row.
  public init(
    x: ClosedRange<Double>, columns: Int, y: ClosedRange<Double>, rows: Int, values: [Float]
  ) throws(PlotError) {
    try self.init(x: x, columns: columns, y: y, rows: rows, values: values.map { Double($0) })
  }

  /// The values of a function at the points of the grid.
  public init(
    x: ClosedRange<Double>, columns: Int, y: ClosedRange<Double>, rows: Int, _ function: (Double, Double) -> Double
  ) throws(PlotError) {
    guard columns >= 2, rows >= 2 else { throw .gridTooSmall(columns: columns, rows: rows) }
    let xs = (0..<columns).map { Self.coordinate(Double($0), of: columns, in: x) }
    let ys = (0..<rows).map { Self.coordinate(Double($0), of: rows, in: y) }
    try self.init(x: x, columns: columns, y: y, rows: rows, values: ys.flatMap { y in xs.map { function($0, y) } })
  }

  /// Where a column and a row lie, or a place between them.
  func point(column: Double, row: Double) -> Point {
    Point(Self.coordinate(column, of: columns, in: x), Self.coordinate(row, of: rows, in: y))
  }

  private static func coordinate(_ index: Double, of count: Int, in range: ClosedRange<Double>) -> Double {
    let t = index / Double(count - 1)
    return range.lowerBound * (1 - t) + range.upperBound * t
  }

  private static func spans(_ range: ClosedRange<Double>) -> Bool {
    range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound
  }
}

/// What does not fit about the values of a chart.
public enum PlotError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A grid needs at least 2 columns and 2 rows.
  case gridTooSmall(columns: Int, rows: Int)
  /// A grid needs columns · rows values.
  case wrongNumberOfValues(values: Int, columns: Int, rows: Int)
  /// The coordinates of a grid must be finite, and its ends apart.
  case gridWithoutExtent(x: ClosedRange<Double>, y: ClosedRange<Double>)

  public var description: String {
    switch self {
    case .gridTooSmall(let columns, let rows): "a grid cannot have \(columns) × \(rows) points; it needs at least 2 × 2"
    case .wrongNumberOfValues(let values, let columns, let rows):
      "there are \(values) values for a grid of \(columns) columns and \(rows) rows"
    case .gridWithoutExtent(let x, let y): "a grid cannot lie over x \(x) and y \(y); both must be finite and not empty"
    }
  }
}
