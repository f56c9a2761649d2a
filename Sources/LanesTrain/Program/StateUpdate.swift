import Lanes

/// A change of one variable at the end of a run, after all values are computed from what the variables were before.
public struct StateUpdate {
  public enum Rule: Hashable, Sendable {
    /// From gradient and rate.
    case sgd
    /// From gradient and rate; remembers the velocity.
    case momentum(Float, nesterov: Bool)
    /// From gradient and rate; remembers the sum of squares.
    case adagrad(epsilon: Float)
    /// From gradient and rate; remembers the mean square and the velocity.
    case rmsProp(rho: Float, momentum: Float, epsilon: Float)
    /// From gradient, corrected rate and shrinkage; remembers two moments.
    case adam(beta1: Float, beta2: Float, epsilon: Float)
    /// Moves towards a variable, as that is after the updates before this one, by 1 − decay.
    case movingAverage
    /// Becomes the value.
    case assign
  }

  let rule: Rule
  let variable: SymbolicTensor
  /// What the rule remembers.
  private(set) var slots: [SymbolicTensor]
  var operands: [SymbolicTensor]
  var treatment = Treatment()

  /// What an update does to gradient and parameter in the same pass. Tensors are places in `operands`, all scalars.
  struct Treatment {
    /// Times the gradient.
    var scale: Int?
    /// The gradient's elements are moved within ±limit.
    var limit: Float?
    /// Times the parameter, added to the gradient.
    var decay: Float = 0
    /// The share of itself by which the parameter shrinks.
    var shrink: Int?
    /// The decay of the average, which is the last of the slots.
    var averageDecay: Int?

    var isNone: Bool { scale == nil && limit == nil && decay == 0 && shrink == nil && averageDecay == nil }
  }

  /// With the gradient · scale.
  func scaling(by scale: SymbolicTensor) -> StateUpdate {
    var update = self
    update.treatment.scale = operands.count
    update.operands.append(scale)
    return update
  }

  /// With the parameter less shrink · itself.
  func shrinking(by shrink: SymbolicTensor) -> StateUpdate {
    var update = self
    update.treatment.shrink = operands.count
    update.operands.append(shrink)
    return update
  }

  /// With the gradient's elements within ±limit.
  func clipping(to limit: Float) -> StateUpdate {
    var update = self
    update.treatment.limit = limit
    return update
  }

  /// With decay · parameter added to the gradient.
  func decaying(by decay: Float) -> StateUpdate {
    var update = self
    update.treatment.decay = decay
    return update
  }

  /// With an average that follows the new parameter.
  func averaging(into average: SymbolicTensor, decay: SymbolicTensor) -> StateUpdate {
    var update = self
    update.treatment.averageDecay = operands.count
    update.operands.append(decay)
    update.slots.append(average)
    return update
  }

  /// w ← w − rate·gradient.
  public static func sgd(_ variable: SymbolicTensor, gradient: SymbolicTensor, rate: SymbolicTensor) -> StateUpdate {
    StateUpdate(rule: .sgd, variable: variable, slots: [], operands: [gradient, rate])
  }

  public static func momentum(
    _ variable: SymbolicTensor, velocity: SymbolicTensor, gradient: SymbolicTensor, rate: SymbolicTensor,
    momentum: Float, nesterov: Bool
  ) -> StateUpdate {
    StateUpdate(
      rule: .momentum(momentum, nesterov: nesterov), variable: variable, slots: [velocity], operands: [gradient, rate])
  }

  public static func adagrad(
    _ variable: SymbolicTensor, accumulator: SymbolicTensor, gradient: SymbolicTensor, rate: SymbolicTensor,
    epsilon: Float
  ) -> StateUpdate {
    StateUpdate(
      rule: .adagrad(epsilon: epsilon), variable: variable, slots: [accumulator], operands: [gradient, rate])
  }

  public static func rmsProp(
    _ variable: SymbolicTensor, meanSquare: SymbolicTensor, velocity: SymbolicTensor, gradient: SymbolicTensor,
    rate: SymbolicTensor, rho: Float, momentum: Float, epsilon: Float
  ) -> StateUpdate {
    StateUpdate(
      rule: .rmsProp(rho: rho, momentum: momentum, epsilon: epsilon), variable: variable,
      slots: [meanSquare, velocity], operands: [gradient, rate])
  }

