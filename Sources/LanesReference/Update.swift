import Lanes

extension ReferenceBackend {
  /// Moves count elements of a parameter, and the update's own state with them. C7.
  public func update(
    _ parameter: UnsafeMutablePointer<Float>, count: Int, by update: Update, options: UpdateOptions
  ) throws(LanesError) {
    try update.validate(parameter, count: count, options: options)
    let w = parameter
    /// Shrinks a parameter, moves it by what the rule makes of the gradient and the parameter, and its average after it.
    func move(_ gradient: UnsafePointer<Float>, _ rule: (_ i: Int, _ g: Float, _ w: Float) -> Float) {
      let oneMinusDecay = 1 - options.averageDecay
      for i in 0..<count {
        let g = options.treated(gradient[i], of: w[i])
        let shrunk = options.shrink != 0 ? fma(-options.shrink, w[i], w[i]) : w[i]
        w[i] = rule(i, g, shrunk)
        if let s = options.average { s[i] = fma(oneMinusDecay, w[i] - s[i], s[i]) }
      }
    }
    switch update {
    case .sgd(let gradient, let rate):
      move(gradient) { _, g, w in fma(-rate, g, w) }

    case .momentum(let v, let gradient, let rate, let momentum, let nesterov):
      move(gradient) { i, g, w in
        v[i] = fma(momentum, v[i], g)
        return fma(-rate, nesterov ? fma(momentum, v[i], g) : v[i], w)
      }

    case .adagrad(let a, let gradient, let rate, let epsilon):
      move(gradient) { i, g, w in
        a[i] = fma(g, g, a[i])
        return w - (rate * g) / (a[i].squareRoot() + epsilon)
      }

    case .rmsProp(let s, let u, let gradient, let rate, let rho, let momentum, let epsilon):
      let oneMinusRho = 1 - rho
      move(gradient) { i, g, w in
        s[i] = fma(oneMinusRho, fma(g, g, -s[i]), s[i])
        u[i] = fma(momentum, u[i], (rate * g) / (s[i] + epsilon).squareRoot())
        return w - u[i]
      }

    case .adam(let m, let v, let gradient, let rate, let beta1, let beta2, let epsilon):
      let oneMinusBeta1 = 1 - beta1
      let oneMinusBeta2 = 1 - beta2
      move(gradient) { i, g, w in
        m[i] = fma(oneMinusBeta1, g - m[i], m[i])
        v[i] = fma(oneMinusBeta2, fma(g, g, -v[i]), v[i])
        return w - (rate * m[i]) / (v[i].squareRoot() + epsilon)
      }

    case .movingAverage(let parameter, let decay):
      let oneMinusDecay = 1 - decay
      for i in 0..<count { w[i] = fma(oneMinusDecay, parameter[i] - w[i], w[i]) }
    }
  }
}

extension UpdateOptions {
  /// The gradient scaled, clipped, and with the decay of its parameter w.
  fileprivate func treated(_ gradient: Float, of w: Float) -> Float {
    let g = gradientScale * gradient
    let clipped = g < low ? low : g > high ? high : g
    return decay != 0 ? fma(decay, w, clipped) : clipped
  }
}
