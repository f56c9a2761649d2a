import Testing

@testable import LanesPlot

@Suite("Report")
struct ReportTests {
  private static let report = Report(
    title: "circles <L2>", summary: "300 points & a net.",
    figures: [.init("Loss", 0.070649), .init("Steps", 40_000), .init("Time", "1.2 s")],
    sections: [
      .init(
        "Training",
        [
          .text("First\nparagraph.\n\nSecond <b>."),
          .chart(
            LineChart(title: "Loss", x: "step", y: "loss", series: [Series("loss", [3, 2, 1])]),
            caption: "Every 500 steps."),
          .chart(LineChart(title: "Rate", x: "step", y: "rate", series: [Series("rate", [0.1, 0.09])])),
        ]),
      .init(
        "Model",
        [
          .table(
            Table(
              model: [
                .init("Dense 3 → 4", output: "batch × 4", parameters: 16),
                .init("relu", output: "batch × 4", parameters: 0),
                .init("Dense 4 → 2", output: "batch × 2", parameters: 10),
              ])), .code("lanes run circles \\\n  --report \"x.html\""),
        ]),
    ],
    environment: .init(
      version: "0.1.0", backend: "native", instructionSet: "AVX2", threads: 2, date: "1 May 2025",
      more: [.init("Seed", 2)]))

  @Test("the page is well-formed and contains everything")
  func page() {
    let html = Self.report.html()
    #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    let parsed = ParsedXML(html)
    #expect(parsed.error == nil)
    func texts(_ name: String) -> [String] { parsed.named(name).map(\.text) }
    #expect(texts("h1") == ["circles <L2>"])
    #expect(texts("h2") == ["Training", "Model", "Environment"])
    #expect(texts("p") == ["300 points & a net.", "First paragraph.", "Second <b>."])
    #expect(
      texts("dt") == ["Loss", "Steps", "Time", "Lanes", "Backend", "Instruction set", "Threads", "Date", "Seed"])
    #expect(texts("dd") == ["0.07065", "40,000", "1.2 s", "0.1.0", "native", "AVX2", "2", "1 May 2025", "2"])
    #expect(texts("figcaption") == ["Every 500 steps."])
    #expect(texts("caption") == ["2 layers, 26 parameters"])
    #expect(texts("tfoot") == ["Total26"])
    #expect(texts("td").prefix(3) == ["Dense 3 → 4", "batch × 4", "16"])
    #expect(texts("pre") == ["lanes run circles \\\n  --report \"x.html\""])
    // Each chart, for a wide and for a narrow screen; each with its clipped part.
    #expect(parsed.named("figure").count == 2)
    #expect(parsed.named("svg").filter { $0.attributes["role"] == "img" }.count == 4)
  }

  @Test("the page needs no other file and no script")
  func selfContained() {
    let parsed = ParsedXML(Self.report.html())
    let names = Set(parsed.elements.map(\.name))
    #expect(names.isDisjoint(with: ["script", "link", "img", "iframe", "object", "use", "image"]))
    for element in parsed.elements {
      for (name, value) in element.attributes {
        #expect(!["src", "href", "xlink:href", "id", "onload"].contains(name))
        #expect(name == "xmlns" || !value.contains("://"))
      }
    }
    let style = parsed.named("style").first?.text ?? ""
    #expect(style.contains("@media print") && style.contains("max-width: 560px"))
    #expect(!style.contains("url(") && !style.contains("@import"))
    // HTML does not read entities in a style element, so there must be none to read.
    #expect(!style.contains { "<>&\"'".contains($0) })
    #expect(style.filter { $0 == "{" }.count == style.filter { $0 == "}" }.count)
  }

  @Test("a report of nothing is a page")
  func empty() {
    let report = Report(
      title: "", environment: .init(version: "", backend: "", instructionSet: "", threads: 0, date: ""))
    #expect(ParsedXML(report.html()).error == nil)
  }

  @Test("rows that are too short or too long keep their cells")
  func raggedTable() {
    let table = Table(columns: [.init("a"), .init("b", isNumeric: true)], rows: [["1"], ["1", "2", "3"]])
    let parsed = ParsedXML(table.element.markup)
    #expect(parsed.named("td").map(\.text) == ["1", "", "", "1", "2", "3"])
    #expect(parsed.named("th").map(\.text) == ["a", "b", ""])
    #expect(parsed.named("td").filter { $0.attributes["class"] == "number" }.count == 2)
  }
}
