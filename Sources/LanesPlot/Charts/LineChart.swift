/// Curves over a common axis: a loss over steps, a parameter and its shadow, a rate.
///
/// ```swift
/// LineChart(
///   title: "Loss", x: "step", y: "mean squared error", yScale: .logarithmic, series: [Series("plain", points)]
/// ).svg()
/// ```
public struct LineChart: Chart {
  public var title: String
  /// What the axes show, with the unit where there is one: `time (s)`.
  public var x: String, y: String
  public var xScale: AxisScale, yScale: AxisScale
  /// In the order in which they are drawn and named.
  public var series: [Series]
  /// What the axes cover; where it is nil, all points that can be drawn.
  public var xRange: ClosedRange<Double>?, yRange: ClosedRange<Double>?
  public var size: ChartSize

  public init(
    title: String, x: String, y: String, xScale: AxisScale = .linear, yScale: AxisScale = .linear, series: [Series],
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil, size: ChartSize = .standard
  ) {
    self.title = title
    (self.x, self.y) = (x, y)
    (self.xScale, self.yScale) = (xScale, yScale)
    self.series = series
    (self.xRange, self.yRange) = (xRange, yRange)
    self.size = size
  }

  /// Up to this many points of a series have markers.
  private static let markedPoints = 50
  /// The curve through more points than this is thinner, because it is likely to go up and down.
  private static let densePoints = 1000

  public func drawing(size: ChartSize) -> SVG { drawing(size: size, hasZeroLines: false) }

  func drawing(size: ChartSize, hasZeroLines: Bool) -> SVG {
    let xAxis = Scale(xScale, showing: xRange, of: drawable.map(\.x), margin: 0.01)
    let yAxis = Scale(yScale, showing: yRange, of: drawable.map(\.y), margin: 0.04)
    let frame = Frame(
      Frame.Content(
        title: title, xLabel: x, yLabel: y, x: xAxis, y: yAxis, size: size, hasZeroLines: hasZeroLines, legend: legend,
        notes: notes(series, x: xAxis, y: yAxis)))
    return frame.drawing(data: curves(in: frame), markers: markers(in: frame), summary: summary(xAxis, yAxis))
  }

  /// The points that have a place on axes of these kinds.
  private var drawable: [Point] {
    series.flatMap(\.points).filter { xScale.accepts($0.x) && yScale.accepts($0.y) }
  }

  private var legend: [LegendEntry] {
    if series.count == 1 && (series[0].name.isEmpty || series[0].name == y) { return [] }
    return series.enumerated().map { index, series in
      let style = SeriesStyle(index)
      let marker = series.points.count <= Self.markedPoints ? style.marker : nil
      return LegendEntry(
        name: series.name, sample: .line(color: style.color, dash: style.dash, width: 2, marker: marker))
    }
  }

  private func curves(in frame: Frame) -> [Element] {
    series.enumerated().compactMap { index, series in
      let path = frame.curve(series)
      let style = SeriesStyle(index)
      let width = series.points.count > Self.densePoints ? 1.5 : 2
      return path.isEmpty ? nil : .stroke(path, color: style.color, width: width, dash: style.dash)
    }
  }

  private func markers(in frame: Frame) -> [Element] {
    series.enumerated().compactMap { index, series in
      guard series.points.count <= Self.markedPoints else { return nil }
      let style = SeriesStyle(index)
      let paths = frame.markers(series, shape: style.marker)
      return paths.isEmpty ? nil : .shapes(paths, color: style.color)
    }
  }

  private func summary(_ xAxis: Scale, _ yAxis: Scale) -> String {
    let xText = rangeText(x.isEmpty ? "x" : x, drawable.map(\.x), on: xAxis)
    let curves = series.map { series in
      rangeText(series.name.isEmpty ? y : series.name, series.points.map(\.y), on: yAxis)
    }
    return "Line chart of \(y) over \(xText): \(curves.joined(separator: "; "))."
  }
}

extension Scale {
  /// An axis over a range, or, where there is none, over the values and a margin.
  init(_ kind: AxisScale, showing range: ClosedRange<Double>?, of values: [Double], margin: Double) {
    if let range, kind.accepts(range.lowerBound), kind.accepts(range.upperBound) {
      self.init(kind, from: range.lowerBound, to: range.upperBound)
    } else {
      self.init(kind, covering: values, margin: margin)
    }
  }
}
