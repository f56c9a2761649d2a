import ArgumentParser
import Lanes
import LanesParity
import LanesReference

struct ParityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parity",
    abstract: "Compare the native kernels with the reference, bit for bit.",
    discussion: """
      Runs every operation's cases on every instruction set that this machine has, with 1, 2, 3 and 5 threads (with 1 in a \
      build without OpenMP), whatever LANES_ISA and LANES_NUM_THREADS say. Work is split among threads however small it is. \
      The exit status is 1 where a bit differs; two NaNs are equal.

      EXAMPLES:
        lanes parity
        lanes parity --operation softmax --thorough
        lanes parity --format json
      """)

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Only this operation: \(ParityCommand.operationNames). (default: all)", valueName: "name"),
    transform: ParityCommand.operation)
  var operation: ParityOperation?

  @Flag(help: "More cases of the same kinds.") var thorough = false

  @Option(parsing: .unconditional, help: "How to print it.") var format = OutputFormat.text

  static let operationNames = ParityOperation.allCases.map(\.rawValue).joined(separator: ", ")

  private static func operation(_ text: String) throws -> ParityOperation {
    guard let operation = ParityOperation(rawValue: text) else {
      throw ValidationError("it must be one of \(operationNames)")
    }
    return operation
  }

  /// So little work a thread that small cases are split too.
  private static let grainNanoseconds = 1e-3

  func run() throws {
    _ = try NativeBackend()  // Refuses what is wrong in the environment.
    let backends = try Self.backends()
    let cases =
      operation.map { ParitySuite.cases(for: $0, thorough: thorough) } ?? ParitySuite.cases(thorough: thorough)
    var progress = ProgressLine(total: cases.count, unit: "cases")
    let reports = Parity.compare(backends, with: ReferenceBackend(), cases: cases) {
      progress.show($0, ", \($1.operation)")
    }
    progress.clear()
    let result = ParityResult(zip(backends, reports).map { ($0.isa, $0.threads, $1) })
    try Output.write(format == .json ? result.json.description + "\n" : result.text)
    if !result.passed { throw ExitCode.failure }
  }

  private static func backends() throws -> [NativeBackend] {
    let threads = Hardware().hasOpenMP ? [1, 2, 3, 5] : [1]
    return try Hardware.availableISAs.flatMap { isa in
      try threads.map { try NativeBackend(isa: isa, threads: $0, grainNanoseconds: grainNanoseconds) }
    }
  }
}