  /// `rate` holds the bias correction already. `shrink` is AdamW's learning rate · decay; nil: none.
  public static func adam(
    _ variable: SymbolicTensor, moments: (SymbolicTensor, SymbolicTensor), gradient: SymbolicTensor,
    rate: SymbolicTensor, beta1: Float, beta2: Float, epsilon: Float, shrink: SymbolicTensor? = nil
  ) -> StateUpdate {
    let update = StateUpdate(
      rule: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon), variable: variable, slots: [moments.0, moments.1],
      operands: [gradient, rate])
    return shrink.map(update.shrinking) ?? update
  }

  public static func movingAverage(
    _ average: SymbolicTensor, of variable: SymbolicTensor, decay: SymbolicTensor
  ) -> StateUpdate {
    StateUpdate(rule: .movingAverage, variable: average, slots: [], operands: [variable, decay])
  }

  public static func assign(_ variable: SymbolicTensor, _ value: SymbolicTensor) -> StateUpdate {
    StateUpdate(rule: .assign, variable: variable, slots: [], operands: [value])
  }

  var name: String {
    switch rule {
    case .sgd: "sgd"
    case .momentum: "momentum"
    case .adagrad: "adagrad"
    case .rmsProp: "rmsProp"
    case .adam: "adam"
    case .movingAverage: "moving average"
    case .assign: "assign"
    }
  }

  /// Throws where a shape does not fit, or what is changed is no variable.
  func check() throws(ModelError) {
    func fail(_ reason: String) -> ModelError {
      ModelError(
        operation: name, shapes: ([variable] + slots + operands).map(\.shape), reason: reason,
        location: operands.last?.location ?? variable.location)
    }
    for changed in [variable] + slots where !(changed.graph.nodes[changed.node].operation is VariableNode) {
      throw fail("only a variable can be changed")
    }
    for other in slots + operands.prefix(1) where other.shape != variable.shape {
      throw fail("the variable is \(variable.shape), but this is \(other.shape)")
    }
    for other in operands where other.type != .float32 { throw fail("an update takes numbers, but this holds labels") }
    for scalar in operands.dropFirst() where scalar.shape.count != 1 {
      throw fail("a rate or decay is one number, but this is \(scalar.shape)")
    }
  }

  /// `wiring` gives slots for variable, remembered values and operands, in this order.
  func kernel(on backend: any Backend, slots wired: [Int]) -> Kernel {
    let count = variable.shape.count
    let remembered = treatment.averageDecay == nil ? slots.count : slots.count - 1
    let operands = Array(wired.dropFirst(1 + slots.count))
    let (w, others) = (wired[0], Array(wired[1..<1 + remembered]) + operands)
    func update(_ make: @escaping (Slots) -> Update) -> Kernel {
      guard !treatment.isNone else {
        return { slots throws(LanesError) in try backend.update(slots[w], count: count, by: make(slots)) }
      }
      let (limit, decay) = (treatment.limit, treatment.decay)
      let (scale, shrink) = (treatment.scale.map { operands[$0] }, treatment.shrink.map { operands[$0] })
      let average = treatment.averageDecay.map { (slot: wired[1 + remembered], decay: operands[$0]) }
      return { slots throws(LanesError) in
        var options = UpdateOptions(decay: decay)
        if let scale { options.gradientScale = slots[scale][0] }
        if let limit { (options.low, options.high) = (-limit, limit) }
        if let shrink { options.shrink = slots[shrink][0] }
        if let average { (options.average, options.averageDecay) = (slots[average.slot], slots[average.decay][0]) }
        try backend.update(slots[w], count: count, by: make(slots), options: options)
      }
    }
    switch rule {
    case .sgd:
      let (g, rate) = (others[0], others[1])
      return update { .sgd(gradient: $0[g], rate: $0[rate][0]) }
    case .momentum(let momentum, let nesterov):
      let (v, g, rate) = (others[0], others[1], others[2])
      return update {
        .momentum(velocity: $0[v], gradient: $0[g], rate: $0[rate][0], momentum: momentum, nesterov: nesterov)
      }
    case .adagrad(let epsilon):
      let (a, g, rate) = (others[0], others[1], others[2])
      return update { .adagrad(accumulator: $0[a], gradient: $0[g], rate: $0[rate][0], epsilon: epsilon) }
    case .rmsProp(let rho, let momentum, let epsilon):
      let (s, v, g, rate) = (others[0], others[1], others[2], others[3])
      return update {
        .rmsProp(
          meanSquare: $0[s], velocity: $0[v], gradient: $0[g], rate: $0[rate][0], rho: rho, momentum: momentum,
          epsilon: epsilon)
      }
    case .adam(let beta1, let beta2, let epsilon):
      let (m, v, g, rate) = (others[0], others[1], others[2], others[3])
      return update {
        .adam(
          firstMoment: $0[m], secondMoment: $0[v], gradient: $0[g], rate: $0[rate][0], beta1: beta1, beta2: beta2,
          epsilon: epsilon)
      }
    case .movingAverage:
      let (parameter, decay) = (others[0], others[1])
      return update { .movingAverage(of: $0[parameter], decay: $0[decay][0]) }
    case .assign:
      let value = others[0]
      return { slots throws(LanesError) in
        try backend.unary(.identity, count: count, slots[value], into: slots[w])
      }
    }
  }
}
