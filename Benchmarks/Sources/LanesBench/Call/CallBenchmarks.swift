import ArgumentParser
struct CallBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "call")
}
