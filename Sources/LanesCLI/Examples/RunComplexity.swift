import ArgumentParser
import LanesExamples
import LanesTrain

struct RunComplexity: ExampleCommand {
  static let configuration = CommandConfiguration(
    commandName: "complexity",
    abstract: "Layers and parameters of a net such as 3-4-2.",
    discussion: """
      EXAMPLES:
        lanes run complexity
        lanes run complexity --sizes 784-256-10
      """)

  @OptionGroup var options: RunOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Inputs, hidden layers and outputs. (default: 3-4-2)", valueName: "n-n-…"),
    transform: RunComplexity.sizes)
  var sizes = Complexity.lecture

  /// So that parameters can be counted, and no one waits for them.
  private static let largest = 1_000_000

  private static func sizes(_ text: String) throws -> [Int] {
    let sizes = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sizes.count >= 2, sizes.allSatisfy({ (1...largest).contains($0) }) else {
      throw ValidationError("it must be two or more numbers from 1 to \(largest), such as 3-4-2")
    }
    return sizes
  }

  func run() throws { try perform() }
  var settings: String { sizes.map { "\($0)" }.joined(separator: "-") }

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    let net = Complexity(sizes)
    let summary = try net.summary()
    let rows = summary.layers.enumerated().map { [Float($0 + 1), Float($1.outputs), Float($1.parameters)] }
    var result = ExampleResult(steps: 0, trace: Trace(columns: ["layer", "outputs", "parameters"], rows: rows))
    result.more = [("layers", .integer(summary.layerCount)), ("parameterCount", .integer(summary.parameters))]
    result.model = summary
    result.text = "\(summary)\n\(try net.sum())\n"
    return result
  }
}
