import ArgumentParser
import Lanes
import LanesTrain

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict a column for the rows of a CSV file.",
    discussion: """
      Prints CSV: for each row the prediction and, of classes, the probability of each. The file needs the model's features, \
      not its target. Rows that are dropped for a missing value have empty cells.

      EXAMPLES:
        lanes predict iris new.csv
        lanes predict iris new.csv --output predictions.csv
      """)

  @Argument(help: "The model's folder or file.") var model: String
  @Argument(help: ArgumentHelp("The CSV file.", valueName: "data.csv")) var data: String

  @OptionGroup var table: TableOptions
  @OptionGroup var arithmetic: ArithmeticOptions

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp("Where to write it. (default: standard output)", valueName: "file"))
  var output: String?

  func run() throws {
    let backend = try arithmetic.chosenBackend()
    let saved = try SavedModel(model)
    let trainer = try saved.trainer(on: backend)
    let table = try table.read(data)
    let features = try saved.description.schema.features(from: table)
    let lines = try predictions(saved.description, trainer, features)
    let columns = saved.description.classes.map { $0.map { Self.quoted("probability \($0)") } } ?? []
    var text = (["prediction"] + columns).joined(separator: ",") + "\n"
    let empty = String(repeating: ",", count: columns.count) + "\n"
    var next = 0
    for row in 0..<table.count {
      let isKept = next < features.rows.count && features.rows[next] == row
      text += isKept ? lines[next] : empty
      if isKept { next += 1 }
    }
    if let output {
      try OutputFile(output, isEmptied: true).write(text)
    } else {
      try Output.write(text)
    }
  }

  /// A line for each row of features.
  private func predictions(
    _ model: ModelDescription, _ trainer: Trainer, _ features: TableSchema.Features
  ) throws -> [String] {
    let count = features.rows.count
    if count == 0 { return [] }
    let values = try model.scale.standardized(features.values)
    let columns = model.schema.featureNames.count
    // The targets are read by no one; a data set has some.
    let data =
      if let classes = model.classes {
        try Dataset(
          features: values, featureCount: columns, labels: [Int32](repeating: 0, count: count), classNames: classes)
      } else {
        try Dataset(
          features: values, featureCount: columns, targets: [Float](repeating: 0, count: count), targetCount: 1)
      }
    let output = try trainer.predict(data, averaged: trainer.movingAverage != nil).values
    guard let classes = model.classes else {
      return try (model.targetScale?.restored(output) ?? output).map { "\($0)\n" }
    }
    let names = classes.map(Self.quoted)
    let probabilities = try softmax(output, columns: classes.count, on: trainer.backend)
    return (0..<count).map { row in
      let shares = probabilities[row * classes.count..<(row + 1) * classes.count]
      let best = shares.indices.max { shares[$0] < shares[$1] } ?? shares.startIndex
      return ([names[best - shares.startIndex]] + shares.map { "\($0)" }).joined(separator: ",") + "\n"
    }
  }

  private func softmax(_ logits: [Float], columns: Int, on backend: any Backend) throws -> [Float] {
    let graph = Graph()
    let result = graph.input("logits", [logits.count / columns, columns])
    let program = try Program(graph, results: [LanesTrain.softmax(result)], state: State(), on: backend)
    return try logits.withUnsafeBufferPointer { logits in
      if let input = program.input("logits"), let base = logits.baseAddress { program.bind(input, to: base) }
      try program.run()
      return program.result().values
    }
  }

  /// As RFC 4180 has it.
  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"".contains($0) || $0.isNewline }) else { return text }
    return "\"\(text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
  }
}
