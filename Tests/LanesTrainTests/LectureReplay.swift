import Foundation
import LanesTrain

/// The lecture's training of a net with one hidden layer, written once more: plain loops in double precision, without graph,
/// kernels or schedules of the library. What it has in common with that are the data and the initial parameters.
struct Replay {
  enum Penalty {
    case none
    case l1(Double)
    case l2(Double)
  }

  struct Rate {
    let base: Double
    var decay = 1.0
    var every = 1.0
    var isStaircase = true

    func callAsFunction(_ step: Int) -> Double {
      let exponent = Double(step) / every
      return base * pow(decay, isStaircase ? exponent.rounded(.down) : exponent)
    }
  }

  let hidden: Int
  let penalty: Penalty
  let rate: Rate
  /// Nil: no moving average.
  let averageDecay: Double?

  /// w1 [2 × hidden], b1, w2 [hidden × 1], b2.
  private(set) var parameters: [[Double]]
  private(set) var shadow: [[Double]]
  private var moments: [[Double]]
  private var squares: [[Double]]
  private var step = 0
  private var powers = (0.9, 0.999)

  init(parameters: [[Double]], penalty: Penalty, rate: Rate, averageDecay: Double?) {
    (self.parameters, shadow, hidden) = (parameters, parameters, parameters[1].count)
    (self.penalty, self.rate, self.averageDecay) = (penalty, rate, averageDecay)
    moments = parameters.map { $0.map { _ in 0 } }
    squares = moments
  }

  private func hiddenSums(_ x: ArraySlice<Double>) -> [Double] {
    let (x0, x1) = (x[x.startIndex], x[x.startIndex + 1])
    return (0..<hidden).map { parameters[0][$0] * x0 + parameters[0][hidden + $0] * x1 + parameters[1][$0] }
  }

  private func output(_ sums: [Double]) -> Double {
    (0..<hidden).reduce(parameters[3][0]) { $0 + max(sums[$1], 0) * parameters[2][$1] }
  }

  /// Mean squared error and penalty over samples.
  func loss(_ features: [Double], _ targets: [Double]) -> Double {
    let errors = targets.indices.map { output(hiddenSums(features[(2 * $0)..<(2 * $0 + 2)])) - targets[$0] }
    let mean = errors.reduce(0) { $0 + $1 * $1 } / Double(targets.count)
    let weights = parameters[0] + parameters[2]
    return switch penalty {
    case .none: mean
    case .l1(let factor): mean + factor * weights.reduce(0) { $0 + abs($1) }
    case .l2(let factor): mean + factor * weights.reduce(0) { $0 + $1 * $1 / 2 }
    }
  }

  private func gradients(_ features: ArraySlice<Double>, _ targets: ArraySlice<Double>) -> [[Double]] {
    var gradients = parameters.map { $0.map { _ in 0.0 } }
    for (sample, target) in targets.enumerated() {
      let x = features.dropFirst(2 * sample).prefix(2)
      let sums = hiddenSums(x)
      let error = 2 * (output(sums) - target) / Double(targets.count)
      gradients[3][0] += error
      for unit in 0..<hidden {
        gradients[2][unit] += error * max(sums[unit], 0)
        guard sums[unit] > 0 else { continue }
        let back = error * parameters[2][unit]
        gradients[1][unit] += back
        gradients[0][unit] += back * x[x.startIndex]
        gradients[0][hidden + unit] += back * x[x.startIndex + 1]
      }
    }
    for group in [0, 2] {
      for index in parameters[group].indices {
        let w = parameters[group][index]
        switch penalty {
        case .none: break
        case .l1(let factor): gradients[group][index] += w > 0 ? factor : w < 0 ? -factor : 0
        case .l2(let factor): gradients[group][index] += factor * w
        }
      }
    }
    return gradients
  }

  /// One step of TensorFlow 1's Adam, then of the moving average.
  mutating func step(_ features: [Double], _ targets: [Double], batch: Int) {
    let first = step * batch % targets.count
    let last = min(first + batch, targets.count)
    let gradients = gradients(features[(2 * first)..<(2 * last)], targets[first..<last])
    let corrected = rate(step) * (1 - powers.1).squareRoot() / (1 - powers.0)
    for (group, index) in parameters.indices.flatMap({ group in parameters[group].indices.map { (group, $0) } }) {
      let gradient = gradients[group][index]
      moments[group][index] += (1 - 0.9) * (gradient - moments[group][index])
      squares[group][index] += (1 - 0.999) * (gradient * gradient - squares[group][index])
      parameters[group][index] -= corrected * moments[group][index] / (squares[group][index].squareRoot() + 1e-8)
    }
    powers = (powers.0 * 0.9, powers.1 * 0.999)
    step += 1
    guard let averageDecay else { return }
    let decay = min(averageDecay, (1 + Double(step)) / (10 + Double(step)))
    for group in parameters.indices {
      for index in parameters[group].indices {
        shadow[group][index] = decay * shadow[group][index] + (1 - decay) * parameters[group][index]
      }
    }
  }
}
