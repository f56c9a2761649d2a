/// What is wrong with a table, and where.
public struct TableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The table's name, which is its file's path.
  public let table: String
  /// The line on which the row begins, from 1; nil where no line is to blame.
  public let line: Int?
  /// Nil where no column is to blame.
  public let column: Column?
  public let reason: Reason

  /// A column: its number, from 1, and its name where that is known.
  public struct Column: Hashable, Sendable {
    public let number: Int
    public let name: String?
  }

  public enum Reason: Hashable, Sendable {
    /// The file cannot be read.
    case file(FileError)
    /// There is no row, or none after the header.
    case empty
    /// A row has more or fewer cells than the first one.
    case cells(found: Int, expected: Int)
    /// A quote stands within a cell that does not begin with one.
    case strayQuote
    /// A cell goes on after its closing quote.
    case textAfterQuote
    /// A quote is not closed.
    case openQuote
    /// The bytes of a cell are not UTF-8.
    case notUTF8
    /// Another column has this name.
    case duplicateName(String)
    /// There is no such column; these there are.
    case noColumn(String, columns: [String])
    /// The target cannot be a feature, or nothing is left as a feature.
    case noFeatures
    /// A cell is missing; the text is what stands for it.
    case missing(String)
    /// A column has no value at all that its missing ones could be filled with.
    case nothingToFillWith
    /// Every row has a missing cell.
    case allDropped
    /// A cell is not a number.
    case notNumber(String)
    /// A cell is NaN, infinite, or too large for a Float.
    case notFinite(String)
    /// A cell of the target is no number, while others are, and the task was not said.
    case mixedTarget(String)
    /// A cell is none of the categories or classes that were fitted.
    case unknownCategory(String, known: [String])
    /// The rows do not make a data set.
    case dataset(DatasetError)
  }

  public var description: String {
    var place = table
    if let line { place += ":\(line)" }
    if let column { place += ": column \(column.number)" + (column.name.map { " '\($0)'" } ?? "") }
    return "\(place): \(reason)"
  }

  init(_ table: String, line: Int? = nil, column: Column? = nil, _ reason: Reason) {
    (self.table, self.line, self.column, self.reason) = (table, line, column, reason)
  }
}

extension TableError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .empty: "there are no rows"
    case .cells(let found, let expected): "the row has \(found) cells, but the first one has \(expected)"
    case .strayQuote: "a quote within a cell must be doubled, and the cell quoted"
    case .textAfterQuote: "the cell goes on after its closing quote"
    case .openQuote: "the quote that begins the cell is never closed"
    case .notUTF8: "the text is not UTF-8"
    case .duplicateName(let name): "there are two columns of the name '\(name)'"
    case .noColumn(let name, let columns): "there is no column '\(name)'; there are \(Self.list(columns))"
    case .noFeatures: "no column is left to predict the target from"
    case .missing(let text): text.isEmpty ? "the value is missing" : "the value is missing ('\(text)')"
    case .nothingToFillWith: "there is no value that the missing ones could be filled with"
    case .allDropped: "every row has a missing value"
    case .notNumber(let text): "'\(Self.short(text))' is not a number"
    case .notFinite(let text): "'\(Self.short(text))' is not a finite number"
    case .mixedTarget(let text):
      "'\(Self.short(text))' is not a number, but other values are: say whether the task is classification or regression"
    case .unknownCategory(let text, let known): "'\(Self.short(text))' is unknown; known are \(Self.list(known))"
    case .dataset(let error): "\(error)"
    }
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(50).map { "'\(short($0))'" }.joined(separator: ", ")
    return names.count > 50 ? "\(shown) and \(names.count - 50) more" : shown
  }

  private static func short(_ text: String) -> String {
    text.count > 60 ? "\(text.prefix(60))…" : text
  }
}
