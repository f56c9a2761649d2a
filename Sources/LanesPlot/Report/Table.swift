/// A table of a report.
public struct Table: Hashable, Sendable {
  /// A column's heading, and to which side its cells go.
  public struct Column: Hashable, Sendable {
    public var title: String
    /// Numbers go to the right, so that their digits stand below each other.
    public var isNumeric: Bool

    public init(_ title: String, isNumeric: Bool = false) {
      self.title = title
      self.isNumeric = isNumeric
    }
  }

  public var columns: [Column]
  /// Row by row, a cell for each column; missing cells are empty.
  public var rows: [[String]]
  /// The last row, such as totals; empty for none.
  public var totals: [String]
  /// What is to be said about the table.
  public var caption: String

  public init(columns: [Column], rows: [[String]], totals: [String] = [], caption: String = "") {
    self.columns = columns
    self.rows = rows
    self.totals = totals
    self.caption = caption
  }

  /// A layer of a model.
  public struct Layer: Hashable, Sendable {
    public var name: String
    /// The shape of its output, such as `batch × 4`.
    public var output: String
    /// All weights and biases.
    public var parameters: Int

    public init(_ name: String, output: String, parameters: Int) {
      (self.name, self.output, self.parameters) = (name, output, parameters)
    }
  }

  /// The summary of a model: its layers and the sum of their parameters. Layers without parameters are not counted as
  /// layers, nor is the input.
  public init(model layers: [Layer]) {
    let count = layers.count { $0.parameters > 0 }
    let total = layers.reduce(0) { $0 + $1.parameters }
    self.init(
      columns: [Column("Layer"), Column("Output"), Column("Parameters", isNumeric: true)],
      rows: layers.map { [$0.name, $0.output, Self.text($0.parameters)] }, totals: ["Total", "", Self.text(total)],
      caption: "\(count) layer\(count == 1 ? "" : "s"), \(Self.text(total)) parameters")
  }

  private static func text(_ count: Int) -> String { ExactDecimal(mantissa: count, exponent: 0).plainText }

  var element: Element {
    let count = ([columns.count, totals.count] + rows.map(\.count)).max() ?? 0
    let columns = columns + Array(repeating: Column(""), count: count - columns.count)
    let heading = columns.map { Element("th", ["scope": "col", "class": Self.style($0)], text: $0.title) }
    func row(_ cells: [String]) -> Element {
      Element(
        "tr",
        columns.enumerated().map { index, column in
          Element("td", ["class": Self.style(column)], text: index < cells.count ? cells[index] : "")
        })
    }
    let footer = totals.isEmpty ? [] : [Element("tfoot", [row(totals)])]
    let title = caption.isEmpty ? [] : [Element("caption", text: caption)]
    let table = Element(
      "table", title + [Element("thead", [Element("tr", heading)]), Element("tbody", rows.map(row))] + footer)
    return Element("div", ["class": "scroll"], [table])
  }

  private static func style(_ column: Column) -> String { column.isNumeric ? "number" : "word" }
}
