/// Rows of texts under named columns, as a CSV file has them. `TableSchema` makes numbers of them.
public struct Table: Sendable, Hashable {
  /// What errors call the table: its file's path.
  public let name: String
  /// The names of the columns, each once.
  public let columns: [String]
  /// For each row the line on which it begins, from 1.
  public let lines: [Int]
  /// Row by row.
  private let cells: [String]

  /// How a CSV file is written.
  public struct Format: Sendable, Hashable {
    public enum Delimiter: UInt8, Sendable, Hashable, CaseIterable {
      case comma = 0x2c
      case semicolon = 0x3b
      case tab = 0x09
      case bar = 0x7c
    }

    public enum Header: Sendable, Hashable {
      /// The first row has the names, unless every cell of it is a number.
      case automatic
      case present
      /// The columns are called column1, column2 and so on.
      case absent
    }

    public var delimiter: Delimiter
    public var header: Header
    /// Lines at the beginning that do not belong to the table.
    public var skippedLines: Int

    public init(delimiter: Delimiter = .comma, header: Header = .automatic, skippedLines: Int = 0) {
      (self.delimiter, self.header, self.skippedLines) = (delimiter, header, skippedLines)
    }
  }

  /// Reads a CSV file (RFC 4180) in UTF-8: cells may be quoted, and then contain delimiters, line breaks and doubled quotes;
  /// rows end with LF, CR LF or CR; blank lines and a byte order mark are skipped. A column without a name in the header is
  /// called by its number, as in column3.
  ///
  /// - Throws: `TableError` with line and column, where the file cannot be read, has no rows, a quote is out of place, a row
  ///   has more or fewer cells than the first, or two columns have the same name.
  public init(csv path: String, format: Format = Format()) throws(TableError) {
    let bytes: [UInt8]
    do throws(FileError) {
      let source = try FileSource(path: path)
      bytes = try source.bytes(count: source.size)
    } catch {
      throw TableError(path, .file(error))
    }
    try self.init(csvBytes: bytes, name: path, format: format)
  }

  /// Reads the bytes of a CSV file; errors call it by this name.
  public init(csvBytes bytes: [UInt8], name: String = "table", format: Format = Format()) throws(TableError) {
    var reader = CSVReader(bytes, name: name, delimiter: format.delimiter.rawValue)
    reader.skipLines(format.skippedLines)
    guard let first = try reader.next() else { throw TableError(name, .empty) }
    let hasHeader =
      switch format.header {
      case .automatic: !first.cells.allSatisfy { Number.parse($0) != nil }
      case .present: true
      case .absent: false
      }
    columns = try Self.names(hasHeader ? first.cells : first.cells.map { _ in "" }, of: name, line: first.line)
    var (lines, cells): ([Int], [String]) = hasHeader ? ([], []) : ([first.line], first.cells)
    while let row = try reader.next() {
      if row.cells.count != columns.count {
        throw TableError(name, line: row.line, .cells(found: row.cells.count, expected: columns.count))
      }
      lines.append(row.line)
      cells += row.cells
    }
    if lines.isEmpty { throw TableError(name, .empty) }
    (self.name, self.lines, self.cells) = (name, lines, cells)
  }

  /// Rows; at least 1.
  public var count: Int { lines.count }

  /// The cell of a row and a column, both from 0, which must exist.
  public subscript(row: Int, column: Int) -> String { cells[row * columns.count + column] }

  /// The index of a column.
  /// - Throws: `TableError`, which lists the columns, where there is none of the name.
  public func index(of column: String) throws(TableError) -> Int {
    guard let index = columns.firstIndex(of: column) else {
      throw TableError(name, .noColumn(column, columns: columns))
    }
    return index
  }

  func error(row: Int? = nil, column: Int? = nil, _ reason: TableError.Reason) -> TableError {
    TableError(
      name, line: row.map { lines[$0] },
      column: column.map { TableError.Column(number: $0 + 1, name: columns[$0]) }, reason)
  }

  private static func names(_ header: [String], of table: String, line: Int) throws(TableError) -> [String] {
    var names: [String] = []
    var seen: Set<String> = []
    for (index, cell) in header.enumerated() {
      let name = cell.trimmingSpaces.isEmpty ? "column\(index + 1)" : cell.trimmingSpaces
      guard seen.insert(name).inserted else {
        throw TableError(
          table, line: line, column: TableError.Column(number: index + 1, name: nil), .duplicateName(name))
      }
      names.append(name)
    }
    return names
  }
}

/// How a cell says a number.
enum Number {
  /// The nearest number to a decimal one, with or without a fraction, exponent and sign; infinite where it is too large; nan
  /// and inf, too. Spaces around it do not matter. Nil for anything else.
  static func parse<Value: LosslessStringConvertible>(_ cell: String, as type: Value.Type = Double.self) -> Value? {
    let text = cell.trimmingSpaces
    // Swift also takes hexadecimal numbers.
    return text.utf8.contains { $0 | 0x20 == UInt8(ascii: "x") } ? nil : Value(text)
  }
}

extension String {
  /// Without spaces and tabs at both ends.
  var trimmingSpaces: String {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    guard let first = utf8.first, let last = utf8.last, isSpace(first) || isSpace(last) else { return self }
    guard let start = utf8.firstIndex(where: { !isSpace($0) }), let end = utf8.lastIndex(where: { !isSpace($0) }) else {
      return ""
    }
    return String(self[start...end])
  }
}
