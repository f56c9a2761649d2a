import ArgumentParser
import LanesTrain

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a net on a CSV file.",
    discussion: """
      Features are standardised, and so is a target that is a number. Classes are learnt by softmax cross-entropy, numbers \
      by the mean squared error; losses are those of standardised values. The model is one file, model.safetensors in the \
      folder of --output, with all that is needed to predict and to go on. It is replaced as a whole: a kill at any moment \
      leaves a model that can be resumed, and ends in the same bits.

      Ctrl-C finishes the step, saves, and says how to resume.

      EXAMPLES:
        lanes train iris.csv --target species --output iris
        lanes train houses.csv --target price --hidden 64,32 --patience 10 --output houses
        lanes train houses.csv --resume --epochs 200 --output houses
      """)

  @Argument(help: ArgumentHelp("The CSV file.", valueName: "data.csv")) var data: String

  @OptionGroup var table: TableOptions
  @OptionGroup var settings: TrainOptions

  @Option(
    parsing: .unconditional, help: CheckpointInterval.help, transform: CheckpointInterval.parse)
  var checkpointEvery = CheckpointInterval.automatic

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Write a JSON object for each epoch, on a line of its own. A resumed run appends, and may repeat epochs.",
      valueName: "file"))
  var metrics: String?

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: ArgumentHelp("The model's folder; made where it is not there.", valueName: "folder"))
  var output: String

  @Flag(help: "Go on with the model in the folder, by its settings; begin where there is none.") var resume = false
  @Flag(help: "Throw away the model in the folder.") var overwrite = false

  @OptionGroup var arithmetic: ArithmeticOptions

  @Option(parsing: .unconditional, help: "How to print it.") var format = OutputFormat.text

  func validate() throws {
    if resume, overwrite { throw ValidationError("--resume and --overwrite exclude each other") }
  }

  func run() throws {
    let backend = try arithmetic.chosenBackend()
    let path = SavedModel.path(in: output)
    let old = resume && SavedModel.exists(path) ? try SavedModel(path) : nil
    if !resume, !overwrite, SavedModel.exists(path) {
      throw UserError("\(path) exists: --resume goes on with it, --overwrite throws it away")
    }
    let wanted = settings.applied(to: old?.description.settings ?? ModelSettings())
    if wanted.target.isEmpty { throw ValidationError("--target is needed: the column to predict") }
    let (data, model) = try prepare(old, wanted)
    let fit = try Fit(
      model.trainer(on: backend),
      training: data.training.batches(of: wanted.batch, order: .shuffled(seed: wanted.seed)),
      validation: data.validation, epochs: wanted.epochs, patience: wanted.patience, findsNotFinite: true)
    if let old {
      do throws(CheckpointError) { try fit.restore(old.checkpoint) } catch { throw UserError("\(path): \(error)") }
    }
    try Folder.make(output)
    let metrics = try metrics.map { try OutputFile($0, isEmptied: old == nil) }
    Interrupt.listen()
    if old == nil { try SavedModel.write(fit, model, to: path) }
    if format == .text { try Output.write(introduction(old, model, data, arithmetic: backend.name)) }
    let end = try train(
      TrainingSession(
        fit: fit, model: model, path: path, interval: checkpointEvery, metrics: metrics, format: format))
    if end == .cancelled { try leave(path: path, step: fit.trainer.globalStep) }
    let result = try TrainResult(fit, data, end: end, path: path)
    try Output.write(format == .json ? result.json.description + "\n" : result.text)
  }

  private func prepare(_ old: SavedModel?, _ wanted: ModelSettings) throws -> (ModelData, ModelDescription) {
    let table = try table.read(data)
    guard let old else { return try ModelData.fitting(table, wanted) }
    let differences = old.description.settings.differences(from: wanted)
    guard differences.isEmpty else {
      throw UserError("\(old.path) cannot be resumed by other settings: \(differences.joined(separator: "; "))")
    }
    var model = old.description
    model.settings = wanted
    return (try ModelData.resuming(table, model), model)
  }

  private func introduction(
    _ old: SavedModel?, _ model: ModelDescription, _ data: ModelData, arithmetic: String
  ) -> String {
    let sizes = [model.schema.featureNames.count] + model.settings.hidden + [model.outputs]
    let target = model.classes.map { "\($0.count) classes" } ?? "a number"
    let held = data.validation.map { ", \($0.count) held out" } ?? ""
    let resumed = old.map { "resumed after step \($0.steps); " } ?? ""
    return """
      \(resumed)net \(sizes.map(String.init).joined(separator: "-")), '\(model.schema.target)' is \(target); \
      \(data.training.count) samples\(held); \(arithmetic)

      """
  }

  private func train(_ session: TrainingSession) throws -> Fit.End {
    do {
      return try session.run()
    } catch TrainingError.notFinite(let step, let what, _) {
      throw UserError(
        "training diverged in step \(step): \(what). A smaller --rate may help; \(session.path) is as it was.")
    }
  }

  /// After a signal: how to go on, and the status that a shell gives to it.
  private func leave(path: String, step: Int) throws -> Never {
    try Output.write(
      "interrupted after step \(step); saved \(path)\nto go on: lanes train \(Self.quoted(data)) --resume "
        + "--output \(Self.quoted(output))\n", to: 2)
    throw ExitCode(128 + (Interrupt.number ?? 0))
  }

  /// For a shell.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+=:,@".contains($0)) }
    return isPlain && !text.isEmpty
      ? text : "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
  }
}

/// What a whole run leaves.
struct TrainResult {
  let path: String
  let end: Fit.End
  let epochs: Int, steps: Int
  /// Nil without validation data.
  let bestEpoch: Int?
  let training: Evaluation, validation: Evaluation?

  /// Uses the fit's best parameters.
  init(_ fit: Fit, _ data: ModelData, end: Fit.End, path: String) throws {
    (self.path, self.end) = (path, end)
    (epochs, steps, bestEpoch) = (fit.epoch, fit.trainer.globalStep, fit.best?.epoch)
    fit.useBest()
    training = try Evaluation(fit.trainer, data.training)
    validation = try data.validation.map { try Evaluation(fit.trainer, $0) }
  }

  private var endText: String { end == .noImprovement ? "no improvement any more" : "all epochs" }

  var json: JSON {
    .object([
      ("model", .string(path)), ("end", .string(endText)), ("epochs", .integer(epochs)), ("steps", .integer(steps)),
      ("bestEpoch", bestEpoch.map { .integer($0) } ?? .null), ("training", training.json),
      ("validation", validation?.json ?? .null),
    ])
  }

  var text: String {
    let best = bestEpoch.map { "; the best is \($0)" } ?? ""
    return """
      \(endText): \(epochs) epochs, \(steps) steps\(best)
      training    \(training.text)
      \(validation.map { "validation  \($0.text)\n" } ?? "")saved \(path)

      """
  }
}
