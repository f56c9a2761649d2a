import Lanes

/// How parameters move by their gradients, and how fast.
public struct Optimizer: Sendable {
  enum Rule: Sendable {
    case gradientDescent
    case momentum(Float, nesterov: Bool)
    case adam(beta1: Float, beta2: Float, epsilon: Float)
  }

  let rule: Rule
  public let schedule: Schedule

  /// w ← w − rate·∇. TensorFlow 1: `GradientDescentOptimizer`.
  public static func gradientDescent(_ rate: Schedule) -> Optimizer {
    Optimizer(rule: .gradientDescent, schedule: rate)
  }

  /// v ← momentum·v + ∇, w ← w − rate·v; Nesterov's form looks ahead. TensorFlow 1: `MomentumOptimizer`.
  public static func momentum(_ rate: Schedule, momentum: Float = 0.9, nesterov: Bool = false) -> Optimizer {
    Optimizer(rule: .momentum(momentum, nesterov: nesterov), schedule: rate)
  }

  /// Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, in the form of TensorFlow 1's `AdamOptimizer`: the
  /// rate carries the bias correction, and epsilon is added to √v as it is.
  public static func adam(
    _ rate: Schedule, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8
  ) -> Optimizer {
    Optimizer(rule: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon), schedule: rate)
  }

  /// The updates of one step. What the optimizer remembers of a parameter is a variable named after it.
  func updates(
    of parameters: [SymbolicTensor], by gradients: [SymbolicTensor], rate: SymbolicTensor
  ) -> [StateUpdate] {
    guard let graph = parameters.first?.graph else { return [] }
    func remembered(_ parameter: SymbolicTensor, _ what: String) -> SymbolicTensor {
      let name = "\(graph.nodes[parameter.node].operation.name)/\(what)"
      return graph.variable(Variable(name, parameter.shape, role: .slot, initializer: .zeros), at: parameter.location)
    }
    switch rule {
    case .gradientDescent: return zip(parameters, gradients).map { .sgd($0, gradient: $1, rate: rate) }
    case .momentum(let momentum, let nesterov):
      return zip(parameters, gradients).map { parameter, gradient in
        .momentum(
          parameter, velocity: remembered(parameter, "momentum"), gradient: gradient, rate: rate, momentum: momentum,
          nesterov: nesterov)
      }
    case .adam(let beta1, let beta2, let epsilon):
      func power(_ name: String, _ beta: Float) -> SymbolicTensor {
        graph.variable(
          Variable("adam/\(name)", .scalar, role: .slot, initializer: .constant(beta)), at: rate.location)
      }
      // The powers β₁ᵗ and β₂ᵗ, t = 1 in the first step; float32 products, as in TensorFlow.
      let (power1, power2) = (power("beta1_power", beta1), power("beta2_power", beta2))
      let corrected = rate * ((1 - power2).map(.sqrt, at: rate.location) / (1 - power1))
      let moves = zip(parameters, gradients).map { parameter, gradient in
        StateUpdate.adam(
          parameter, moments: (remembered(parameter, "adam_m"), remembered(parameter, "adam_v")), gradient: gradient,
          rate: corrected, beta1: beta1, beta2: beta2, epsilon: epsilon)
      }
      return moves + [.assign(power1, power1 * beta1), .assign(power2, power2 * beta2)]
    }
  }
}
