import Lanes
import LanesTrain

/// The lecture's *descent*: one parameter w, which starts at 5, and the loss (w + 1)², which is smallest at −1. The learning
/// rate decides: 0.2 gets there, 1 jumps to and fro for ever, 0.0001 creeps.
public struct Descent: TrainingExample {
  public var rate: Schedule

  public init(rate: Schedule = .constant(0.2)) { self.rate = rate }

  public static let parameter = Variable("w", .scalar, role: .weight, initializer: .constant(5))
  /// The model is the parameter itself: it reads no data.
  public static let model = Lambda { input in input.graph.variable(parameter) }
  public static let loss = Loss { w, _ in square(w + 1) }

  public var steps: Int { 40 }
  public var traceInterval: Int { 1 }
  public var traceColumns: [String] { ["step", "learning_rate_after", "w", "loss"] }

  /// One sample, of which nothing is used.
  public func batches() throws -> Batches {
    try Dataset(features: [0], featureCount: 1, targets: [0], targetCount: 1).batches(of: 1)
  }

  public func trainer(on backend: any Backend) throws -> Trainer {
    try Trainer(Self.model, features: 1, loss: Self.loss, optimizer: .gradientDescent(rate), on: backend)
  }

  /// Steps count from 1, and the rate is the next step's, as in the lecture's printout.
  public func traceRow(after step: Int, _ trainer: Trainer, on data: Dataset) throws -> [Float] {
    let w = trainer.state[Self.parameter.name]?.values ?? []
    return [Float(step + 1), rate(trainer.globalStep)] + w + [try trainer.loss(on: data)]
  }
}
