import Lanes
import LanesTrain

/// How the network is trained.
public enum Backward {
  // snippet
  public static let steps = 40_000
  public static let batchSize = 30
  /// 0.001·0.999^⌊step/10⌋: an epoch is 300 samples in batches of 30, which is 10 steps.
  public static let learningRate = Schedule.exponentialDecay(from: 0.001, rate: 0.999, every: 10, staircase: true)
  public static let movingAverage = MovingAverage.adaptive(0.99)

  public static func train(
    steps: Int = steps, on data: Dataset, backend: any Backend, reportEvery: Int = 2_000,
    report: (Trainer) throws -> Void = { _ in }
  ) throws -> Trainer {
    let trainer = try Trainer(
      Forward.network, features: 2, loss: .meanSquaredError, regularizer: Forward.regularizer,
      optimizer: .adam(learningRate), movingAverage: movingAverage, on: backend)
    try trainer.train(steps: steps, on: data.batches(of: batchSize), reportEvery: reportEvery) { trainer in
      try report(trainer)
      return true
    }
    return trainer
  }
  // end
}
