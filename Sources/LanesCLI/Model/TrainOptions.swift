import ArgumentParser
import LanesTrain

/// The settings that can be said to `lanes train`. What is not said is as in the model that is resumed, or as usual.
struct TrainOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: ArgumentHelp("The column to predict.", valueName: "column"))
  var target: String?

  @Option(
    parsing: .unconditional,
    help: """
      How the target is understood; auto: classes where it has texts, or at most 20 different whole numbers. (default: auto)
      """)
  var task: TaskName?

  @Option(
    parsing: .unconditional,
    help:
      "A missing value in a feature: an error, its row is dropped, or it becomes the column's mean. (default: error)")
  var missing: MissingName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Columns with texts that become features, one for each text.", valueName: "columns"),
    transform: OptionText.names)
  var category: [String]?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Columns to leave out.", valueName: "columns"),
    transform: OptionText.names)
  var ignore: [String]?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Sizes of the hidden layers, or none. (default: 64)", valueName: "64,32"),
    transform: TrainOptions.sizes)
  var hidden: [Int]?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Of the hidden layers: \(ActivationName.names.joined(separator: ", ")). (default: relu)", valueName: "name"),
    transform: TrainOptions.activation)
  var activation: ActivationName?

  @Option(parsing: .unconditional, help: "How the parameters move. (default: adam)") var optimizer: OptimizerName?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The learning rate. (default: 0.001; 0.01 for momentum, nesterov, adagrad; 0.1 for gradient-descent)",
      valueName: "rate"),
    transform: TrainOptions.rate)
  var rate: RateOption?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "A rate that is multiplied by RATE every so many steps, or smoothly.", valueName: "BASE:RATE:EVERY[:smooth]"),
    transform: TrainOptions.decay)
  var decay: RateOption?

  @Option(parsing: .unconditional, help: RegularizerOption.help, transform: RegularizerOption.parse)
  var regularizer: Regularizer?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Keep moving averages of the parameters, and predict by them: min(D, (1 + step)/(10 + step)) of the old stays.",
      valueName: "D"),
    transform: { Float(try OptionText.number($0, from: 0, below: 1)) })
  var movingAverage: Float?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The share of hidden values that training drops. (default: 0)", valueName: "share"),
    transform: { Float(try OptionText.number($0, from: 0, below: 1)) })
  var dropout: Float?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Samples in a step. (default: 32)", valueName: "n"),
    transform: { try OptionText.count($0, from: 1) })
  var batch: Int?

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Times that each sample is seen. (default: 100)", valueName: "n"),
    transform: { try OptionText.count($0, from: 1) })
  var epochs: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Stop after so many epochs without a smaller loss on the validation data. (default: never)", valueName: "n"),
    transform: { try OptionText.count($0, from: 1) })
  var patience: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The share of the rows to hold out, of each class alike; the model of the epoch that is best on them is used. 0: none. "
        + "(default: 0.2)", valueName: "share"),
    transform: { try OptionText.number($0, from: 0, below: 1) })
  var validation: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Decides the split, the initial weights and the order of the samples. (default: 1)", valueName: "n"))
  var seed: UInt64?

  func validate() throws {
    if rate != nil, decay != nil { throw ValidationError("--rate and --decay exclude each other") }
  }

  /// Settings with what was said.
  func applied(to settings: ModelSettings) -> ModelSettings {
    var result = settings
    if let target { result.target = target }
    if let task { result.task = task }
    if let missing { result.missing = missing }
    if let category { result.categories = category }
    if let ignore { result.ignored = ignore }
    if let hidden { result.hidden = hidden }
    if let activation { result.activation = activation }
    if let dropout { result.dropout = dropout }
    if let optimizer {
      result.optimizer = optimizer
      if optimizer != settings.optimizer { result.rate = RateOption(base: optimizer.usualRate) }
    }
    if let rate = rate ?? decay { result.rate = rate }
    if let regularizer { (result.l1, result.l2) = (regularizer.l1, regularizer.l2) }
    if let movingAverage { result.movingAverage = movingAverage }
    if let batch { result.batch = batch }
    if let epochs { result.epochs = epochs }
    if let patience { result.patience = patience }
    if let validation { result.validation = validation }
    if let seed { result.seed = seed }
    return result
  }

  private static func sizes(_ text: String) throws -> [Int] {
    if text == "none" { return [] }
    return try text.split(separator: ",", omittingEmptySubsequences: false).map {
      guard let size = Int($0), (1...1 << 24).contains(size) else {
        throw ValidationError("it must be none, or sizes such as 64,32, each from 1 to \(1 << 24)")
      }
      return size
    }
  }

  private static func activation(_ text: String) throws -> ActivationName {
    let name = ActivationName(text)
    guard name.function != nil else {
      throw ValidationError("it must be one of \(ActivationName.names.joined(separator: ", "))")
    }
    return name
  }

  private static func rate(_ text: String) throws -> RateOption {
    guard let base = RateOption.positive(text) else { throw ValidationError("it must be a number above 0") }
    return RateOption(base: base)
  }

  private static func decay(_ text: String) throws -> RateOption {
    guard let rate = RateOption(decay: text) else {
      throw ValidationError("it must be BASE:RATE:EVERY or BASE:RATE:EVERY:smooth, such as 0.001:0.999:10")
    }
    return rate
  }
}

extension TaskName: ExpressibleByArgument {}
extension MissingName: ExpressibleByArgument {}
extension OptimizerName: ExpressibleByArgument {}
