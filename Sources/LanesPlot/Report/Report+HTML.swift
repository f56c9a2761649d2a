extension Report {
  /// The text of an HTML file, which is well-formed XML too.
  public func html() -> String {
    let head = Element(
      "head",
      [
        Element("meta", ["charset": "utf-8"]),
        Element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        Element("title", text: title),
        Element("style", text: Self.styleSheet),
      ])
    let body = Element("body", [header] + [Element("main", sections.map(\.element))] + [footer])
    return "<!DOCTYPE html>\n\(Element("html", ["lang": "en"], [head, body]).markup)\n"
  }

  private var header: Element {
    let summary = summary.isEmpty ? [] : [Element("p", text: summary)]
    let list = figures.isEmpty ? [] : [Self.list(figures, style: "figures")]
    return Element("header", [Element("h1", text: title)] + summary + list)
  }

  private var footer: Element {
    Element("footer", [Element("h2", text: "Environment"), Self.list(environment.entries, style: "environment")])
  }

  private static func list(_ entries: [KeyFigure], style: String) -> Element {
    Element(
      "dl", ["class": style],
      entries.map { Element("div", [Element("dt", text: $0.name), Element("dd", text: $0.value)]) })
  }

  /// It has none of the characters that HTML and XML would read differently in a style element.
  private static let styleSheet = """
    body { max-width: 760px; margin: 0 auto; padding: 20px; font: 16px/1.5 system-ui, Helvetica, Arial, sans-serif; \
    color: #1a1a1a; background: #ffffff; overflow-wrap: break-word; }
    h1 { font-size: 28px; line-height: 1.25; margin: 12px 0; }
    h2 { font-size: 20px; margin: 36px 0 8px; padding-top: 12px; border-top: 1px solid #d0d0d0; break-after: avoid; }
    dl, dd, figure { margin: 0; }
    .figures { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0; }
    .figures div { flex: 1 1 130px; padding: 10px 14px; background: #f3f6f8; border-radius: 6px; }
    .figures dt { font-size: 14px; color: #4d4d4d; }
    .figures dd { font-size: 22px; font-weight: 600; }
    .environment div { display: flex; flex-wrap: wrap; }
    .environment dt { width: 150px; color: #4d4d4d; }
    .environment dd { flex: 1; min-width: 150px; }
    figure { margin: 16px 0 24px; break-inside: avoid; }
    figcaption, caption { font-size: 14px; color: #4d4d4d; text-align: left; padding-bottom: 6px; }
    svg { display: block; max-width: 100%; }
    .wide svg { height: auto; }
    .narrow { display: none; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; margin: 12px 0; }
    th, td { padding: 5px 18px 5px 0; border-bottom: 1px solid #e0e0e0; text-align: left; vertical-align: top; }
    th { border-bottom-color: #4d4d4d; }
    tfoot td { font-weight: 600; border-bottom: none; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    pre { padding: 10px 14px; background: #f3f6f8; border-radius: 6px; overflow-x: auto; font-size: 14px; }
    @media screen and (max-width: 560px) {
    body { padding: 10px; }
    .wide { display: none; }
    .narrow { display: block; }
    }
    @media print {
    body { max-width: none; padding: 0; font-size: 11pt; }
    .figures div, pre { background: none; border: 1px solid #b0b0b0; }
    pre { white-space: pre-wrap; }
    .wide svg { max-height: 95mm; }
    }
    """
}

extension Report.Section {
  var element: Element { Element("section", [Element("h2", text: title)] + blocks.flatMap(\.elements)) }
}

extension Report.Block {
  var elements: [Element] {
    switch self {
    case .text(let text): Self.paragraphs(text)
    case .code(let text): [Element("pre", [Element("code", text: text)])]
    case .table(let table): [table.element]
    case .chart(let chart, let caption): [Self.figure(chart, caption: caption)]
    }
  }

  private static func paragraphs(_ text: String) -> [Element] {
    var paragraphs: [[Substring]] = [[]]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.allSatisfy(\.isWhitespace) {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    return paragraphs.filter { !$0.isEmpty }.map { Element("p", text: $0.joined(separator: " ")) }
  }

  /// The chart twice: one of the two shows, as the screen is wide or narrow.
  private static func figure(_ chart: any Chart, caption: String) -> Element {
    let drawings = [
      Element("div", ["class": "wide"], [chart.drawing(size: chart.size).element]),
      Element("div", ["class": "narrow"], [chart.drawing(size: .narrow).element]),
    ]
    return Element("figure", drawings + (caption.isEmpty ? [] : [Element("figcaption", text: caption)]))
  }
}
