/// The learning rate as a function of the global step, which counts the updates of a run from 0.
public struct Schedule: Sendable {
  private let rate: @Sendable (_ step: Int) -> Float

  public init(_ rate: @escaping @Sendable (_ step: Int) -> Float) { self.rate = rate }

  /// The rate of this step's update.
  public func callAsFunction(_ step: Int) -> Float { rate(step) }

  public static func constant(_ rate: Float) -> Schedule { Schedule { _ in rate } }
}
