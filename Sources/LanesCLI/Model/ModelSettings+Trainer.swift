import Lanes
import LanesTrain

/// The net that settings describe, and what trains it.
extension ModelSettings {
  func trainer(features: Int, classes: Int?, on backend: any Backend) throws -> Trainer {
    let layers = layers(features: features, outputs: classes ?? 1)
    return try Trainer(
      Sequential(layers), features: features, targets: classes == nil ? 1 : .classes,
      loss: classes == nil ? .meanSquaredError : .softmaxCrossEntropy(), regularizer: .l1l2(l1: l1, l2: l2),
      optimizer: optimizer.optimizer(schedule), movingAverage: movingAverage.map { .adaptive($0) }, on: backend)
  }

  /// Dense layers, each with the activation and Dropout after it, and one for the outputs.
  private func layers(features: Int, outputs: Int) -> [any Layer] {
    let function = activation.function ?? .identity
    var layers: [any Layer] = []
    var inputs = features
    for (index, size) in hidden.enumerated() {
      let seed = seed(index)
      let weights: Initializer =
        ActivationName.isRectifier(function) ? .heNormal(seed: seed) : .glorotUniform(seed: seed)
      layers.append(Dense(inputs, size, activation: function, weights: weights))
      if dropout > 0 { layers.append(Dropout(dropout, seed: self.seed(1000 + index))) }
      inputs = size
    }
    return layers + [Dense(inputs, outputs, weights: .glorotUniform(seed: seed(hidden.count)))]
  }

  /// A seed of its own for each use.
  private func seed(_ use: Int) -> Int {
    Int(Philox(seed: seed).block(at: [UInt32(use), 0, 0, 0])[0] >> 1)
  }

  private var schedule: Schedule {
    guard let factor = rate.factor else { return .constant(rate.base) }
    return .exponentialDecay(from: rate.base, rate: factor, every: rate.every, staircase: !rate.isSmooth)
  }

  /// The layers with the shape of their output and the number of their parameters.
  func summary(features: Int, outputs: Int) -> [(layer: String, shape: String, parameters: Int)] {
    var rows: [(String, String, Int)] = []
    var inputs = features
    for (index, size) in hidden.enumerated() {
      rows.append(("dense\(index + 1), \(activation.name)", "[samples, \(size)]", (inputs + 1) * size))
      if dropout > 0 { rows.append(("dropout \(dropout)", "[samples, \(size)]", 0)) }
      inputs = size
    }
    return rows + [("dense\(hidden.count + 1)", "[samples, \(outputs)]", (inputs + 1) * outputs)]
  }
}

extension OptimizerName {
  fileprivate func optimizer(_ rate: Schedule) -> Optimizer {
    switch self {
    case .gradientDescent: .gradientDescent(rate)
    case .momentum: .momentum(rate)
    case .nesterov: .momentum(rate, nesterov: true)
    case .adagrad: .adagrad(rate)
    case .rmsProp: .rmsProp(rate)
    case .adam: .adam(rate)
    case .adamW: .adamW(rate)
    }
  }
}
