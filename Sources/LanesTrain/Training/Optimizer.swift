import Lanes

/// How parameters move by their gradients, and how fast.
public struct Optimizer: Sendable {
  enum Rule: Sendable {
    case gradientDescent
    case momentum(Float, nesterov: Bool)
    case adagrad(initial: Float, epsilon: Float)
    case rmsProp(rho: Float, momentum: Float, epsilon: Float)
    case adam(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float)
  }

  /// What is done to gradients before they are used.
  enum Clipping: Sendable {
    case none
    case byValue(Float)
    case byGlobalNorm(Float)
  }

  let rule: Rule
  public let schedule: Schedule
  private(set) var clipping = Clipping.none
  /// Times a weight, added to its gradient.
  private(set) var penalty: Float = 0

  private init(_ rule: Rule, _ schedule: Schedule) { (self.rule, self.schedule) = (rule, schedule) }

  /// w ← w − rate·∇. TensorFlow 1: `GradientDescentOptimizer`.
  public static func gradientDescent(_ rate: Schedule) -> Optimizer { Optimizer(.gradientDescent, rate) }

  /// v ← momentum·v + ∇, w ← w − rate·v; Nesterov's form looks ahead. TensorFlow 1: `MomentumOptimizer`.
  public static func momentum(_ rate: Schedule, momentum: Float = 0.9, nesterov: Bool = false) -> Optimizer {
    Optimizer(.momentum(momentum, nesterov: nesterov), rate)
  }

  /// Duchi et al., "Adaptive Subgradient Methods", 2011. TensorFlow 1: `AdagradOptimizer`.
  public static func adagrad(_ rate: Schedule, initial: Float = 0.1, epsilon: Float = 0) -> Optimizer {
    Optimizer(.adagrad(initial: initial, epsilon: epsilon), rate)
  }

  /// Tieleman and Hinton, 2012. TensorFlow 1: `RMSPropOptimizer`, whose decay is rho; the mean square starts from 1.
  public static func rmsProp(
    _ rate: Schedule, rho: Float = 0.9, momentum: Float = 0, epsilon: Float = 1e-10
  ) -> Optimizer {
    Optimizer(.rmsProp(rho: rho, momentum: momentum, epsilon: epsilon), rate)
  }

  /// Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, in the form of TensorFlow 1's `AdamOptimizer`: the
  /// rate carries the bias correction, and epsilon is added to √v as it is.
  public static func adam(
    _ rate: Schedule, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8
  ) -> Optimizer {
    Optimizer(.adam(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: 0), rate)
  }

  /// Adam, and weights (not biases) shrink by rate·decay in each step. Loshchilov and Hutter, "Decoupled Weight Decay
  /// Regularization", 2019.
  public static func adamW(
    _ rate: Schedule, weightDecay: Float = 0.01, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8
  ) -> Optimizer {
    Optimizer(.adam(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay), rate)
  }

  /// Each element of the gradients is moved within ±limit first. TensorFlow: `tf.clip_by_value`.
  public func clipped(toValue limit: Float) -> Optimizer {
    var clipped = self
    clipped.clipping = .byValue(limit)
    return clipped
  }

  /// The gradients together are scaled down to this norm first, where theirs is larger. TensorFlow: `tf.clip_by_global_norm`.
  public func clipped(toGlobalNorm limit: Float) -> Optimizer {
    var clipped = self
    clipped.clipping = .byGlobalNorm(limit)
    return clipped
  }

  /// Decay · w is added to the gradients of weights (not biases), after they are clipped: the gradient of decay/2 · Σ w², in
  /// the same pass. PyTorch: `weight_decay` of `torch.optim.SGD` and `Adam`. `adamW` shrinks the weights themselves.
  public func decayed(_ decay: Float) -> Optimizer {
    var decayed = self
    decayed.penalty = decay
    return decayed
  }
}
