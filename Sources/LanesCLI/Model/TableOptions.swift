import ArgumentParser
import Lanes
import LanesReference
import LanesTrain

/// How a CSV file is written.
struct TableOptions: ParsableArguments {
  enum Delimiter: String, CaseIterable, ExpressibleByArgument { case comma, semicolon, tab, bar }
  enum Header: String, CaseIterable, ExpressibleByArgument { case auto, present, absent }

  @Option(parsing: .unconditional, help: "What separates the cells.") var delimiter = Delimiter.comma

  @Option(
    parsing: .unconditional,
    help: """
      Whether the first row has the names of the columns; auto: unless all its cells are numbers. Columns without names are \
      called column1, column2 and so on.
      """)
  var header = Header.auto

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Lines at the beginning of the file that do not belong to the table.", valueName: "n"),
    transform: { try OptionText.count($0, from: 0) })
  var skipLines = 0

  func read(_ path: String) throws -> LanesTrain.Table {
    let delimiter: LanesTrain.Table.Format.Delimiter =
      switch delimiter {
      case .comma: .comma
      case .semicolon: .semicolon
      case .tab: .tab
      case .bar: .bar
      }
    let header: LanesTrain.Table.Format.Header =
      switch header {
      case .auto: .automatic
      case .present: .present
      case .absent: .absent
      }
    return try LanesTrain.Table(
      csv: path, format: .init(delimiter: delimiter, header: header, skippedLines: skipLines))
  }
}

/// What does the arithmetic.
struct ArithmeticOptions: ParsableArguments {
  enum Name: String, CaseIterable, ExpressibleByArgument { case native, reference }

  @Option(parsing: .unconditional, help: "What does the arithmetic. The reference is plain Swift, and slow.")
  var backend = Name.native

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "1 … 1024; the reference always runs on one. (default: LANES_NUM_THREADS, else what the machine allows)",
      valueName: "n"),
    transform: { try OptionText.count($0, from: 1) })
  var threads: Int?

  /// The backend that was asked for. What the environment forces is checked whether it is used or not.
  func chosenBackend() throws -> any Backend {
    _ = try NativeBackend()
    let native = try NativeBackend(threads: threads)
    return backend == .native ? native : ReferenceBackend()
  }
}

/// Texts of options as values, or an error in words.
enum OptionText {
  static func count(_ text: String, from least: Int) throws -> Int {
    guard let count = Int(text), count >= least else {
      throw ValidationError("it must be a whole number, at least \(least)")
    }
    return count
  }

  /// A number of the range; `below` leaves out its end.
  static func number(_ text: String, from low: Double, below high: Double) throws -> Double {
    guard let value = Double(text), value >= low, value < high else {
      throw ValidationError("it must be a number, at least \(low) and below \(high)")
    }
    return value
  }

  static func names(_ text: String) -> [String] {
    text.split(separator: ",").map(String.init)
  }
}
