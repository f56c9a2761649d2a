import ArgumentParser
import LanesTrain

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model's loss and accuracy, or errors, on a CSV file.",
    discussion: """
      The loss is that of standardised values; errors of predicted numbers are in the target's own unit.

      EXAMPLES:
        lanes evaluate iris test.csv
        lanes evaluate iris/model.safetensors test.csv --format json
      """)

  @Argument(help: "The model's folder or file.") var model: String
  @Argument(help: ArgumentHelp("The CSV file, with the target.", valueName: "data.csv")) var data: String

  @OptionGroup var table: TableOptions
  @OptionGroup var arithmetic: ArithmeticOptions

  @Option(parsing: .unconditional, help: "How to print it.") var format = OutputFormat.text

  func run() throws {
    let backend = try arithmetic.chosenBackend()
    let saved = try SavedModel(model)
    let trainer = try saved.trainer(on: backend)
    let samples = try saved.description.schema.dataset(from: table.read(data))
    let evaluation = try Evaluation(trainer, saved.description.standardized(samples))
    var values: [(name: String, key: String, value: JSON)] = [
      ("samples", "samples", .integer(evaluation.samples)), ("loss", "loss", .float(evaluation.loss)),
    ]
    if let accuracy = evaluation.accuracy { values.append(("accuracy", "accuracy", .double(accuracy))) }
    if let scale = saved.description.targetScale {
      let errors = NumberErrors(try scale.restored(evaluation.output.values), samples.targets)
      values += [
        ("mean absolute error", "meanAbsoluteError", .double(errors.meanAbsolute)),
        ("mean squared error", "meanSquaredError", .double(errors.meanSquared)),
        ("R²", "determination", .double(errors.determination)),
      ]
    }
    switch format {
    case .json: try Output.write(JSON.object(values.map { ($0.key, $0.value) }).description + "\n")
    case .text:
      let width = values.map(\.name.count).max() ?? 0
      try Output.write(values.map { "\(Table.padded($0.name, toRight: width))  \($0.value)\n" }.joined())
    }
  }
}
