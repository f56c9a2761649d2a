import Testing

@testable import LanesPlot

@Suite("Contours")
struct ContourTests {
  /// 3 × 3 points or so, with x the column and y the row.
  private func grid(_ rows: [[Double]]) throws -> ScalarGrid {
    try ScalarGrid(
      x: 0...Double(rows[0].count - 1), columns: rows[0].count, y: 0...Double(rows.count - 1), rows: rows.count,
      values: rows.flatMap { $0 })
  }

  /// Twice the area; positive if the outline runs counter-clockwise.
  private func doubleArea(_ points: [Point]) -> Double {
    zip(points, points.dropFirst() + points.prefix(1)).reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y }
  }

  @Test("a circle is one ring of the right length, all of it near the circle", arguments: [41, 200, 401])
  func circle(count: Int) throws {
    let grid = try ScalarGrid(x: -2...2, columns: count, y: -2...2, rows: count) { 2 - $0 * $0 - $1 * $1 }
    let contours = grid.contours(at: 0)
    #expect(contours.count == 1)
    let ring = try #require(contours.first)
    #expect(ring.isClosed)
    let radius = 2.0.squareRoot()
    let step = 4 / Double(count - 1)
    #expect(abs(ring.length - 2 * .pi * radius) < step * step)
    for point in ring.points {
      #expect(abs((point.x * point.x + point.y * point.y).squareRoot() - radius) < step * step)
    }
    // The higher values are inside, on the left.
    #expect(abs(doubleArea(ring.points) / 2 - 2 * .pi) < 2 * step * step)
  }

  @Test("two hills are two rings, and a pit has its ring the other way round")
  func rings() throws {
    let hills = try grid([
      [0, 0, 0, 0, 0], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0],
    ]).contours(at: 0.5)
    #expect(hills.count == 2 && hills.allSatisfy { $0.isClosed && $0.points.count == 4 })
    #expect(hills.allSatisfy { doubleArea($0.points) == 1 })
    let pit = try grid([[1, 1, 1], [1, 0, 1], [1, 1, 1]]).contours(at: 0.5)
    #expect(pit.map { doubleArea($0.points) } == [-1])
  }

  @Test("a slope is one open line, interpolated")
  func slope() throws {
    let contours = try grid([[0, 1, 2], [0, 1, 2], [0, 1, 2]]).contours(at: 1.25)
    #expect(contours.count == 1)
    // The higher values are on the left of the way, so it goes down.
    #expect(contours.first?.points == [Point(1.25, 2), Point(1.25, 1), Point(1.25, 0)])
    #expect(contours.first?.isClosed == false)
  }

  @Test("at a saddle the mean of the cell decides which corners are joined")
  func saddle() throws {
    func cuts(_ rows: [[Double]]) throws -> Set<Set<Point>> {
      let contours = try grid(rows).contours(at: 0.5)
      #expect(contours.allSatisfy { $0.points.count == 2 && !$0.isClosed })
      return Set(contours.map { Set($0.points) })
    }
    let (below, above, left, right) = (Point(0.5, 0), Point(0.5, 1), Point(0, 0.5), Point(1, 0.5))
    // Low mean: the high corners, lower left and upper right, are each cut off.
    let apart = try grid([[0.9, 0.1], [0.1, 0.8]]).contours(at: 0.5)
    #expect(apart.count == 2)
    #expect(try cuts([[1, 0], [0, 1]]) == [[below, right], [left, above]])
    // High mean: the low corners, lower right and upper left, are each cut off.
    #expect(try cuts([[0, 1], [1, 0]]) == [[below, left], [right, above]])
    let low = try grid([[0.9, 0], [0, 0.9]]).contours(at: 0.5).map { Set($0.points.map { $0.x + $0.y < 1 }) }
    #expect(low.count == 2 && low.contains([true]) && low.contains([false]))
    let high = try grid([[1, 0.4], [0.4, 1]]).contours(at: 0.5).map { Set($0.points.map { $0.x < $0.y }) }
    #expect(high.count == 2 && high.contains([true]) && high.contains([false]))
  }

  @Test("the outlines of both sides meet at a saddle, too: their areas add up to the grid")
  func areas() throws {
    var state: UInt64 = 1
    let values = (0..<400).map { _ -> Double in
      state = state &* 6_364_136_223_846_793_005 &+ 1
      // Few different values, so that many equal the level.
      return Double(state >> 61) - 4
    }
    let grid = try ScalarGrid(x: 0...19, columns: 20, y: 0...19, rows: 20, values: values)
    for level in [-3.0, -0.5, 0, 1, 2.25] {
      let areas = [true, false].map { below in
        grid.outlines(level: level, below: below).reduce(0) { $0 + doubleArea($1) / 2 }
      }
      #expect(areas.allSatisfy { $0 >= 0 })
      #expect(abs(areas[0] + areas[1] - 361) < 1e-9, "level \(level): \(areas)")
    }
  }

  @Test("a level that equals values on the grid goes through their points")
  func levelOnGrid() throws {
    let ridge = try grid([[0, 1, 0], [0, 1, 0], [0, 1, 0]]).contours(at: 1)
    #expect(ridge.allSatisfy { $0.points.allSatisfy { $0.x == 1 } } && !ridge.isEmpty)
    let plain = try grid([[1, 1], [1, 1]])
    #expect(plain.contours(at: 1).isEmpty)
    // A summit that just reaches the level is a point, not a line.
    #expect(try grid([[0, 0, 0], [0, 1, 0], [0, 0, 0]]).contours(at: 1).isEmpty)
    let step = try grid([[0, 1, 2], [0, 1, 2]]).contours(at: 1)
    #expect(step.map(\.points) == [[Point(1, 1), Point(1, 0)]])
  }

  @Test("lines end at holes, regions go around them", arguments: [Double.nan, .infinity, -.infinity])
  func holes(hole: Double) throws {
    var rows = Array(repeating: [0.0, 1, 2, 3, 4], count: 5)
    rows[2][1] = hole
    let grid = try grid(rows)
    let contours = grid.contours(at: 1.5)
    #expect(contours.map { $0.points.map(\.y) }.sorted { $0[0] < $1[0] } == [[1, 0], [4, 3]])
    let area = [true, false].map { below in
      grid.outlines(level: 1.5, below: below).reduce(0) { $0 + doubleArea($1) / 2 }
    }.reduce(0, +)
    // What is missing is the square between the hole's four neighbours, and a quarter of a cell at each end of the
    // line.
    #expect(abs(area - 13.5) < 1e-9)
    let nothing = try self.grid([[hole, hole], [hole, hole]])
    #expect(nothing.contours(at: 0).isEmpty && nothing.outlines(level: 0, below: true).isEmpty)
  }

  @Test("a grid's size has to fit its values")
  func sizes() {
    #expect(throws: PlotError.gridTooSmall(columns: 1, rows: 2)) {
      try ScalarGrid(x: 0...1, columns: 1, y: 0...1, rows: 2, values: [1.0, 2])
    }
    #expect(throws: PlotError.wrongNumberOfValues(values: 3, columns: 2, rows: 2)) {
      try ScalarGrid(x: 0...1, columns: 2, y: 0...1, rows: 2, values: [1.0, 2, 3])
    }
    #expect(throws: PlotError.wrongNumberOfValues(values: 0, columns: .max, rows: 2)) {
      try ScalarGrid(x: 0...1, columns: .max, y: 0...1, rows: 2, values: [Double]())
    }
    #expect(throws: PlotError.gridWithoutExtent(x: 1...1, y: 0...1)) {
      try ScalarGrid(x: 1...1, columns: 2, y: 0...1, rows: 2) { _, _ in 0 }
    }
  }

  @Test("a simplified line is within the tolerance, and keeps its ends")
  func simplification() {
    let line = (0...100).map { Point(Double($0), $0 == 50 ? 3 : Double($0 % 2) * 0.01) }
    let simple = simplified(line, closed: false, tolerance: 0.05)
    #expect(simple.first == line.first && simple.last == line.last)
    #expect(simple.contains(Point(50, 3)) && simple.count <= 5)
    let square = [Point(0, 0), Point(1, 0), Point(2, 0), Point(2, 2), Point(0, 2)]
    #expect(simplified(square, closed: true, tolerance: 0.1) == [Point(0, 0), Point(2, 0), Point(2, 2), Point(0, 2)])
  }
}
