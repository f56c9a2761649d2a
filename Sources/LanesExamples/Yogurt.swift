import Lanes
import LanesTrain

/// The lecture's *yogurt*: sales from two influences, as a weighted sum without a bias. By the mean squared error the
/// weights become about 1; where unsold goods and missed sales cost differently, the prediction leans to the cheaper side.
public struct Yogurt: TrainingExample {
  /// What a wrong prediction costs.
  public enum Price: Hashable, Sendable {
    case meanSquaredError
    /// Each unit too many costs `cost`, each unit too few the `profit` that it would have made.
    case custom(cost: Float, profit: Float)
  }

  public var price: Price
  /// Of the data.
  public var seed: UInt32

  public static let batchSize = 8
  public static let learningRate: Float = 0.001

  public init(_ price: Price = .meanSquaredError, seed: UInt32 = 23_455) { (self.price, self.seed) = (price, seed) }

  /// TensorFlow: `tf.reduce_sum(tf.where(tf.greater(y, y_), COST * (y - y_), PROFIT * (y_ - y)))`.
  public var loss: Loss {
    switch price {
    case .meanSquaredError: .meanSquaredError
    case .custom(let cost, let profit):
      Loss { y, sales in sum(select(y .> sales, cost * (y - sales), profit * (sales - y))) }
    }
  }

  public static let network = Dense(2, 1, weights: .normal(seed: 1), bias: nil)
  /// The name of the two weights.
  public static let weights = "dense1/weights"

  public var steps: Int { price == .meanSquaredError ? 20_000 : 3_000 }
  public var traceInterval: Int { price == .meanSquaredError ? 500 : 100 }
  public var traceColumns: [String] { ["step", "loss_over_all_32", "w1", "w2"] }

  public func batches() throws -> Batches { try Dataset.yogurt(seed: seed).batches(of: Self.batchSize) }

  public func trainer(on backend: any Backend) throws -> Trainer {
    try Trainer(
      Self.network, features: 2, loss: loss, optimizer: .gradientDescent(.constant(Self.learningRate)), on: backend)
  }

  public func traceRow(after step: Int, _ trainer: Trainer, on data: Dataset) throws -> [Float] {
    [Float(step), try trainer.loss(on: data)] + (trainer.state[Self.weights]?.values ?? [])
  }
}
