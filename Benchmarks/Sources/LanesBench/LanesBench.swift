import ArgumentParser

@main
struct LanesBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lanes-bench",
    abstract: "How fast Lanes is on this machine, against others and against the machine's limits.",
    subcommands: [
      MatmulBenchmarks.self, StepBenchmarks.self, ElementwiseBenchmarks.self, CrossEntropyBenchmarks.self,
      LinearCrossEntropyBenchmarks.self, UpdateBenchmarks.self, CallBenchmarks.self,
    ])

  static func main() {
    #if DEBUG
      let refusal = "this is a debug build, whose figures would mean nothing; run: swift run -c release lanes-bench"
      exit(withError: BenchmarkError(refusal))
    #else
      main(nil)
    #endif
  }
}
