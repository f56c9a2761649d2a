/// Everything that decides what `lanes train` does with its data. Kept with the model, so that a run can be resumed and
/// looked at.
struct ModelSettings: Codable, Equatable {
  var target = ""
  var task = TaskName.auto
  var missing = MissingName.error
  /// Columns with texts that become features, and columns that are left out.
  var categories: [String] = [], ignored: [String] = []
  var hidden = [64]
  var activation = ActivationName("relu")
  var dropout: Float = 0
  var optimizer = OptimizerName.adam
  var rate = RateOption(base: 0.001)
  /// Factors of Σ|w| and Σw²/2.
  var l1: Float = 0, l2: Float = 0
  var movingAverage: Float?
  var batch = 32
  var epochs = 100
  var patience: Int?
  /// The share of the rows that is held out; 0: none.
  var validation = 0.2
  var seed: UInt64 = 1

  /// Each setting by its option's name, in the words of the command line.
  var list: [(option: String, value: String)] {
    func optional<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
    func joined(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ",") }
    return [
      ("target", target), ("task", task.rawValue), ("missing", missing.rawValue), ("category", joined(categories)),
      ("ignore", joined(ignored)), ("hidden", hidden.isEmpty ? "none" : hidden.map(String.init).joined(separator: ",")),
      ("activation", activation.name), ("dropout", "\(dropout)"), ("optimizer", optimizer.rawValue),
      (rate.isDecaying ? "decay" : "rate", rate.description),
      ("regularizer", l1 != 0 ? "l1:\(l1)" : l2 != 0 ? "l2:\(l2)" : "none"),
      ("moving-average", optional(movingAverage)), ("batch", "\(batch)"), ("epochs", "\(epochs)"),
      ("patience", optional(patience)), ("validation", "\(validation)"), ("seed", "\(seed)"),
    ]
  }

  /// What others differ in, as "--batch is 32 in the model, but 64 here". Of epochs there may be more or fewer, and patience
  /// may be another: they only decide when training ends.
  func differences(from others: ModelSettings) -> [String] {
    var given = others
    (given.epochs, given.patience) = (epochs, patience)
    if given.rate.isDecaying != rate.isDecaying {
      return ["the rate is \(rate) in the model, but \(given.rate) here"]
    }
    return zip(list, given.list).filter { $0.value != $1.value }
      .map { "--\($0.option) is \($0.value) in the model, but \($1.value) here" }
  }
}

/// How the target is understood.
enum TaskName: String, Codable, CaseIterable { case auto, classification, regression }

/// What a missing value becomes.
enum MissingName: String, Codable, CaseIterable { case error, drop, mean }

enum OptimizerName: String, Codable, CaseIterable {
  case gradientDescent = "gradient-descent"
  case momentum, nesterov, adagrad
  case rmsProp = "rms-prop"
  case adam
  case adamW = "adam-w"

  /// A rate that most nets learn with.
  var usualRate: Float {
    switch self {
    case .gradientDescent: 0.1
    case .momentum, .nesterov, .adagrad: 0.01
    case .rmsProp, .adam, .adamW: 0.001
    }
  }
}

/// The rate, which may decay: `BASE` or `BASE:RATE:EVERY[:smooth]`.
struct RateOption: Codable, Equatable, CustomStringConvertible {
  var base: Float
  /// The rate is multiplied by this every so many steps; nil: never.
  var factor: Float?
  var every = 1
  var isSmooth = false

  var isDecaying: Bool { factor != nil }

  var description: String {
    guard let factor else { return "\(base)" }
    return "\(base):\(factor):\(every)" + (isSmooth ? ":smooth" : "")
  }

  /// Nil where the text is none.
  init?(decay text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 || parts.count == 4 && parts[3] == "smooth" else { return nil }
    guard let base = Self.positive(parts[0]), let factor = Self.positive(parts[1]) else { return nil }
    guard let every = Int(parts[2]), every > 0 else { return nil }
    (self.base, self.factor, self.every, isSmooth) = (base, factor, every, parts.count == 4)
  }

  init(base: Float) { self.base = base }

  static func positive(_ text: String) -> Float? {
    Float(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
  }
}
