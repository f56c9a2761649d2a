/// Lines of equal value in a plane, such as those of a loss over two parameters, with points on top.
public struct ContourChart: Chart {
  public var title: String
  /// What the axes show, with the unit where there is one.
  public var x: String, y: String
  public var field: ScalarGrid
  /// In ascending order; without repetition.
  public let levels: [Double]
  public var classes: [Series]
  /// Whether a unit is equally long on both axes.
  public var hasEqualUnits: Bool
  public var size: ChartSize

  /// Levels that are not finite are left out.
  public init(
    title: String, x: String, y: String, field: ScalarGrid, levels: [Double], classes: [Series] = [],
    hasEqualUnits: Bool = true, size: ChartSize = .standard
  ) {
    self.title = title
    (self.x, self.y) = (x, y)
    self.field = field
    self.levels = Set(levels.filter(\.isFinite)).sorted()
    self.classes = classes
    self.hasEqualUnits = hasEqualUnits
    self.size = size
  }

  public func drawing(size: ChartSize) -> SVG {
    let axes = axes(around: field, and: classes)
    let frame = Frame(
      Frame.Content(
        title: title, xLabel: x, yLabel: y, x: axes.x, y: axes.y, size: size, hasEqualUnits: hasEqualUnits,
        isFilled: true, legend: classLegend(classes) + legend,
        notes: notes(classes, x: axes.x, y: axes.y) + holeNotes(field)))
    let lines = levels.indices.map { index -> Element in
      let contours = field.contours(at: levels[index])
      let path = frame.path(contours.map(\.points)) { contours[$0].isClosed }
      return .stroke(path, color: color(index), width: 1.8)
    }
    let values = levels.map { numberText($0) }.joined(separator: ", ")
    return frame.drawing(
      data: lines, markers: classMarkers(classes, in: frame), summary: "Lines of equal value at \(values).")
  }

  /// The levels, the highest first; every n-th where they are many.
  private var legend: [LegendEntry] {
    let stride = max((levels.count + 11) / 12, 1)
    return levels.indices.reversed().filter { $0 % stride == 0 }.map { index in
      LegendEntry(
        name: numberText(levels[index]), sample: .line(color: color(index), dash: .solid, width: 1.8, marker: nil))
    }
  }

  private func color(_ index: Int) -> Color {
    levelColor(levels.count < 2 ? 0 : Double(index) / Double(levels.count - 1))
  }
}
