import ArgumentParser

struct ExamplesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "examples", abstract: "List what 'lanes run' can run.")

  func run() throws {
    let rows = RunCommand.examples.map { [$0.configuration.commandName ?? "", $0.configuration.abstract] }
    try Output.write(Table(columns: ["example", "what it is"], rows: rows).description)
  }
}
