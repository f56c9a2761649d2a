/// Where the parts of a chart go, so that none is cut off and none lies on another.
struct Layout: Sendable {
  /// Where an entry of the legend goes, and the lines of its name.
  struct LegendPlace: Sendable {
    let point: Point
    let lines: [String]
  }

  /// Where the data are drawn.
  private(set) var plot: Rectangle
  /// Of the whole drawing, in pixels.
  let width: Double, height: Double
  let titleLines: [String]
  let titleX: Double
  let xTicks: Ticks, yTicks: Ticks
  let xLabel: String, yLabel: String
  let yLabelBaseline: Double
  let legend: [LegendPlace]
  let noteLines: [String]
  private let notesTop: Double

  /// Between the parts and the border of the drawing, in pixels.
  private static let margin = 12.0
  static let tickLength = 5.0
  static let tickGap = 4.0
  private static let labelGap = 10.0
  private static let legendRow = 21.0
  private static let legendColumnWidth = 200.0
  /// From this width on a legend can stand beside the data.
  private static let wide = 560.0
  /// What remains for the data, whatever the legend and the notes take.
  private static let smallestPlot = 170.0

  init(_ content: Frame.Content) {
    let (width, margin) = (content.size.width, Self.margin)
    let legendIsRight = content.hasEqualUnits && width >= Self.wide && !content.legend.isEmpty

    // The labels of the vertical axis decide where the plot starts.
    let yTicks = content.y.ticks(atMost: Int((content.size.height - 130) / 38))
    let yTickWidth = yTicks.labelled.map { TextStyle.tick.width(of: $0.label) }.max() ?? 0
    let yLabelWidth = TextStyle.axisLabel.lineHeight
    let left = margin + yLabelWidth + 4 + yTickWidth + Self.tickGap + Self.tickLength

    // The width that remains decides how many lines the title, the legend and the labels of the horizontal axis take.
    let column = legendIsRight ? Self.column(content.legend) : (width: 0, places: [])
    let lastLabel = content.x.ticks(atMost: 4).labelled.last?.label ?? ""
    let right = max(2 * margin, TextStyle.tick.width(of: lastLabel) / 2 + 4) + (legendIsRight ? column.width : 0)
    let titleLines = TextStyle.title.lines(of: content.title, limit: width - left - margin)
    let titleHeight = Double(titleLines.count) * TextStyle.title.lineHeight
    let rows =
      legendIsRight ? (width: 0, height: 0, places: []) : Self.rows(content.legend, width: width - left - margin)
    let top = margin + titleHeight + (rows.height > 0 ? rows.height + 4 : 0) + 8
    let noteLines = content.notes.flatMap { TextStyle.note.lines(of: $0, limit: width - left - margin) }
    let axisHeight =
      Self.tickLength + Self.tickGap + TextStyle.tick.lineHeight + (content.xLabel.isEmpty ? 0 : 4)
      + TextStyle.axisLabel.lineHeight
    let bottom = axisHeight + (noteLines.isEmpty ? 0 : 6 + Double(noteLines.count) * TextStyle.note.lineHeight) + margin

    let room = Rectangle(
      x: left, y: top, width: max(width - left - right, 40),
      height: max(content.size.height - top - bottom, Self.smallestPlot))
    plot = content.hasEqualUnits ? Self.fitted(room, to: content, mayGrow: width < Self.wide) : room
    let texts = titleLines.map { TextStyle.title.width(of: $0) } + noteLines.map { TextStyle.note.width(of: $0) }
    let textWidth = (texts + [rows.width]).max() ?? 0

    self.width = min(width, max(plot.right + right, left + textWidth + margin))
    self.height = plot.bottom + bottom
    self.titleLines = titleLines
    self.titleX = left
    self.yTicks = yTicks
    self.xTicks = Self.horizontalTicks(content.x, width: plot.width, before: left - 2, after: right - 2)
    self.xLabel = content.xLabel + xTicks.unitText
    self.yLabel = content.yLabel + yTicks.unitText
    self.yLabelBaseline = left - Self.tickLength - Self.tickGap - yTickWidth - 8
    self.noteLines = noteLines
    self.notesTop = plot.bottom + axisHeight + 6
    let origin = legendIsRight ? Point(plot.right + margin, plot.y) : Point(left, margin + titleHeight + 4)
    self.legend = (legendIsRight ? column.places : rows.places).map { place in
      LegendPlace(point: Point(origin.x + place.point.x, origin.y + place.point.y), lines: place.lines)
    }
  }

