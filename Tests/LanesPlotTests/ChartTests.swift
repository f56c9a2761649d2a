import Testing

@testable import LanesPlot

@Suite("Charts")
struct ChartTests {
  /// A chart with its name, so that a failure says which.
  struct Named: Sendable, CustomTestStringConvertible {
    let name: String
    let chart: any Chart
    init(_ name: String, _ chart: any Chart) { (self.name, self.chart) = (name, chart) }
    var testDescription: String { name }
  }

  private static func line(_ values: [Double], _ scale: AxisScale = .linear) -> LineChart {
    LineChart(
      title: "Loss", x: "step", y: "loss", yScale: scale, series: [Series("plain", values), Series("L2", values)])
  }

  private static func bowl(_ function: (Double, Double) -> Double = { $0 * $0 + $1 * $1 }) throws -> ScalarGrid {
    try ScalarGrid(x: -3...3, columns: 31, y: -3...3, rows: 31, function)
  }

  private static func charts() throws -> [Named] {
    let nasty = "<a href=\"x\">&amp; 'q' \u{1}\u{FFFE} ]]> 😀"
    let points = [Series("a", [Point(1, 1), Point(-1, 2)]), Series(nasty, [Point(0, 0), Point(.nan, 1)])]
    return [
      Named("no series", LineChart(title: "", x: "", y: "", series: [])),
      Named("no values", line([])), Named("no values, logarithmic", line([], .logarithmic)),
      Named("one value", line([3])), Named("constant", line([3, 3, 3])), Named("zero", line([0, 0], .logarithmic)),
      Named("not finite", line([.nan, .infinity, -.infinity])), Named("huge", line([-1.7e308, 1.7e308])),
      Named("tiny", line([.leastNonzeroMagnitude, .leastNormalMagnitude / 8])),
      Named("every magnitude", line([1e-308, 1, 1e308], .logarithmic)),
      Named("a long run", line((0..<40_000).map { 43 / Double($0 + 1) }, .logarithmic)),
      Named(
        "nasty text", LineChart(title: nasty, x: nasty, y: nasty, series: [Series(nasty, [1, 2]), Series(nasty, [2])])),
      Named(
        "long text",
        LineChart(
          title: String(repeating: "word ", count: 60), x: "x", y: "y",
          series: (0..<12).map { Series("series number \($0) with a long name", [Double($0), 1]) })),
      Named("scatter", ScatterChart(title: "Points", x: "x", y: "y", classes: points)),
      Named("no points", ScatterChart(title: "Points", x: "x", y: "y", classes: [])),
      Named(
        "stretched", ScatterChart(title: "P", x: "x", y: "y", classes: [Series("a", [Point(0, 0), Point(1e9, 1)])])),
      Named("decision", DecisionChart(title: "D", x: "x", y: "y", field: try bowl(), level: 2, classes: points)),
      Named("one region", DecisionChart(title: "D", x: "x", y: "y", field: try bowl(), level: -1)),
      Named("holes", DecisionChart(title: "D", x: "x", y: "y", field: try bowl { x, _ in x < 0 ? .nan : x })),
      Named("only holes", DecisionChart(title: "D", x: "x", y: "y", field: try bowl { _, _ in .nan })),
      Named("contours", ContourChart(title: "C", x: "x", y: "y", field: try bowl(), levels: [9, 1, 4, .nan])),
      Named("no levels", ContourChart(title: "C", x: "x", y: "y", field: try bowl(), levels: [])),
      Named(
        "many levels",
        ContourChart(
          title: "C", x: "x", y: "y", field: try bowl(), levels: (0..<40).map { Double($0) / 3 })),
      Named("relu", ActivationChart(title: "relu", function: { max($0, 0) }, derivative: { $0 > 0 ? 1 : 0 })),
    ]
  }

  private static let sizes = [
    ChartSize.standard, .narrow, ChartSize(width: 1, height: -5), ChartSize(width: .nan, height: .infinity),
    ChartSize(width: 1600, height: 300),
  ]

