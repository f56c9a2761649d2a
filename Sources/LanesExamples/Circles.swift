import Lanes
import LanesTrain

/// The lecture's *circles*: which of 300 points of the plane lie in the circle x₀² + x₁² < 2? A net 2-11-1 learns it by the
/// mean squared error of its output to 1 or 0, with Adam; the regularized boundary is visibly smoother.
public struct Circles: Sendable {
  public var regularizer: Regularizer
  public static let batchSize = 30
  public static let steps = 40_000
  public static let learningRate: Float = 0.0001
  private static let hidden = 11

  public init(regularizer: Regularizer = .none) { self.regularizer = regularizer }

  public static func data() throws -> Dataset { try Dataset.circles(count: 300, seed: 2) }

  /// As in the lecture: weights from TensorFlow's normal distribution with seeds 1 and 2, biases 0.01.
  public static let network = Sequential(
    Dense(2, hidden, activation: .relu, weights: .normal(seed: 1), bias: .constant(0.01)),
    Dense(hidden, 1, weights: .normal(seed: 2), bias: .constant(0.01)))

  public func trainer(on backend: any Backend) throws -> Trainer {
    try Trainer(
      Self.network, features: 2, loss: .meanSquaredError, regularizer: regularizer,
      optimizer: .adam(.constant(Self.learningRate)), on: backend)
  }

  /// The share of samples whose output is on the right side of 0.5.
  public static func accuracy(_ trainer: Trainer, on data: Dataset) throws -> Double {
    let outputs = try trainer.predict(data).values
    let right = zip(outputs, data.targets).filter { ($0 > 0.5) == ($1 > 0.5) }.count
    return Double(right) / Double(Swift.max(data.count, 1))
  }
}
