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
    let contours = levels.map { field.contours(at: $0) }
    let lines = contours.enumerated().map { index, contours -> Element in
      let path = frame.path(contours.map(\.points)) { contours[$0].isClosed }
      return .stroke(path, color: color(index), width: 1.8)
    }
    let labels = labels(on: contours.map { contours in contours.map { $0.points.compactMap(frame.place) } }, in: frame)
    let values = levels.map { numberText($0) }.joined(separator: ", ")
    return frame.drawing(
      data: lines + labels, markers: classMarkers(classes, in: frame), summary: "Lines of equal value at \(values).")
  }

  /// The levels, the highest first; every n-th where they are many.
  private var legend: [LegendEntry] {
    let stride = max((levels.count + 11) / 12, 1)
    return levels.indices.reversed().filter { $0 % stride == 0 }.map { index in
      LegendEntry(
        name: numberText(levels[index]), sample: .line(color: color(index), dash: .solid, width: 1.8, marker: nil))
    }
  }

  /// The levels' values on their longest lines, where a label covers no other line. `lines` are those of each level, in
  /// pixels.
  private func labels(on lines: [[[Point]]], in frame: Frame) -> [Element] {
    var taken: [Rectangle] = []
    return levels.indices.flatMap { index -> [Element] in
      let text = numberText(levels[index])
      let others = lines.indices.filter { $0 != index }.flatMap { lines[$0].joined() }
      let longest = lines[index].max { $0.count < $1.count } ?? []
      let width = TextStyle.note.width(of: text) + 2
      // Places along the line, those near its middle first.
      let parts = longest.count > 20 ? [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9] : []
      let rooms = parts.map { part in
        let center = longest[Int(Double(longest.count - 1) * part)]
        return Rectangle(x: center.x - width / 2, y: center.y - 7, width: width, height: 14)
      }
      let room = rooms.first { room in
        room.isInside(frame.plot) && !taken.contains { room.overlaps($0) } && !others.contains { room.contains($0) }
      }
      guard let room else { return [] }
      taken.append(room)
      let baseline = Point(room.center.x, room.center.y + TextStyle.note.size * 0.35)
      return [.rectangle(room, fill: .white), .text(text, at: baseline, style: .note, anchor: .middle)]
    }
  }

  private func color(_ index: Int) -> Color {
    levelColor(levels.count < 2 ? 0 : Double(index) / Double(levels.count - 1))
  }
}
