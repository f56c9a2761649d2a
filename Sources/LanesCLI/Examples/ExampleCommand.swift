import ArgumentParser
import LanesTrain

/// A subcommand of `lanes run`: an example with its options.
protocol ExampleCommand: ParsableCommand {
  var options: RunOptions { get }
  /// What is special about this run, for people to read.
  var settings: String { get }
  /// Runs the example. Text that people are to read on the way goes to `output`.
  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult
}

extension ExampleCommand {
  static var name: String { configuration.commandName ?? "" }

  /// Runs the example, and writes its results, and the report where one is wanted.
  func perform() throws {
    let backend = try options.chosenBackend()
    if let path = options.report { try TextFile.check(path) }
    let isText = options.format == .text
    if isText { try Output.write("\(Self.name): \(settings); \(backend.description)\n") }
    let result = try result(on: backend) { if isText { try Output.write($0) } }
    try result.checkFinite()
    if let path = options.report {
      let report = ExampleReport(
        example: Self.name, abstract: Self.configuration.abstract, settings: settings, backend: backend, result: result)
      try TextFile.write(report.page.html(), to: path)
    }
    try Output.write(isText ? result.text : "\(result.json(example: Self.name, backend: backend))\n")
    if isText, let path = options.report { try Output.write("report: \(path)\n") }
  }
}
