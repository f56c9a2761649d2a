import ArgumentParser
struct StepBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "step")
}
