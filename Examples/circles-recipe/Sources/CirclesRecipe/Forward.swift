import LanesTrain

/// The network, and the price of its weights.
public enum Forward {
  // snippet
  public static let network = Sequential(
    Dense(2, 11, activation: .relu, weights: .normal(seed: 1), bias: .constant(0.01)),
    Dense(11, 1, weights: .normal(seed: 2), bias: .constant(0.01)))

  public static let regularizer = Regularizer.l2(0.01)
  // end
}
