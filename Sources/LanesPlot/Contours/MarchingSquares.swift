/// Traces the line between the points of a grid that are inside a set and those that are not.
///
/// Marching squares: each cell of four neighbouring points is crossed on those of its edges whose ends differ. A
/// crossing is known by its edge, not by its coordinates, so that lines join exactly, also where a value equals the
/// level and several crossings meet in one point. Segments run with the inside on their left (x to the right, y up). In
/// a cell whose diagonals differ (a saddle), the mean of the four values decides whether its inside corners are joined.
struct MarchingSquares {
  /// What a point of the grid is.
  enum State: UInt8 {
    case outside, inside
    /// A value that is not finite, or a place beyond the grid.
    case hole
  }

  /// A line through crossings, in the order in which it runs.
  struct Trace {
    let points: [Point]
    let isClosed: Bool
  }

  private let grid: ScalarGrid
  private let level: Double
  /// Whether inside is below the level.
  private let below: Bool
  /// Of each point, with a border of holes around the grid: (rows + 2) × (columns + 2).
  private let states: [State]
  private let width: Int

  /// Inside is where a value is at least the level; with `below`, where it is less.
  init(_ grid: ScalarGrid, level: Double, below: Bool = false) {
    (self.grid, self.level, self.below) = (grid, level, below)
    width = grid.columns + 2
    var states = [State](repeating: .hole, count: width * (grid.rows + 2))
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let value = grid.values[row * grid.columns + column]
        if value.isFinite { states[(row + 1) * width + column + 1] = (value >= level) != below ? .inside : .outside }
      }
    }
    self.states = states
  }

  /// The lines where values cross the level. They end at the border of the grid and at cells with a hole.
  func lines() -> [Trace] { traces(throughHoles: false) }

  /// The outlines of the inside. They follow the border of the grid and go around holes; all are closed.
  func outlines() -> [Trace] { traces(throughHoles: true) }

  private func traces(throughHoles: Bool) -> [Trace] {
    var next: [Int: Int] = [:]
    for row in 0...grid.rows {
      for column in 0...grid.columns {
        let corner = row * width + column
        addSegments(ofCellAt: corner, throughHoles: throughHoles, to: &next)
      }
    }
    return chains(next).map { Trace(points: $0.edges.map(crossing), isClosed: $0.isClosed) }
  }

  /// The cell's segments, each from the edge where it enters to the edge where it leaves. `corner` is the lower left
  /// point.
  private func addSegments(ofCellAt corner: Int, throughHoles: Bool, to next: inout [Int: Int]) {
    let (a, b) = (states[corner], states[corner + 1])
    let (c, d) = (states[corner + width + 1], states[corner + width])
    if a == b && b == c && c == d { return }
    if !throughHoles && (a == .hole || b == .hole || c == .hole || d == .hole) { return }
    let isInside = [a == .inside, b == .inside, c == .inside, d == .inside]
    // Edge k lies between corner k and the next one, counter-clockwise from the lower left: below, right, above, left.
    let edges = [2 * corner, 2 * (corner + 1) + 1, 2 * (corner + width), 2 * corner + 1]
    // Counter-clockwise, a line leaves through an edge that comes out of the inside and enters through one that goes
    // in.
    let leaving = (0..<4).filter { isInside[$0] && !isInside[($0 + 1) % 4] }
    let entering = (0..<4).filter { !isInside[$0] && isInside[($0 + 1) % 4] }
    // From a leaving edge, the next entering edge is behind an outside corner; the one before it is behind an inside
    // corner. A line around an inside corner joins the edges of that corner; one that joins the inside cuts off the
    // outside corner.
    let joinsInside = leaving.count == 2 && saddleIsInside([corner, corner + 1, corner + width + 1, corner + width])
    for edge in entering {
      let exit = (1...3).map { joinsInside ? (edge + 4 - $0) % 4 : (edge + $0) % 4 }.first { leaving.contains($0) }
      if let exit { next[edges[exit]] = edges[edge] }
    }
  }

  private func saddleIsInside(_ corners: [Int]) -> Bool {
    let values = corners.filter { states[$0] != .hole }.map { value(at: $0) }
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    return (mean >= level) != below
  }

  /// Open chains first, then rings, each in the order of its lowest edge.
  private func chains(_ next: [Int: Int]) -> [(edges: [Int], isClosed: Bool)] {
    var remaining = next
    let ends = Set(next.values)
    var chains: [(edges: [Int], isClosed: Bool)] = []
    for start in next.keys.sorted(by: { (ends.contains($0) ? 1 : 0, $0) < (ends.contains($1) ? 1 : 0, $1) }) {
      var edges = [start]
      while let last = edges.last, let following = remaining.removeValue(forKey: last) { edges.append(following) }
      if edges.count < 2 { continue }
      let isClosed = edges.last == start
      chains.append((isClosed ? edges.dropLast() : edges, isClosed))
    }
    return chains
  }

  /// Where the level lies on an edge, by linear interpolation; next to a hole, at the point that is no hole.
  private func crossing(_ edge: Int) -> Point {
    let start = edge / 2
    let end = edge % 2 == 0 ? start + 1 : start + width
    let (column, row) = (Double(start % width - 1), Double(start / width - 1))
    let t: Double
    switch (states[start], states[end]) {
    case (.hole, _): t = 1
    case (_, .hole): t = 0
    default:
      let (a, b) = (value(at: start), value(at: end))
      t = min(max((level / 2 - a / 2) / (b / 2 - a / 2), 0), 1)
    }
    return edge % 2 == 0 ? grid.point(column: column + t, row: row) : grid.point(column: column, row: row + t)
  }

  private func value(at point: Int) -> Double {
    grid.values[(point / width - 1) * grid.columns + point % width - 1]
  }
}
