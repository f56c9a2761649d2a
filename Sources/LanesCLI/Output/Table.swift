/// Rows of text under a heading, in columns as wide as their widest cell. Columns of numbers are flush right.
struct Table: CustomStringConvertible {
  let columns: [String]
  let rows: [[String]]

  /// Ends with a line break.
  var description: String {
    let widths = columns.indices.map { column in
      ([columns[column]] + cells(of: column)).map(\.count).max() ?? 0
    }
    let isNumeric = columns.indices.map { column in !rows.isEmpty && cells(of: column).allSatisfy { Double($0) != nil }
    }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, zip(widths, isNumeric)).map { cell, layout in
        layout.1 ? Self.padded(cell, toLeft: layout.0) : Self.padded(cell, toRight: layout.0)
      }
      var line = padded.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }
    return line(columns) + line(widths.map { String(repeating: "-", count: $0) }) + rows.map(line).joined()
  }

  private func cells(of column: Int) -> [String] { rows.compactMap { column < $0.count ? $0[column] : nil } }

  static func padded(_ text: String, toLeft width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
  }

  static func padded(_ text: String, toRight width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
}