  @Test(
    "every chart is well-formed at every size, says what it shows, and has its texts inside", arguments: try charts())
  func wellFormed(_ named: Named) throws {
    for size in Self.sizes {
      let drawing = named.chart.drawing(size: size)
      let parsed = ParsedXML(drawing.text)
      #expect(parsed.error == nil)
      let root = try #require(parsed.elements.first)
      #expect(root.name == "svg" && root.attributes["role"] == "img")
      #expect(root.attributes["viewBox"] == "0 0 \(pixels(drawing.width)) \(pixels(drawing.height))")
      #expect(root.attributes["aria-label"]?.isEmpty == false && parsed.named("desc").first?.text.isEmpty == false)
      #expect(drawing.width <= size.width)
      for text in parsed.named("text") { expectInside(text, of: drawing) }
      for element in parsed.elements {
        let values = element.attributes.values
        #expect(!values.contains { $0.contains("nan") || $0.contains("inf") || $0.contains("e+") })
        #expect(element.attributes["id"] == nil)
      }
      #expect(drawing.text.utf8.count < 100_000)
    }
  }

  /// Words that are wider than the drawing are the caller's.
  private func expectInside(_ text: ParsedXML.Found, of drawing: SVG) {
    let number = { (name: String) in text.attributes[name].flatMap(Double.init) ?? .nan }
    let size = number("font-size")
    #expect(size >= 12)
    #expect(number("y") > 0 && number("y") < drawing.height, "\(text)")
    let width = TextStyle(size: size, isBold: text.attributes["font-weight"] == "bold").width(of: text.text)
    let isRotated = text.attributes["transform"] != nil
    if isRotated || text.text.contains("href") { return }
    let part: Double = ["middle": 0.5, "end": 1][text.attributes["text-anchor"] ?? ""] ?? 0
    let left: Double = number("x") - width * part
    #expect(left > -1, "\(text)")
    #expect(left + width < drawing.width + 1, "\(text)")
  }