  func titleBaseline(_ line: Int) -> Double {
    Self.margin + TextStyle.title.size + Double(line) * TextStyle.title.lineHeight
  }

  var xTickBaseline: Double { plot.bottom + Self.tickLength + Self.tickGap + TextStyle.tick.size * 0.8 }

  var xLabelBaseline: Double { xTickBaseline + TextStyle.axisLabel.lineHeight + 4 }

  func noteBaseline(_ line: Int) -> Double {
    notesTop + TextStyle.note.size + Double(line) * TextStyle.note.lineHeight
  }

  /// As many ticks as have room for their labels, with a gap between them, on an axis of a width and with so many pixels
  /// before and after it. Where not even two labels have room, some ticks have none.
  private static func horizontalTicks(_ scale: Scale, width: Double, before: Double, after: Double) -> Ticks {
    let limits = (2...max(Int(width / 45), 2)).reversed()
    let choices = limits.lazy.map { scale.ticks(atMost: $0) }
    func labels(_ ticks: Ticks) -> [Ticks.Tick] {
      var end = -before - labelGap
      return ticks.labelled.map { tick in
        let half = TextStyle.tick.width(of: tick.label) / 2
        let center = (scale.fraction(of: tick.value) ?? 0) * width
        let hasRoom = center - half >= end + labelGap && center + half <= width + after
        if hasRoom { end = center + half }
        return hasRoom ? tick : Ticks.Tick(value: tick.value, label: "")
      }
    }
    if let ticks = choices.first(where: { $0.labelled.count >= 2 && labels($0) == $0.labelled }) { return ticks }
    var ticks = scale.ticks(atMost: 4)
    ticks.labelled = labels(ticks)
    return ticks
  }

  /// The largest part of the room in which a unit is equally long on both axes. If it may grow, the room is at least as
  /// high as it is wide.
  private static func fitted(_ room: Rectangle, to content: Frame.Content, mayGrow: Bool) -> Rectangle {
    let spanX = content.x.upper - content.x.lower
    let spanY = content.y.upper - content.y.lower
    let height = mayGrow ? max(room.height, room.width) : room.height
    let unit = min(room.width / spanX, height / spanY)
    guard content.x.kind == .linear, content.y.kind == .linear, unit.isFinite, unit * min(spanX, spanY) >= 40 else {
      return room
    }
    return Rectangle(x: room.x, y: room.y, width: unit * spanX, height: unit * spanY)
  }

  /// The legend in rows, as many entries in each as have room.
  private static func rows(_ entries: [LegendEntry], width: Double) -> (
    width: Double, height: Double, places: [LegendPlace]
  ) {
    var places: [LegendPlace] = []
    var widest = 0.0
    var x = 0.0
    var y = legendRow / 2
    for entry in entries {
      let lines = TextStyle.legend.lines(of: entry.name, limit: width - LegendEntry.sampleWidth)
      let entryWidth = LegendEntry.sampleWidth + Self.width(of: lines) + 18
      if x > 0 && (x + entryWidth > width + 18 || lines.count > 1) { (x, y) = (0, y + legendRow) }
      places.append(LegendPlace(point: Point(x, y), lines: lines))
      x += entryWidth
      widest = max(widest, x - 18)
      if lines.count > 1 { (x, y) = (width, y + Double(lines.count - 1) * TextStyle.legend.lineHeight) }
    }
    return (widest, entries.isEmpty ? 0 : y + legendRow / 2, places)
  }

  /// The legend in a column; long names take several lines.
  private static func column(_ entries: [LegendEntry]) -> (width: Double, places: [LegendPlace]) {
    var places: [LegendPlace] = []
    var y = legendRow / 2
    for entry in entries {
      let lines = TextStyle.legend.lines(of: entry.name, limit: legendColumnWidth - LegendEntry.sampleWidth)
      places.append(LegendPlace(point: Point(0, y), lines: lines))
      y += legendRow + Double(max(lines.count - 1, 0)) * TextStyle.legend.lineHeight
    }
    return (LegendEntry.sampleWidth + (places.map { Self.width(of: $0.lines) }.max() ?? 0), places)
  }

  private static func width(of lines: [String]) -> Double {
    lines.map { TextStyle.legend.width(of: $0) }.max() ?? 0
  }
}
