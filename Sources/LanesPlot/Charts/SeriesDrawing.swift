extension Frame {
  /// The curve through a series' points, with gaps where a point has no place.
  ///
  /// Of the points that follow each other in one column of pixels only the first, the lowest, the highest and the last
  /// are drawn, which looks the same.
  func curve(_ series: Series) -> PathData {
    var path = PathData()
    var run: [Point] = []
    func finish() {
      if run.count == 1 { path.dot(at: run[0]) } else { path.add(thinned(run), closed: false) }
      run = []
    }
    for point in series.points {
      if let place = place(point) { run.append(place) } else { finish() }
    }
    finish()
    return path
  }

  private func thinned(_ points: [Point]) -> [Point] {
    var kept: [Point] = []
    var start = 0
    while start < points.count {
      let column = points[start].x.rounded(.down)
      var end = start + 1
      while end < points.count && points[end].x.rounded(.down) == column { end += 1 }
      let range = start..<end
      let lowest = range.min { points[$0].y < points[$1].y } ?? start
      let highest = range.max { points[$0].y < points[$1].y } ?? start
      var last = -1
      for index in [start, min(lowest, highest), max(lowest, highest), end - 1] where index > last {
        kept.append(points[index])
        last = index
      }
      start = end
    }
    return kept
  }

  /// The markers at a series' points. Of those that would lie in the same half pixel one is drawn.
  func markers(_ series: Series, shape: Marker) -> [PathData] {
    var paths: [PathData] = []
    var taken: Set<Point> = []
    for point in series.points {
      guard content.x.contains(point.x), content.y.contains(point.y), let place = place(point) else { continue }
      let half = Point((place.x * 2).rounded(), (place.y * 2).rounded())
      guard taken.insert(half).inserted else { continue }
      var path = PathData()
      shape.add(to: &path, at: place, radius: markerRadius)
      paths.append(path)
    }
    return paths
  }

  /// A line of the grid's coordinates, with the points that make a difference to the eye.
  func path(_ lines: [[Point]], closed: (Int) -> Bool) -> PathData {
    var path = PathData()
    for (index, line) in lines.enumerated() {
      let places = line.compactMap(place)
      path.add(simplified(places, closed: closed(index), tolerance: 0.08), closed: closed(index))
    }
    return path
  }
}

/// Sentences about the points of a chart that it does not show.
func notes(_ series: [Series], x: Scale, y: Scale) -> [String] {
  let points = series.lazy.flatMap(\.points)
  var (notFinite, notPositive, beyond) = (0, 0, 0)
  for point in points {
    if !point.x.isFinite || !point.y.isFinite {
      notFinite += 1
    } else if !x.kind.accepts(point.x) || !y.kind.accepts(point.y) {
      notPositive += 1
    } else if !x.contains(point.x) || !y.contains(point.y) {
      beyond += 1
    }
  }
  return [
    note(notFinite, "not finite"), note(notPositive, "not above 0, which a logarithmic axis cannot show"),
    note(beyond, "beyond the axes"),
  ].compactMap { $0 }
}

private func note(_ count: Int, _ reason: String) -> String? {
  switch count {
  case 0: nil
  case 1: "1 point is not drawn: it is \(reason)."
  default: "\(ExactDecimal(mantissa: count, exponent: 0).plainText) points are not drawn: they are \(reason)."
  }
}

/// `x from 0 to 40,000`, of the values that are drawn.
func rangeText(_ name: String, _ values: some Sequence<Double>, on scale: Scale) -> String {
  var range: (Double, Double)?
  for value in values where scale.kind.accepts(value) {
    range = (min(range?.0 ?? value, value), max(range?.1 ?? value, value))
  }
  guard let (lowest, highest) = range else { return "\(name) without values" }
  return "\(name) from \(numberText(lowest)) to \(numberText(highest))"
}
