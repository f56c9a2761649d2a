import ArgumentParser
struct ElementwiseBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "elementwise")
}
