#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The learning rate as a function of the one global step, which counts the updates of a run from 0.
///
/// Schedules are computed in double precision and rounded to float32 once.
public struct Schedule: Sendable {
  private let rate: @Sendable (_ step: Int) -> Float

  public init(_ rate: @escaping @Sendable (_ step: Int) -> Float) { self.rate = rate }

  /// The rate of this step's update.
  public func callAsFunction(_ step: Int) -> Float { rate(step) }

  public static func constant(_ rate: Float) -> Schedule { Schedule { _ in rate } }

  /// `base · rate^(step / every)`; as a staircase the exponent is rounded down. TensorFlow 1: `train.exponential_decay`.
  /// - Parameter every: steps, at least 1 is taken.
  public static func exponentialDecay(
    from base: Float, rate: Float, every: Int = 1, staircase: Bool = true
  ) -> Schedule {
    let every = max(every, 1)
    return Schedule { step in
      let exponent = staircase ? Double(step / every) : Double(step) / Double(every)
      return Float(Double(base) * pow(Double(rate), exponent))
    }
  }

  /// `values[i]` until step `boundaries[i]`, that step included, then the next; the last value where boundaries end.
  /// TensorFlow 1: `train.piecewise_constant`. Without values, 0.
  public static func steps(_ boundaries: [Int], _ values: [Float]) -> Schedule {
    Schedule { step in
      let index = boundaries.firstIndex { step <= $0 } ?? boundaries.count
      return values.isEmpty ? 0 : values[min(index, values.count - 1)]
    }
  }

  /// From `base` to `end` in so many steps: `(base − end)·(1 − step/steps)^power + end`; then `end`. TensorFlow 1:
  /// `train.polynomial_decay`.
  public static func polynomialDecay(from base: Float, to end: Float, steps: Int, power: Float = 1) -> Schedule {
    Schedule { step in
      let done = Double(min(max(step, 0), steps)) / Double(max(steps, 1))
      return Float((Double(base) - Double(end)) * pow(1 - done, Double(power)) + Double(end))
    }
  }

  /// Half a cosine from `base` to `floor·base` in so many steps. Loshchilov and Hutter, "SGDR", 2017. TensorFlow 1:
  /// `train.cosine_decay`, whose alpha is `floor`.
  public static func cosineDecay(from base: Float, steps: Int, floor: Float = 0) -> Schedule {
    Schedule { step in
      let done = Double(min(max(step, 0), steps)) / Double(max(steps, 1))
      let cosine = 0.5 * (1 + cos(Double.pi * done))
      return Float(Double(base) * ((1 - Double(floor)) * cosine + Double(floor)))
    }
  }

  /// Rises in equal steps to this schedule's first rate, which step `steps` has; the schedule's own step 0 is there.
  public func warmedUp(over steps: Int) -> Schedule {
    Schedule { step in
      step < steps ? Float(Double(rate(0)) * Double(step + 1) / Double(steps + 1)) : rate(step - steps)
    }
  }

  /// This schedule before a step, another from there on, which counts from 0 again.
  public func then(from start: Int, _ next: Schedule) -> Schedule {
    Schedule { step in step < start ? rate(step) : next(step - start) }
  }
}
