import Lanes

extension Optimizer {
  /// The updates of one step: one for each parameter, in their order, then those of the optimizer's own numbers. What the
  /// optimizer remembers of a parameter is a variable named after it.
  func updates(
    of parameters: [(variable: Variable, value: SymbolicTensor)], by gradients: [SymbolicTensor], rate: SymbolicTensor
  ) -> [StateUpdate] {
    var updates = moves(of: parameters, by: gradients, rate: rate)
    let scale = normScale(gradients)
    for (index, parameter) in parameters.enumerated() {
      if let scale { updates[index] = updates[index].scaling(by: scale) }
      if case .byValue(let limit) = clipping { updates[index] = updates[index].clipping(to: limit) }
      if parameter.variable.role == .weight { updates[index] = updates[index].decaying(by: penalty) }
    }
    return updates
  }

  private func moves(
    of parameters: [(variable: Variable, value: SymbolicTensor)], by gradients: [SymbolicTensor], rate: SymbolicTensor
  ) -> [StateUpdate] {
    let moved = zip(parameters, gradients)
    switch rule {
    case .gradientDescent: return moved.map { .sgd($0.value, gradient: $1, rate: rate) }
    case .momentum(let momentum, let nesterov):
      return moved.map {
        .momentum(
          $0.value, velocity: slot("momentum", of: $0), gradient: $1, rate: rate, momentum: momentum, nesterov: nesterov
        )
      }
    case .adagrad(let initial, let epsilon):
      return moved.map {
        .adagrad(
          $0.value, accumulator: slot("adagrad", of: $0, from: initial), gradient: $1, rate: rate, epsilon: epsilon)
      }
    case .rmsProp(let rho, let momentum, let epsilon):
      return moved.map {
        .rmsProp(
          $0.value, meanSquare: slot("rms", of: $0, from: 1), velocity: slot("momentum", of: $0), gradient: $1,
          rate: rate, rho: rho, momentum: momentum, epsilon: epsilon)
      }
    case .adam(let beta1, let beta2, let epsilon, let weightDecay):
      // The powers β₁ᵗ and β₂ᵗ, t = 1 in the first step; float32 products, as in TensorFlow.
      let (power1, power2) = (power("beta1_power", beta1, rate), power("beta2_power", beta2, rate))
      let corrected = rate * ((1 - power2).map(.sqrt, at: rate.location) / (1 - power1))
      let moves = moved.map { parameter, gradient in
        StateUpdate.adam(
          parameter.value, moments: (slot("adam_m", of: parameter), slot("adam_v", of: parameter)),
          gradient: gradient, rate: corrected, beta1: beta1, beta2: beta2, epsilon: epsilon,
          shrink: weightDecay != 0 && parameter.variable.role == .weight ? rate * weightDecay : nil)
      }
      return moves + [.assign(power1, power1 * beta1), .assign(power2, power2 * beta2)]
    }
  }

  private func slot(
    _ what: String, of parameter: (variable: Variable, value: SymbolicTensor), from start: Float = 0
  ) -> SymbolicTensor {
    let variable = Variable(
      "\(parameter.variable.name)/\(what)", parameter.variable.shape, role: .slot, initializer: .constant(start))
    return parameter.value.graph.variable(variable, at: parameter.value.location)
  }

  private func power(_ name: String, _ beta: Float, _ rate: SymbolicTensor) -> SymbolicTensor {
    let variable = Variable("adam/\(name)", .scalar, role: .slot, initializer: .constant(beta))
    return rate.graph.variable(variable, at: rate.location)
  }

  /// By which the gradients are multiplied to bring their common norm to the limit, where that is asked for.
  private func normScale(_ gradients: [SymbolicTensor]) -> SymbolicTensor? {
    guard case .byGlobalNorm(let limit) = clipping else { return nil }
    let squares = gradients.map { sum(square($0)) }
    guard let first = squares.first else { return nil }
    let norm = sqrt(squares.dropFirst().reduce(first, +))
    return limit * minimum(1 / norm, norm.graph.constant(1 / limit))
  }
}
