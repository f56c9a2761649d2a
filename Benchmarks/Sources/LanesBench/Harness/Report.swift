import Foundation
import Glibc

/// What a subject hands back: its rows for programs, a table for people.
struct Report<Row: Encodable>: Encodable {
  let subject: String
  let machine: Machine
  /// The libraries beside Lanes, by what they say of themselves.
  var peers: [String: String] = [:]
  let repetitions: Int
  /// Processors that other programs used during the run, on average.
  var processorsUsedByOthers = 0.0
  var rows: [Row]

  func write(as format: Format, table: Table, notes: [String] = []) throws {
    switch format {
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      print(String(decoding: try encoder.encode(self), as: UTF8.self))
    case .text:
      print(machine.text)
      for (name, version) in peers.sorted(by: { $0.key < $1.key }) { print("\(name): \(version)") }
      print("other programs used \(processorsUsedByOthers.digits(1)) processors during the run\n")
      print(table.text)
      if table.text.contains("~") { print("~ disturbed: other programs took processors while this was measured") }
      for note in notes { print(note) }
    }
  }
}

/// Columns as wide as their widest cell: the first to the left, the others to the right.
struct Table {
  private var rows: [[String]]

  init(_ head: [String]) { rows = [head] }

  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    let lines = rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ")
    }
    return lines.joined(separator: "\n")
  }
}

/// To standard error.
func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

/// What is being measured, on one line of a terminal that is overwritten; nothing where nobody looks.
func progress(_ text: String = "") {
  guard isatty(STDERR_FILENO) == 1 else { return }
  FileHandle.standardError.write(Data("\r\u{1B}[2K\(text)".utf8))
}

extension String {
  /// With a mark where other programs disturbed what was measured.
  func marked(_ disturbed: Bool) -> String { disturbed ? "~" + self : self }
}

extension Double {
  /// With so many digits after the point.
  func digits(_ count: Int) -> String { String(format: "%.\(count)f", self) }
  /// With three digits that count, of small numbers as well.
  var short3: String { digits(self < 1 ? 3 : self < 10 ? 2 : self < 100 ? 1 : 0) }
  /// With three digits that count.
  var short: String { digits(self < 10 ? 2 : self < 100 ? 1 : 0) }
}
