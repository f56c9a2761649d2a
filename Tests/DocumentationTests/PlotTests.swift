import Foundation
import LanesPlot
import Testing

/// The programs of `LanesPlot.md`.
@Suite("Pictures, as documented")
struct PlotTests {
  @Test("a chart, contours, and a report")
  func pictures() throws {
    // snippet
    let loss = Series("loss", (0...40).map { 36 * pow(0.36, Double($0)) })
    let chart = LineChart(title: "Descent", x: "step", y: "loss", yScale: .logarithmic, series: [loss])
    let picture = chart.svg()
    // end
    #expect(picture.contains("<svg") && picture.contains("Descent"))

    // snippet
    let field = try ScalarGrid(x: -3...3, columns: 61, y: -3...3, rows: 61) { x, y in x * x + y * y }
    let circle = field.contours(at: 2)
    let regions = DecisionChart(
      title: "A circle", x: "x0", y: "x1", field: field, level: 2, below: "inside", above: "outside")
    // end
    #expect(circle.count == 1 && circle.allSatisfy(\.isClosed))
    let circumference = 2 * Double.pi * 2.0.squareRoot()
    #expect(abs((circle.first?.length ?? 0) - circumference) < 0.02)
    #expect(regions.svg().contains("inside"))

    // snippet
    let report = Report(
      title: "A descent", summary: "One parameter, gradient descent.",
      figures: [.init("last loss", 36 * pow(0.36, 40))],
      sections: [.init("Training", [.text("The loss falls by the same factor in each step."), .chart(chart)])],
      environment: .init(
        version: "0.1.0", backend: "native", instructionSet: "avx2", threads: 2, date: "2026-11-23"))
    let page = report.html()
    // end
    #expect(page.contains("<html") && page.contains("<svg") && page.contains("A descent"))
  }
}
