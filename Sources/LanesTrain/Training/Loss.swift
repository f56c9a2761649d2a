/// What training makes small: one number from a prediction and its target.
///
/// Any expression will do:
/// ```swift
/// let profitAware = Loss { y, target in sum(select(y .> target, cost * (y - target), profit * (target - y))) }
/// ```
public struct Loss: Sendable {
  let value: @Sendable (_ prediction: SymbolicTensor, _ target: SymbolicTensor) -> SymbolicTensor
  /// The label of samples that do not count; nil where all do.
  public let ignoredLabel: Int32?

  /// - Parameter ignoredLabel: the label of samples that `value` does not count, so that accuracy does not either.
  public init(
    ignoredLabel: Int32? = nil,
    _ value: @escaping @Sendable (_ prediction: SymbolicTensor, _ target: SymbolicTensor) -> SymbolicTensor
  ) {
    self.value = value
    self.ignoredLabel = ignoredLabel
  }

  /// The loss as part of a graph.
  public func callAsFunction(_ prediction: SymbolicTensor, _ target: SymbolicTensor) -> SymbolicTensor {
    value(prediction, target)
  }
}

/// A price on large weights, added to the loss. Biases are free.
public struct Regularizer: Sendable, Hashable {
  /// Factors of Σ|w| and Σw²/2.
  public let l1: Float, l2: Float

  public static let none = Regularizer(l1: 0, l2: 0)
  /// λ·Σ|w|. TensorFlow 1: `l1_regularizer`.
  public static func l1(_ factor: Float) -> Regularizer { Regularizer(l1: factor, l2: 0) }
  /// λ·Σw²/2. TensorFlow 1: `l2_regularizer`.
  public static func l2(_ factor: Float) -> Regularizer { Regularizer(l1: 0, l2: factor) }
  public static func l1l2(l1: Float, l2: Float) -> Regularizer { Regularizer(l1: l1, l2: l2) }

  /// The price of some weights; nil where there is none.
  func penalty(_ weights: [SymbolicTensor]) -> SymbolicTensor? {
    let parts =
      (l1 == 0 ? [] : [total(weights.map { sum(abs($0)) }).map { l1 * $0 }])
      + (l2 == 0 ? [] : [total(weights.map { sum(square($0)) * 0.5 }).map { l2 * $0 }])
    return total(parts.compactMap { $0 })
  }

  private func total(_ parts: [SymbolicTensor]) -> SymbolicTensor? {
    parts.first.map { parts.dropFirst().reduce($0, +) }
  }
}
