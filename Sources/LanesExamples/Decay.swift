import LanesTrain

/// The lecture's *decay*: the descent of `Descent` with a rate that shrinks with the global step: fast at first, fine later.
public enum Decay {
  public static let base: Float = 0.1
  public static let rate: Float = 0.99
  public static let every = 1

  /// - Parameters:
  ///   - base: the first rate.
  ///   - rate: what the rate is multiplied by, every so many steps.
  ///   - isSmooth: a little in each step, in place of a staircase.
  public static func example(
    base: Float = Decay.base, rate: Float = Decay.rate, every: Int = Decay.every, isSmooth: Bool = false
  ) -> Descent {
    Descent(rate: .exponentialDecay(from: base, rate: rate, every: every, staircase: !isSmooth))
  }
}
