/// Reads comma-separated values (RFC 4180) row by row.
///
/// A cell may be quoted, and then contain delimiters, line breaks and doubled quotes. Rows end with LF, CR LF or CR. Blank
/// lines and a byte order mark at the beginning are skipped. Whatever else departs from the format is an error with its line
/// and column; nothing is guessed.
struct CSVReader {
  private let bytes: [UInt8]
  private let name: String
  private let delimiter: UInt8
  private var position = 0
  /// From 1.
  private var line = 1

  struct Row {
    /// Where it begins, from 1. It may go on for more than one.
    let line: Int
    let cells: [String]
  }

  /// - Parameter name: what errors call the table.
  init(_ bytes: [UInt8], name: String, delimiter: UInt8) {
    (self.bytes, self.name, self.delimiter) = (bytes, name, delimiter)
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
  }

  /// Passes over so many lines, whatever they are.
  mutating func skipLines(_ count: Int) {
    for _ in 0..<max(count, 0) {
      while position < bytes.count, !isAtLineEnd { position += 1 }
      if position == bytes.count { return }
      skipLineEnd()
    }
  }

  /// The next row; nil after the last.
  mutating func next() throws(TableError) -> Row? {
    while position < bytes.count, isAtLineEnd { skipLineEnd() }
    if position == bytes.count { return nil }
    let start = line
    var cells: [String] = []
    while true {
      cells.append(try cell(number: cells.count + 1))
      if position == bytes.count { break }
      if bytes[position] != delimiter {
        skipLineEnd()
        break
      }
      position += 1
    }
    return Row(line: start, cells: cells)
  }

  /// Reads up to a delimiter, a line end or the end.
  private mutating func cell(number: Int) throws(TableError) -> String {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try quotedCell(number: number) }
    let start = position
    while position < bytes.count, bytes[position] != delimiter, !isAtLineEnd {
      if bytes[position] == UInt8(ascii: "\"") { throw error(.strayQuote, number) }
      position += 1
    }
    return try text(bytes[start..<position], number)
  }

  private mutating func quotedCell(number: Int) throws(TableError) -> String {
    let opening = line
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\"") {
        position += 1
        if position == bytes.count || bytes[position] == delimiter || isAtLineEnd { return try text(content, number) }
        if bytes[position] != UInt8(ascii: "\"") { throw error(.textAfterQuote, number) }
        content.append(UInt8(ascii: "\""))
        position += 1
      } else if isAtLineEnd {
        let start = position
        skipLineEnd()
        content += bytes[start..<position]
      } else {
        content.append(bytes[position])
        position += 1
      }
    }
    line = opening
    throw error(.openQuote, number)
  }

  private func text(_ bytes: some Collection<UInt8>, _ number: Int) throws(TableError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw error(.notUTF8, number) }
    return text
  }

  private var isAtLineEnd: Bool { bytes[position] == 0x0a || bytes[position] == 0x0d }

  private mutating func skipLineEnd() {
    let isPair = bytes[position] == 0x0d && position + 1 < bytes.count && bytes[position + 1] == 0x0a
    position += isPair ? 2 : 1
    line += 1
  }

  private func error(_ reason: TableError.Reason, _ number: Int) -> TableError {
    TableError(name, line: line, column: TableError.Column(number: number, name: nil), reason)
  }
}
