import Lanes
import LanesTrain

/// The lecture's *circles*: which of 300 points of the plane lie in the circle x₀² + x₁² < 2? A net 2-11-1 learns it by the
/// mean squared error of its output to 1 or 0, with Adam; the regularized boundary is visibly smoother.
public struct Circles: TrainingExample {
  public var regularizer: Regularizer
  public var rate: Schedule
  public var movingAverage: MovingAverage?
  /// Of the points.
  public var seed: UInt32

  public static let batchSize = 30
  public static let steps = 40_000
  public static let learningRate: Float = 0.0001
  private static let hidden = 11

  public init(
    regularizer: Regularizer = .none, rate: Schedule = .constant(Circles.learningRate),
    movingAverage: MovingAverage? = nil, seed: UInt32 = 2
  ) {
    (self.regularizer, self.rate, self.movingAverage, self.seed) = (regularizer, rate, movingAverage, seed)
  }

  /// The lecture's closing example: the rate decays as a staircase, and L2 makes the boundary smooth.
  public static let closing = Circles(
    regularizer: .l2(0.01), rate: .exponentialDecay(from: 0.001, rate: 0.999, every: 300 / batchSize))

  public static func data(seed: UInt32 = 2) throws -> Dataset { try Dataset.circles(count: 300, seed: seed) }

  /// As in the lecture: weights from TensorFlow's normal distribution with seeds 1 and 2, biases 0.01.
  public static let network = Sequential(
    Dense(2, hidden, activation: .relu, weights: .normal(seed: 1), bias: .constant(0.01)),
    Dense(hidden, 1, weights: .normal(seed: 2), bias: .constant(0.01)))

  public var steps: Int { Self.steps }
  public var traceInterval: Int { 2000 }
  public var traceColumns: [String] { ["step", "total_loss_over_all_300", "mse"] }

  public func batches() throws -> Batches { try Self.data(seed: seed).batches(of: Self.batchSize) }

  public func trainer(on backend: any Backend) throws -> Trainer {
    try Trainer(
      Self.network, features: 2, loss: .meanSquaredError, regularizer: regularizer, optimizer: .adam(rate),
      movingAverage: movingAverage, on: backend)
  }

  public func traceRow(after step: Int, _ trainer: Trainer, on data: Dataset) throws -> [Float] {
    [Float(step), try trainer.loss(on: data), try trainer.dataLoss(on: data)]
  }

  /// The share of samples whose output is on the right side of 0.5.
  public static func accuracy(_ trainer: Trainer, on data: Dataset) throws -> Double { try trainer.accuracy(on: data) }
}
