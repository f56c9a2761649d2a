import ArgumentParser
import Glibc

@main
struct LanesBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lanes-bench",
    abstract: "How fast Lanes is on this machine, against others and against the machine's limits.",
    subcommands: [MatmulBenchmarks.self, StepBenchmarks.self, ElementwiseBenchmarks.self, CallBenchmarks.self])

  static func main() {
    #if DEBUG
      say("Error: this is a debug build, whose figures would mean nothing. Run: swift run -c release lanes-bench")
      exit(1)
    #else
      main(nil)
    #endif
  }
}
