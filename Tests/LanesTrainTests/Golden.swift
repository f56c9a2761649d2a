import Foundation

/// What TensorFlow 2.21 (graph mode, float32) computed for an example of the lecture: the files in the folder Golden.
///
/// All numbers are exact: a float32 is printed as the double that it equals. What a file does not have is nil.
struct Golden: Decodable, Sendable {
  /// NumPy's seed for the data.
  let seed: UInt32
  /// The features, sample by sample.
  let features: [Double]
  /// The targets, sample by sample.
  let targets: [Double]
  let learningRate: Double
  /// Samples a step.
  let batch: Int
  let steps: Int
  /// Units in the hidden layer.
  let hidden: Int?
  /// The factor of the penalty over the weights; 0 for none.
  let regularizer: Double?
  /// "l1" or "l2".
  let regularizerKind: String?
  /// The initial parameters, in the order w1, b1, w2, b2 (yogurt: w), each in row-major order.
  let initial: [[Double]]
  /// The parameters after the last step, likewise.
  let final: [[Double]]
  /// The total loss over all samples after each of the first steps: (step, loss), from step 0.
  let firstStepsTotalLoss: [[Double]]?
  /// Rows of what `traceColumns` says, every so many steps.
  let trace: [[Double]]
  let traceColumns: [String]
  /// The share of samples on the right side of 0.5 after the last step.
  let finalAccuracy: Double?
  /// The network's output after the last step at (a, b), a and b from −3 in steps of `gridStep` up to 3, b running faster.
  let gridPrediction: [Double]?
  let gridStep: Double?

  /// The example with this name, as in "circles_plain".
  static func load(_ name: String) throws -> Golden {
    guard let file = Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden") else {
      throw CocoaError(.fileNoSuchFile)
    }
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  private enum CodingKeys: String, CodingKey {
    case seed, hidden, regularizer, batch, steps, initial, trace, final
    case features = "X"
    case targets = "Y"
    case initialWeights = "initial_w"
    case finalWeights = "final_w"
    case regularizerKind = "regularizer_kind"
    case learningRate = "learning_rate"
    case firstStepsTotalLoss = "first_steps_total_loss"
    case traceColumns = "trace_columns"
    case finalAccuracy = "final_accuracy"
    case gridPrediction = "grid_prediction"
    case gridStep = "grid_step"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    seed = try values.decode(UInt32.self, forKey: .seed)
    features = try values.decode(Numbers.self, forKey: .features).flat
    targets = try values.decode(Numbers.self, forKey: .targets).flat
    learningRate = try values.decode(Double.self, forKey: .learningRate)
    batch = try values.decode(Int.self, forKey: .batch)
    steps = try values.decode(Int.self, forKey: .steps)
    hidden = try values.decodeIfPresent(Int.self, forKey: .hidden)
    regularizer = try values.decodeIfPresent(Double.self, forKey: .regularizer)
    regularizerKind = try values.decodeIfPresent(String.self, forKey: .regularizerKind)
    initial =
      if values.contains(.initial) {
        try values.decode([Numbers].self, forKey: .initial).map(\.flat)
      } else {
        [try values.decode(Numbers.self, forKey: .initialWeights).flat]
      }
    final =
      if values.contains(.final) {
        try values.decode([Numbers].self, forKey: .final).map(\.flat)
      } else {
        [try values.decode(Numbers.self, forKey: .finalWeights).flat]
      }
    firstStepsTotalLoss = try values.decodeIfPresent([[Double]].self, forKey: .firstStepsTotalLoss)
    trace = try values.decode([[Double]].self, forKey: .trace)
    traceColumns = try values.decode([String].self, forKey: .traceColumns)
    finalAccuracy = try values.decodeIfPresent(Double.self, forKey: .finalAccuracy)
    gridPrediction = try values.decodeIfPresent([Double].self, forKey: .gridPrediction)
    gridStep = try values.decodeIfPresent(Double.self, forKey: .gridStep)
  }
}

/// A number, or an array of these: a tensor of any shape, flattened in row-major order.
private struct Numbers: Decodable {
  let flat: [Double]

  init(from decoder: any Decoder) throws {
    if let number = try? decoder.singleValueContainer().decode(Double.self) {
      flat = [number]
    } else {
      flat = try decoder.singleValueContainer().decode([Numbers].self).flatMap(\.flat)
    }
  }
}
