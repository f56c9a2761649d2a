/// What stands around the data of a chart: title, legend, axes with ticks and labels, notes. It decides where
/// everything goes.
struct Frame: Sendable {
  /// What a frame is made for.
  struct Content: Sendable {
    let title: String
    let xLabel: String, yLabel: String
    let x: Scale, y: Scale
    let size: ChartSize
    /// Whether a unit is equally long on both axes.
    var hasEqualUnits = false
    /// Whether the data fill the plot, so that lines of a grid would only disturb.
    var isFilled = false
    /// Whether the lines x = 0 and y = 0 are drawn.
    var hasZeroLines = false
    var legend: [LegendEntry] = []
    /// What the reader has to know about the data, such as points that are not drawn.
    var notes: [String] = []
  }

  let content: Content
  let layout: Layout
  /// Where the data are drawn.
  var plot: Rectangle { layout.plot }

  init(_ content: Content) {
    self.content = content
    layout = Layout(content)
  }

  /// Where a point is drawn; nil if it has no place on the axes. It may lie beyond the plot.
  func place(_ point: Point) -> Point? {
    guard let x = content.x.fraction(of: point.x), let y = content.y.fraction(of: point.y) else { return nil }
    return Point(plot.x + x * plot.width, plot.bottom - y * plot.height)
  }

  /// The chart with its data, which are cut off at the borders of the plot, and with markers, which are not.
  func drawing(data: [Element], markers: [Element] = [], summary: String) -> SVG {
    let ground = content.isFilled ? [] : gridLines
    let isEmpty = data.isEmpty && markers.isEmpty
    let message = Element.text("no data", at: plot.center, style: .axisLabel, anchor: .middle, color: .axis)
    let notes = content.notes.isEmpty ? "" : " " + content.notes.joined(separator: " ")
    return SVG(
      width: layout.width, height: layout.height, title: content.title, summary: summary + notes,
      content: ground + (isEmpty ? [message] : [.clipped(to: plot, data)]) + axes + markers + texts + legend)
  }

  // MARK: - Parts

  private var gridLines: [Element] {
    let (x, y) = (layout.xTicks, layout.yTicks)
    let minor = x.minor.compactMap(verticalLine) + y.minor.compactMap(horizontalLine)
    let major = x.labelled.compactMap { verticalLine($0.value) } + y.labelled.compactMap { horizontalLine($0.value) }
    var lines = [Self.lines(minor, color: .minorGridLine), Self.lines(major, color: .gridLine)]
    if content.hasZeroLines {
      let zero = [verticalLine(0), horizontalLine(0)].compactMap { $0 }
      lines.append(Self.lines(zero, color: .axis))
    }
    return lines
  }

  private static func lines(_ lines: [(Point, Point)], color: Color) -> Element {
    var path = PathData()
    for (start, end) in lines { path.add([start, end], closed: false) }
    return .stroke(path, color: color, width: 1)
  }

  private func verticalLine(_ x: Double) -> (Point, Point)? {
    guard content.x.contains(x), let fraction = content.x.fraction(of: x) else { return nil }
    let place = plot.x + fraction * plot.width
    return (Point(place, plot.y), Point(place, plot.bottom))
  }

  private func horizontalLine(_ y: Double) -> (Point, Point)? {
    guard content.y.contains(y), let fraction = content.y.fraction(of: y) else { return nil }
    let place = plot.bottom - fraction * plot.height
    return (Point(plot.x, place), Point(plot.right, place))
  }

  private var axes: [Element] {
    var path = PathData()
    if content.isFilled {
      path.add(
        [
          Point(plot.x, plot.y), Point(plot.right, plot.y), Point(plot.right, plot.bottom), Point(plot.x, plot.bottom),
        ], closed: true)
    } else {
      path.add([Point(plot.x, plot.y), Point(plot.x, plot.bottom), Point(plot.right, plot.bottom)], closed: false)
    }
    for tick in layout.xTicks.labelled {
      let x = plot.x + (content.x.fraction(of: tick.value) ?? 0) * plot.width
      path.add([Point(x, plot.bottom), Point(x, plot.bottom + Layout.tickLength)], closed: false)
    }
    for tick in layout.yTicks.labelled {
      let y = plot.bottom - (content.y.fraction(of: tick.value) ?? 0) * plot.height
      path.add([Point(plot.x - Layout.tickLength, y), Point(plot.x, y)], closed: false)
    }
    return [.stroke(path, color: .axis, width: 1)]
  }

  private var texts: [Element] {
    let title = layout.titleLines.enumerated().map { index, line in
      Element.text(line, at: Point(layout.titleX, layout.titleBaseline(index)), style: .title)
    }
    let xTicks = layout.xTicks.labelled.filter { !$0.label.isEmpty }.map { tick in
      let x = plot.x + (content.x.fraction(of: tick.value) ?? 0) * plot.width
      return Element.text(tick.label, at: Point(x, layout.xTickBaseline), style: .tick, anchor: .middle)
    }
    let yTicks = layout.yTicks.labelled.map { tick in
      let y = plot.bottom - (content.y.fraction(of: tick.value) ?? 0) * plot.height
      let place = Point(plot.x - Layout.tickLength - Layout.tickGap, y + TextStyle.tick.size * 0.35)
      return Element.text(tick.label, at: place, style: .tick, anchor: .end)
    }
    let labels = [
      Element.text(
        layout.xLabel, at: Point(plot.center.x, layout.xLabelBaseline), style: .axisLabel, anchor: .middle),
      Element.text(
        layout.yLabel, at: Point(layout.yLabelBaseline, plot.center.y), style: .axisLabel, anchor: .middle,
        rotated: true),
    ]
    let notes = layout.noteLines.enumerated().map { index, line in
      Element.text(line, at: Point(layout.titleX, layout.noteBaseline(index)), style: .note, color: .axis)
    }
    return title + xTicks + yTicks + labels + notes
  }

  private var legend: [Element] {
    zip(content.legend, layout.legend).flatMap { entry, place in
      entry.elements(at: place.point, nameLines: place.lines)
    }
  }
}
