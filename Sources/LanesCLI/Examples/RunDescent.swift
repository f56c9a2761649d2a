import ArgumentParser
import LanesExamples
import LanesPlot
import LanesTrain

struct RunDescent: ExampleCommand {
  static let configuration = CommandConfiguration(
    commandName: "descent",
    abstract: "Gradient descent of (w + 1)² from w = 5. The learning rate decides.",
    discussion: """
      EXAMPLES:
        lanes run descent
        lanes run descent --rate 1
        lanes run descent --rate 0.0001 --steps 1000
      """)

  @OptionGroup var options: RunOptions

  @Option(
    parsing: .unconditional, help: ArgumentHelp("The learning rate. (default: 0.2)", valueName: "rate"),
    transform: DecayOption.positive)
  var rate: Float = 0.2

  func run() throws { try perform() }
  var settings: String { "rate \(rate)" }

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    try Descent(rate: .constant(rate)).result(options, backend, output)
  }
}

struct RunDecay: ExampleCommand {
  static let configuration = CommandConfiguration(
    commandName: "decay",
    abstract: "The same descent with a learning rate that decays exponentially.",
    discussion: """
      EXAMPLES:
        lanes run decay
        lanes run decay --base 0.2 --rate 0.9 --every 5 --smooth --report decay.html
      """)

  @OptionGroup var options: RunOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The first learning rate. (default: \(Decay.base))", valueName: "base"),
    transform: DecayOption.positive)
  var base: Float = Decay.base

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What it is multiplied by. (default: \(Decay.rate))", valueName: "rate"),
    transform: DecayOption.positive)
  var rate: Float = Decay.rate

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("After so many steps each. (default: \(Decay.every))", valueName: "n"),
    transform: DecayOption.count)
  var every: Int = Decay.every

  @Flag(help: "A little in each step, in place of a staircase.") var smooth = false

  func run() throws { try perform() }

  var settings: String { "rate \(base)·\(rate)^(step/\(every)), \(smooth ? "smooth" : "as a staircase")" }

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    try Decay.example(base: base, rate: rate, every: every, isSmooth: smooth).result(options, backend, output)
  }
}

extension Descent {
  fileprivate func result(
    _ options: RunOptions, _ backend: ChosenBackend, _ output: (String) throws -> Void
  ) throws -> ExampleResult {
    var (result, history) = try TrainingRun(self, options: options, backend: backend).run(output: output)
    if options.report != nil {
      let path = history.chart(of: Self.parameter.name, title: "The parameter on its way to −1", elements: ["w"])
      result.sections = [Report.Section("Parameter", [.chart(path)])] + history.sections(isRegularized: false)
    }
    return result
  }
}