  @Test("texts come through as they were written")
  func texts() {
    let chart = LineChart(
      title: "a < b & \"c\"", x: "it's >", y: "y", series: [Series("<one>", [1, 2]), Series("two", [2, 1])])
    let parsed = ParsedXML(chart.svg())
    for text in ["a < b & \"c\"", "it's >", "y", "<one>", "two"] { #expect(parsed.texts.contains(text)) }
    #expect(parsed.named("title").first?.text == "a < b & \"c\"")
    #expect(parsed.elements.first?.attributes["aria-label"]?.hasPrefix("a < b & \"c\". Line chart") == true)
  }

  @Test("the title, the legend and the axes do not overlap the data")
  func layout() {
    for size in Self.sizes {
      let entries = (0..<7).map { index in
        LegendEntry(
          name: "series \(index)", sample: .line(color: .ink, dash: .solid, width: 2, marker: nil))
      }
      for equal in [true, false] {
        let scale = Scale(.linear, from: -3, to: 3)
        let layout = Layout(
          Frame.Content(
            title: "A title", xLabel: "x", yLabel: "y", x: scale, y: scale, size: size, hasEqualUnits: equal,
            legend: entries, notes: ["A note."]))
        for place in layout.legend {
          #expect(place.point.y + 10 <= layout.plot.y || place.point.x >= layout.plot.right + 5)
        }
        #expect(layout.titleBaseline(layout.titleLines.count - 1) < layout.plot.y)
        #expect(layout.xTickBaseline > layout.plot.bottom && layout.xLabelBaseline > layout.xTickBaseline + 13)
        #expect(layout.noteBaseline(0) > layout.xLabelBaseline + 5 && layout.noteBaseline(0) < layout.height)
        #expect(layout.plot.width >= 100 && layout.plot.height >= 100)
        if equal { #expect(abs(layout.plot.width - layout.plot.height) < 1e-9) }
      }
    }
  }

  @Test(
    "labels of an axis have a gap between them",
    arguments: [0.07, 43, 1234.5, 4e4, 1e5, 7e5, 999_999, 1e9, 1e-5, 1e300])
  func tickLabels(upper: Double) {
    for width in stride(from: 280.0, through: 1000, by: 60) {
      for kind in [AxisScale.linear, .logarithmic] {
        let scale = Scale(kind, from: upper / 900, to: upper)
        let layout = Layout(
          Frame.Content(
            title: "", xLabel: "x", yLabel: "y", x: scale, y: scale, size: ChartSize(width: width, height: 300)))
        let ends = layout.xTicks.labelled.filter { !$0.label.isEmpty }.map { tick in
          let center = (scale.fraction(of: tick.value) ?? .nan) * layout.plot.width
          let half = TextStyle.tick.width(of: tick.label) / 2
          return (center - half, center + half)
        }
        #expect(zip(ends, ends.dropFirst()).allSatisfy { $0.1 + 5 < $1.0 })
        #expect(ends.count >= 2, "\(kind), \(width)")
      }
    }
  }

  @Test("what is not drawn is said")
  func notes() {
    let texts = ParsedXML(Self.line([1, .nan, 10, 0, -1], .logarithmic).svg()).texts
    #expect(texts.contains("2 points are not drawn: they are not finite."))
    #expect(texts.contains("4 points are not drawn: they are not above 0, which a logarithmic axis cannot show."))
    var chart = Self.line([1, 2, 3])
    #expect(!chart.svg().contains("not drawn"))
    chart.yRange = 0...2.5
    #expect(ParsedXML(chart.svg()).texts.contains("2 points are not drawn: they are beyond the axes."))
    #expect(ParsedXML(Self.line([.nan]).svg()).texts.contains("no data"))
  }

  @Test("a curve has a gap where a point is missing")
  func gaps() {
    let series = Series("a", [1, 2, .nan, 4, 5, .nan, 7])
    let scale = Scale(.linear, from: 0, to: 8)
    let frame = Frame(
      Frame.Content(title: "", xLabel: "", yLabel: "", x: scale, y: scale, size: .standard))
    #expect(frame.curve(series).text.filter { $0 == "M" }.count == 3)
  }

  @Test("thinning keeps the extremes of a long curve")
  func thinning() {
    var values = [Double](repeating: 1, count: 100_000)
    values[51_234] = 9
    values[51_240] = -9
    let scale = Scale(.linear, from: -10, to: 10)
    let frame = Frame(
      Frame.Content(
        title: "", xLabel: "", yLabel: "", x: Scale(.linear, from: 0, to: 1e5), y: scale, size: .standard))
    let path = frame.curve(Series("a", values)).text
    #expect(path.utf8.count < 10_000)
    let heights = Set(path.split(whereSeparator: { "Mlhv -".contains($0) }).compactMap { Double($0) })
    // From 1 to 9, and from 9 to -9, in pixels.
    let unit = frame.plot.height / 20
    #expect(heights.contains { abs($0 - 8 * unit) <= 0.1 } && heights.contains { abs($0 - 18 * unit) <= 0.1 })
  }

  @Test("a decision over 600 × 600 points with 300 points on top is a small file")
  func decisionSize() throws {
    let field = try ScalarGrid(x: -3...2.99, columns: 600, y: -3...2.99, rows: 600) { 2 - $0 * $0 - $1 * $1 }
    let points = (0..<300).map { Point(Double($0 % 20) / 4 - 2.4, Double($0 / 20) / 4 - 1.8) }
    let chart = DecisionChart(
      title: "Circles", x: "x₀", y: "x₁", field: field, level: 0, classes: [Series("all", points)])
    let svg = chart.svg()
    #expect(svg.utf8.count < 40_000)
    let parsed = ParsedXML(svg)
    #expect(parsed.elements.count < 400)
    #expect(parsed.texts.filter { $0 == "3" }.count == 2, "both axes reach 3")
  }

  @Test("lines of equal value bear their values, where there is room")
  func contourLabels() throws {
    let chart = ContourChart(title: "C", x: "x", y: "y", field: try Self.bowl(), levels: [1, 4, 7, 7.01, 7.02])
    let texts = ParsedXML(chart.svg()).texts
    // Once in the legend, once on the line. The axes reach from -3 to 3.
    #expect(texts.filter { $0 == "4" }.count == 2)
    #expect(texts.filter { $0 == "7.01" }.count == 1)
  }

  @Test("classes and series differ in more than colour")
  func styles() {
    let styles = (0..<7).map { SeriesStyle($0) }
    #expect(Set(styles.map(\.color)).count == 7)
    for (first, second) in zip(styles, styles.dropFirst()) {
      #expect(first.marker != second.marker && first.dash != second.dash)
    }
    #expect(Set((0..<30).map { SeriesStyle($0) }).count == 30)
  }
}
