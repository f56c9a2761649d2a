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
    case .tanh: Transcendental.tanh(x)
    case .exp: Transcendental.exp(x)
    case .log: Transcendental.log(x)
    case .sqrt: x.squareRoot()
    case .square: x * x
    case .abs: x.magnitude
    case .negate: -x
    case .reciprocal: 1 / x
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
    }
  }
}
