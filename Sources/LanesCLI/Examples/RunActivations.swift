import ArgumentParser
import LanesExamples
import LanesPlot
import LanesTrain

struct RunActivations: ExampleCommand {
  static let configuration = CommandConfiguration(
    commandName: "activations",
    abstract: "Activation functions and their derivatives, as numbers and curves.",
    discussion: """
      EXAMPLES:
        lanes run activations
        lanes run activations --report activations.html
      """)

  @OptionGroup var options: RunOptions

  func run() throws { try perform() }
  var settings: String { "\(Activations.functions.count) functions over −6 … 6" }

  /// Text shows every so-manieth input.
  private static let printedInterval = 160

  func result(on backend: ChosenBackend, output: (String) throws -> Void) throws -> ExampleResult {
    let inputs = Activations.inputs
    let curves = try Activations().run(on: backend.backend)
    let columns = ["x"] + curves.flatMap { ["\($0.function)", "\($0.function) derivative"] }
    let rows = inputs.indices.map { index in
      [inputs[index]] + curves.flatMap { [$0.values[index], $0.derivatives[index]] }
    }
    var result = ExampleResult(steps: 0, trace: Trace(columns: columns, rows: rows))
    let printed = stride(from: 0, to: inputs.count, by: Self.printedInterval)
    result.text =
      Table(
        columns: ["f(x)"] + printed.map { "x = \(Int(inputs[$0]))" } + ["f"],
        rows: curves.map { curve in
          ["\(curve.function)"] + printed.map { "\(curve.values[$0])" } + [Activations.formula(curve.function)]
        }
      ).description
    let doubles = inputs.map { Double($0) }
    result.sections = [
      Report.Section(
        "Functions and derivatives",
        curves.map { curve in
          .chart(
            ActivationChart(
              title: "\(curve.function)", inputs: doubles, outputs: curve.values.map { Double($0) },
              derivatives: curve.derivatives.map { Double($0) }),
            caption: "\(curve.function): f(x) = \(Activations.formula(curve.function))")
        })
    ]
    return result
  }
}
