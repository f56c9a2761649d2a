/// Shadow parameters that follow the parameters slowly: shadow ← d·shadow + (1 − d)·parameter after each update. They start as
/// the parameters do, live in the State as "<parameter>/moving_average", and can be used for evaluation and prediction.
/// TensorFlow: `tf.train.ExponentialMovingAverage`.
public struct MovingAverage: Sendable, Hashable {
  public let decay: Float
  /// Whether early steps follow faster, by d = min(decay, (1 + step) / (10 + step)), step counting the updates so far.
  public let isAdaptive: Bool

  public static func adaptive(_ decay: Float) -> MovingAverage { MovingAverage(decay: decay, isAdaptive: true) }
  public static func constant(_ decay: Float) -> MovingAverage { MovingAverage(decay: decay, isAdaptive: false) }

  /// d after so many updates. TensorFlow: `num_updates`.
  public func callAsFunction(_ updates: Int) -> Float {
    guard isAdaptive else { return decay }
    let count = Float(updates)
    return min(decay, (1 + count) / (10 + count))
  }

  /// The name of a parameter's shadow.
  public static func name(of parameter: String) -> String { "\(parameter)/moving_average" }
}
