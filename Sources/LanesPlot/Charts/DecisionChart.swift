/// What a classifier decides at each point of a plane: the two regions and the line between them, with the data on top.
public struct DecisionChart: Chart {
  public var title: String
  /// What the axes show, with the unit where there is one.
  public var x: String, y: String
  /// What the classifier computes.
  public var field: ScalarGrid
  /// Where it changes its decision; a value that equals the level is above.
  public var level: Double
  /// What the regions are called: where the field is below the level, and where it is above.
  public var below: String, above: String
  /// The data. The first class has the colour of the region below, the second that of the region above.
  public var classes: [Series]
  public var size: ChartSize

  public init(
    title: String, x: String, y: String, field: ScalarGrid, level: Double = 0.5, below: String? = nil,
    above: String? = nil, classes: [Series] = [], size: ChartSize = .standard
  ) {
    self.title = title
    (self.x, self.y) = (x, y)
    self.field = field
    self.level = level
    self.below = below ?? "less than \(numberText(level))"
    self.above = above ?? "\(numberText(level)) or more"
    self.classes = classes
    self.size = size
  }

  public func drawing(size: ChartSize) -> SVG {
    let axes = axes(around: field, and: classes)
    let contours = field.contours(at: level)
    let regions: [LegendEntry] = [
      LegendEntry(name: below, sample: .region(RegionColor.below)),
      LegendEntry(name: above, sample: .region(RegionColor.above)),
      LegendEntry(
        name: "boundary, \(numberText(level))", sample: .line(color: .ink, dash: .solid, width: 2, marker: nil)),
    ]
    let frame = Frame(
      Frame.Content(
        title: title, xLabel: x, yLabel: y, x: axes.x, y: axes.y, size: size, hasEqualUnits: true, isFilled: true,
        legend: classLegend(classes) + regions,
        notes: notes(classes, x: axes.x, y: axes.y) + holeNotes(field)))
    let boundary = frame.path(contours.map(\.points)) { contours[$0].isClosed }
    let data = [region(below: true, in: frame), region(below: false, in: frame)]
    return frame.drawing(
      data: data + [.stroke(boundary, color: .ink, width: 2)], markers: classMarkers(classes, in: frame),
      summary: "Decision regions with a boundary at \(numberText(level)), and \(classText(classes)).")
  }

  private func region(below: Bool, in frame: Frame) -> Element {
    let outlines = field.outlines(level: level, below: below)
    return .fill(frame.path(outlines) { _ in true }, color: below ? RegionColor.below : RegionColor.above)
  }
}

/// Axes that cover a grid, and the points beyond it.
func axes(around field: ScalarGrid, and classes: [Series]) -> (x: Scale, y: Scale) {
  let points = classes.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
  return (covering(field.x, points.map(\.x)), covering(field.y, points.map(\.y)))
}

/// The range, and a margin around values beyond it. An end that all but reaches a round number reaches it: the last
/// point of a grid over [-3, 3) in steps of 0.01 is 2.99.
private func covering(_ range: ClosedRange<Double>, _ values: [Double]) -> Scale {
  let room = (range.upperBound / 2 - range.lowerBound / 2) * 0.06
  let lowest = min(range.lowerBound, values.min().map { $0 - room } ?? range.lowerBound)
  let highest = max(range.upperBound, values.max().map { $0 + room } ?? range.upperBound)
  let lower = (values.min() ?? .infinity) < range.lowerBound ? lowest : range.lowerBound
  let upper = (values.max() ?? -.infinity) > range.upperBound ? highest : range.upperBound
  let unit = tenToThe(decimalLogarithm(room).rounded(.up))
  let (roundLower, roundUpper) = ((lower / unit).rounded() * unit, (upper / unit).rounded() * unit)
  return Scale(
    .linear, from: roundLower < lower && lower - roundLower < room / 6 ? roundLower : lower,
    to: roundUpper > upper && roundUpper - upper < room / 6 ? roundUpper : upper)
}

/// A sentence about the values of a grid that are not finite.
func holeNotes(_ field: ScalarGrid) -> [String] {
  let holes = field.values.count { !$0.isFinite }
  if holes == 0 { return [] }
  let share = ExactDecimal(mantissa: holes, exponent: 0).plainText
  return ["\(share) value\(holes == 1 ? "" : "s") of the grid \(holes == 1 ? "is" : "are") not finite and left white."]
}
