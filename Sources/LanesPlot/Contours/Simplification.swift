/// The distance of two points.
func distance(_ a: Point, _ b: Point) -> Double {
  let (dx, dy) = (b.x - a.x, b.y - a.y)
  return (dx * dx + dy * dy).squareRoot()
}

/// The polyline with fewer points: none that was left out is farther than `tolerance` from it (Douglas and Peucker).
/// A polygon is cut at its first point and at the one farthest from that.
func simplified(_ points: [Point], closed: Bool, tolerance: Double) -> [Point] {
  guard points.count > 3 else { return points }
  let ring = closed ? points + [points[0]] : points
  var keeps = [Bool](repeating: false, count: ring.count)
  keeps[0] = true
  keeps[ring.count - 1] = true
  var ranges = [(0, ring.count - 1)]
  while let (first, last) = ranges.popLast() {
    var farthest = first
    var greatest = tolerance
    for index in (first + 1)..<max(last, first + 1) {
      let deviation = distance(ring[index], from: ring[first], to: ring[last])
      if deviation > greatest { (farthest, greatest) = (index, deviation) }
    }
    if farthest == first { continue }
    keeps[farthest] = true
    ranges += [(first, farthest), (farthest, last)]
  }
  let kept = zip(ring, keeps).filter(\.1).map(\.0)
  return closed ? kept.dropLast() : kept
}

/// The distance of a point from the part of a line between two points.
private func distance(_ point: Point, from start: Point, to end: Point) -> Double {
  let (dx, dy) = (end.x - start.x, end.y - start.y)
  let squared = dx * dx + dy * dy
  guard squared > 0 else { return distance(point, start) }
  let t = min(max(((point.x - start.x) * dx + (point.y - start.y) * dy) / squared, 0), 1)
  return distance(point, Point(start.x + t * dx, start.y + t * dy))
}
