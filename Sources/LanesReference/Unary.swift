import Lanes

extension ReferenceBackend {
  /// y[i] = f(x[i]), count elements. C3.
  public func unary(
    _ operation: UnaryOperation, count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    try Validate.unary(operation, count: count, x, into: y)
    for i in 0..<count { y[i] = operation.value(at: x[i]) }
  }

  /// dx[i] = f'(·)·dy[i], count elements, from f's output or input. C3.
  public func unaryGradient(
    _ operation: UnaryOperation, count: Int, of value: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    try Validate.unaryGradient(operation, count: count, of: value, dy, into: dx)
    for i in 0..<count { dx[i] = operation.gradient(from: value[i], dy[i]) }
  }
}

extension UnaryOperation {
  /// C3, column f.
  func value(at x: Float) -> Float {
    switch self {
    case .identity: x
    case .relu: x < 0 ? 0 : x
    case .sigmoid: Transcendental.sigmoid(x)
    case .tanh: Tanh.value(at: x)
    case .exp: Transcendental.exp(x)
    case .log: Transcendental.log(x)
    case .sqrt: x.squareRoot()
    case .square: x * x
    case .abs: x.magnitude
    case .negate: -x
    case .reciprocal: 1 / x
    case .leakyRelu: x < 0 ? Activation.slope * x : x
    case .relu6: x < 0 ? 0 : x > 6 ? 6 : x
    case .elu: x > 0 ? x : Transcendental.expm1(x)
    case .selu: x > 0 ? Activation.scale * x : Activation.scaleAlpha * Transcendental.expm1(x)
    case .gelu: Activation.gelu(x)
    case .geluTanh: Activation.geluTanh(x)
    case .silu: Activation.silu(x)
    case .mish: Activation.mish(x)
    case .softplus: (x > 0 ? x : 0) + Transcendental.log1p(Transcendental.exp(-x.magnitude))
    case .softsign: within(x, 0x1p100) / (1 + within(x, 0x1p100).magnitude)
    case .hardSigmoid: clip(x + 3, 0, 6) / 6
    case .hardSwish: atLeast(x, -3) * (clip(atLeast(x, -3) + 3, 0, 6) / 6)
    case .hardTanh: clip(x, -1, 1)
    case .erf: Activation.erf(x)
    case .expm1: Transcendental.expm1(x)
    case .log1p: Transcendental.log1p(x)
    }
  }

  /// C3, column dx. `v` is the function's output y or its input x, as `gradientArgument` says.
  func gradient(from v: Float, _ dy: Float) -> Float {
    switch self {
    case .identity: dy
    case .relu: v <= 0 ? 0 : dy
    case .sigmoid: dy * fma(-v, v, v)
    case .tanh: dy * fma(-v, v, 1)
    case .exp: dy * v
    case .log: dy / v
    case .sqrt: (0.5 * dy) / v
    case .square: (v + v) * dy
    case .abs: v > 0 ? dy : v < 0 ? -dy : v == 0 ? 0 : v
    case .negate: -dy
    case .reciprocal: -(v * v) * dy
    case .leakyRelu: v <= 0 ? Activation.slope * dy : dy
    case .relu6: v <= 0 || v >= 6 ? 0 : dy
    case .elu: v > 0 ? dy : dy * (v + 1)
    case .selu: v > 0 ? dy * Activation.scale : dy * (v + Activation.scaleAlpha)
    case .gelu: dy * Activation.geluSlope(v)
    case .geluTanh: dy * Activation.geluTanhSlope(v)
    case .silu: dy * Activation.siluSlope(v)
    case .mish: dy * Activation.mishSlope(v)
    case .softplus: dy * Transcendental.sigmoid(v)
    case .softsign: (dy * Activation.softsignRoot(v)) * Activation.softsignRoot(v)
    case .hardSigmoid: v <= -3 || v >= 3 ? 0 : dy / 6
    case .hardSwish: v <= -3 ? 0 : v >= 3 ? dy : dy * (fma(2, v, 3) / 6)
    case .hardTanh: v <= -1 || v >= 1 ? 0 : dy
    case .erf: dy * Activation.erfSlope(v)
    case .expm1: dy * (v + 1)
    case .log1p: dy / (1 + v)
    }
  }
}
