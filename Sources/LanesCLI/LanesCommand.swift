import ArgumentParser
import Lanes

@main
struct LanesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lanes",
    abstract: "Neural-network kernels: every SIMD lane, every core, the same bits.",
    discussion: """
      EXAMPLES:
        lanes info
        lanes parity --operation matmul
        lanes run circles --regularizer l2:0.01
        lanes train iris.csv --target species --output iris
        LANES_ISA=avx2 LANES_NUM_THREADS=1 lanes run circles --format json

      ENVIRONMENT:
        LANES_ISA             The instruction set: \(Hardware.knownISAs.joined(separator: ", ")).
                              Unset: the best that processor, system and build have.
        LANES_NUM_THREADS     1 … 1024. Unset: the processors that affinity and CPU quota allow.

      Results do not depend on either, to the bit.
      """,
    version: lanesVersion,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PredictCommand.self, ShowCommand.self, RunCommand.self,
      ExamplesCommand.self, InfoCommand.self, ParityCommand.self, AccuracyCommand.self,
    ])
}

/// How a command prints its results.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}
