import ArgumentParser
import Lanes
import Synchronization

struct AccuracyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accuracy",
    abstract: "Compare functions with float64, over all float32 inputs.",
    discussion: """
      For each function: the worst error in units in the last place with its argument; neighbours whose results go the other \
      way than the exact values; wrong NaNs; and the values at −∞, −0, +0 and +∞. All 2³² inputs take a quarter of a minute \
      or so for a function. Close to where a derivative changes its sign, its error is absolute, in units of 2⁻²⁴.

      The exit status is 1 where a NaN is wrong.

      EXAMPLES:
        lanes accuracy exp log
        lanes accuracy --gradients --format markdown
        lanes accuracy --sample 1009 --isa portable --format json
      """)

  @Argument(help: "Only these, as in `sigmoid tanh`. (default: all)", transform: AccuracyCommand.function)
  var functions: [UnaryOperation] = []

  @Flag(help: "The derivatives that are computed from the input too.") var gradients = false

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The instruction set. (default: as LANES_ISA says)", valueName: "name"))
  var isa: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Only each nth input.", valueName: "n"))
  var sample = 1

  @Option(parsing: .unconditional, help: "How to print it.") var format = AccuracyFormat.markdown

  private static func function(_ text: String) throws -> UnaryOperation {
    guard let operation = UnaryOperation.allCases.first(where: { "\($0)" == text }) else {
      throw ValidationError("it must be one of \(UnaryOperation.allCases.map { "\($0)" }.joined(separator: ", "))")
    }
    return operation
  }

  func validate() throws {
    guard (1...1 << 31).contains(sample) else { throw ValidationError("--sample must be 1 … 2147483648") }
  }

  func run() throws {
    let threads = Hardware().usable(try NativeBackend().threads)
    let backend = try NativeBackend(isa: isa, threads: 1)
    let chosen = functions.isEmpty ? UnaryOperation.allCases : functions
    let derivatives = gradients ? chosen.filter(AccuracyTruth.derivatives.contains) : []
    let sweeps = (chosen.map { ($0, false) } + derivatives.map { ($0, true) }).map {
      AccuracySweep(operation: $0.0, isDerivative: $0.1, backend: backend, stride: sample)
    }
    let steps = 1000
    let line = Mutex(ProgressLine(total: sweeps.count * steps, unit: "steps"))
    var rows: [AccuracyResult.Row] = []
    for (index, sweep) in sweeps.enumerated() {
      let findings = try sweep.run(threads: threads) { share in
        line.withLock { $0.show(index * steps + Int(share * Double(steps)), ", \(sweep.operation)") }
      }
      rows.append(try AccuracyResult.Row(sweep, findings))
    }
    line.withLock { $0.clear() }
    let result = AccuracyResult(isa: backend.isa, stride: sample, rows: rows)
    try Output.write(format == .json ? result.json.description + "\n" : result.markdown)
    if rows.contains(where: { $0.findings.wrongNaNs > 0 }) { throw ExitCode.failure }
  }
}

enum AccuracyFormat: String, CaseIterable, ExpressibleByArgument {
  case markdown, json
}
