/// Points in a plane; their classes differ by colour and by shape.
public struct ScatterChart: Chart {
  public var title: String
  /// What the axes show, with the unit where there is one.
  public var x: String, y: String
  /// In the order in which they are drawn and named. The first has blue circles, the second orange triangles.
  public var classes: [Series]
  /// Whether a unit is equally long on both axes, so that circles look round.
  public var hasEqualUnits: Bool
  public var size: ChartSize

  public init(
    title: String, x: String, y: String, classes: [Series], hasEqualUnits: Bool = true, size: ChartSize = .standard
  ) {
    self.title = title
    (self.x, self.y) = (x, y)
    self.classes = classes
    self.hasEqualUnits = hasEqualUnits
    self.size = size
  }

  public func drawing(size: ChartSize) -> SVG {
    let points = classes.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let xAxis = Scale(.linear, covering: points.map(\.x))
    let yAxis = Scale(.linear, covering: points.map(\.y))
    let frame = Frame(
      Frame.Content(
        title: title, xLabel: x, yLabel: y, x: xAxis, y: yAxis, size: size, hasEqualUnits: hasEqualUnits,
        legend: classLegend(classes), notes: notes(classes, x: xAxis, y: yAxis)))
    return frame.drawing(
      data: [], markers: classMarkers(classes, in: frame), summary: "Scatter chart of \(classText(classes)).")
  }
}

/// Entries for classes that have a name.
func classLegend(_ classes: [Series]) -> [LegendEntry] {
  classes.enumerated().filter { !$0.element.name.isEmpty }.map { index, series in
    let style = SeriesStyle(index)
    return LegendEntry(name: series.name, sample: .marker(style.marker, style.color))
  }
}

func classMarkers(_ classes: [Series], in frame: Frame) -> [Element] {
  classes.enumerated().compactMap { index, series in
    let style = SeriesStyle(index)
    let paths = frame.markers(series, shape: style.marker)
    return paths.isEmpty ? nil : .shapes(paths, color: style.color)
  }
}

/// `137 points of class red, 163 points of class blue`.
func classText(_ classes: [Series]) -> String {
  if classes.isEmpty { return "no points" }
  return classes.map { series in
    let count = series.points.count
    return "\(count) point\(count == 1 ? "" : "s")\(series.name.isEmpty ? "" : " of \(series.name)")"
  }.joined(separator: ", ")
}
