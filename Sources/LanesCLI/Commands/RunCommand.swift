import ArgumentParser

/// Runs an example. Each is a subcommand of its own, with its own options.
struct RunCommand: ParsableCommand {
  static let examples: [any ParsableCommand.Type] = [
    RunActivations.self, RunComplexity.self, RunYogurt.self, RunCrossEntropy.self, RunDescent.self, RunDecay.self,
    RunMovingAverage.self, RunCircles.self,
  ]

  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run an example of the lecture.",
    usage: "lanes run <example> [<options>]",
    discussion: """
      'lanes run <example> --help' shows an example's options.

      EXAMPLES:
        lanes run circles
        lanes run circles --regularizer l2:0.01 --decay 0.001:0.999:10 --report circles.html
        lanes run circles --backend reference --steps 2000 --format json
      """,
    subcommands: examples + [UnknownExample.self], defaultSubcommand: UnknownExample.self)
}

/// Takes what no example takes.
private struct UnknownExample: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unknown-example", usage: "lanes run <example> [<options>]", shouldDisplay: false)

  @Argument(parsing: .allUnrecognized) var arguments: [String] = []

  func run() throws {
    let known = RunCommand.examples.map { $0.configuration.commandName ?? "" }.joined(separator: ", ")
    guard let first = arguments.first else { throw ValidationError("which example? There are: \(known)") }
    throw ValidationError("no example is called '\(first)'; there are: \(known)")
  }
}
