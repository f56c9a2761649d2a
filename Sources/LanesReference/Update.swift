import Lanes

extension ReferenceBackend {
  /// Moves count elements of a parameter, and the update's own state with them. C7.
  public func update(_ parameter: UnsafeMutablePointer<Float>, count: Int, by update: Update) throws(LanesError) {
    try update.validate(parameter, count: count)
    let w = parameter
    switch update {
    case .sgd(let g, let rate):
      for i in 0..<count { w[i] = fma(-rate, g[i], w[i]) }

    case .momentum(let v, let g, let rate, let momentum, let nesterov):
      for i in 0..<count {
        v[i] = fma(momentum, v[i], g[i])
        w[i] = fma(-rate, nesterov ? fma(momentum, v[i], g[i]) : v[i], w[i])
      }

    case .adagrad(let a, let g, let rate, let epsilon):
      for i in 0..<count {
        a[i] = fma(g[i], g[i], a[i])
        w[i] -= (rate * g[i]) / (a[i].squareRoot() + epsilon)
      }

    case .rmsProp(let s, let u, let g, let rate, let rho, let momentum, let epsilon):
      let oneMinusRho = 1 - rho
      for i in 0..<count {
        s[i] = fma(oneMinusRho, fma(g[i], g[i], -s[i]), s[i])
        u[i] = fma(momentum, u[i], (rate * g[i]) / (s[i] + epsilon).squareRoot())
        w[i] -= u[i]
      }

    case .adam(let m, let v, let g, let rate, let beta1, let beta2, let epsilon, let shrink):
      let oneMinusBeta1 = 1 - beta1
      let oneMinusBeta2 = 1 - beta2
      for i in 0..<count {
        if shrink != 0 { w[i] = fma(-shrink, w[i], w[i]) }
        m[i] = fma(oneMinusBeta1, g[i] - m[i], m[i])
        v[i] = fma(oneMinusBeta2, fma(g[i], g[i], -v[i]), v[i])
        w[i] -= (rate * m[i]) / (v[i].squareRoot() + epsilon)
      }

    case .movingAverage(let parameter, let decay):
      let oneMinusDecay = 1 - decay
      for i in 0..<count { w[i] = fma(oneMinusDecay, parameter[i] - w[i], w[i]) }
    }
  }
}
