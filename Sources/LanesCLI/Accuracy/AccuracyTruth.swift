import Lanes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The functions of the contract's C3 and their derivatives in float64, accurate to far below a float32's unit in the last
/// place: sums that cancel are written so that they do not.
enum AccuracyTruth {
  typealias Function = @Sendable (Double) -> Double

  /// The derivatives that the kernels compute from the input. The others are short formulas of the output.
  static let derivatives: [UnaryOperation] = [
    .gelu, .geluTanh, .silu, .mish, .softplus, .softsign, .erf, .log, .log1p,
  ]

  /// Where a derivative is 0 and changes its sign. A relative error means nothing there.
  static func zero(ofDerivative operation: UnaryOperation) -> Double? {
    switch operation {
    case .gelu: -0.7517916
    case .geluTanh: -0.7524614
    case .silu: -1.2784645
    case .mish: -1.1924312
    default: nil
    }
  }

  static func value(_ operation: UnaryOperation) -> Function {
    switch operation {
    case .identity: { $0 }
    case .relu: { $0 < 0 ? 0 : $0 }
    case .sigmoid: sigmoid
    case .tanh: { Self.tanh($0) }
    case .exp: { Self.exp($0) }
    case .log: { $0 < 0 ? .nan : Self.log($0) }
    case .sqrt: { $0.squareRoot() }
    case .square: { $0 * $0 }
    case .abs: { $0.magnitude }
    case .negate: { -$0 }
    case .reciprocal: { 1 / $0 }
    case .leakyRelu: { $0 < 0 ? 0.2 * $0 : $0 }
    case .relu6: { $0 < 0 ? 0 : $0 > 6 ? 6 : $0 }
    case .elu: { $0 > 0 ? $0 : Self.expm1($0) }
    case .selu: { $0 > 0 ? 1.0507009873554805 * $0 : 1.7580993408473768 * Self.expm1($0) }
    case .gelu: { limited($0, 40) { $0 * normal($0) } }
    case .geluTanh: { limited($0, 30) { $0 * sigmoid(geluArgument($0)) } }
    case .silu: { limited($0, 200) { $0 * sigmoid($0) } }
    case .mish: { limited($0, 200) { $0 * mishFactor($0).factor } }
    case .softplus: { ($0 < 0 ? 0 : $0) + Self.log1p(Self.exp(-$0.magnitude)) }
    case .softsign: { $0.isInfinite ? ($0 < 0 ? -1 : 1) : $0 / (1 + $0.magnitude) }
    case .hardSigmoid: { clip($0 + 3) / 6 }
    case .hardSwish: { $0 <= -3 ? 0 : $0 >= 3 ? $0 : $0 * clip($0 + 3) / 6 }
    case .hardTanh: { $0 < -1 ? -1 : $0 > 1 ? 1 : $0 }
    case .erf: { Self.erf($0) }
    case .expm1: { Self.expm1($0) }
    case .log1p: { $0 < -1 ? .nan : Self.log1p($0) }
    }
  }

  /// Nil for what is not in `derivatives`.
  static func derivative(_ operation: UnaryOperation) -> Function? {
    switch operation {
    case .gelu: { slope($0, 40) { normal($0) + $0 * 0.3989422804014327 * Self.exp(-$0 * $0 / 2) } }
    case .geluTanh:
      {
        slope($0, 30) { x in
          let v = geluArgument(x)
          return sigmoid(v) * (1 + x * sigmoid(-v) * 1.5957691216057308 * (1 + 3 * 0.044715 * x * x))
        }
      }
    case .silu: { slope($0, 200) { sigmoid($0) * (1 + $0 * sigmoid(-$0)) } }
    case .mish:
      {
        slope($0, 200) { x in
          let (t, rest) = mishFactor(x)
          return t + x * rest * (1 + t) * sigmoid(x)
        }
      }
    case .softplus: sigmoid
    case .softsign: { 1 / (1 + $0.magnitude) / (1 + $0.magnitude) }
    case .erf: { 1.1283791670955126 * Self.exp(-$0 * $0) }
    case .log: { 1 / $0 }
    case .log1p: { 1 / (1 + $0) }
    default: nil
    }
  }

  private static func clip(_ x: Double) -> Double { x < 0 ? 0 : x > 6 ? 6 : x }
  private static func sigmoid(_ x: Double) -> Double {
    let z = exp(-x.magnitude)
    return (x < 0 ? z : 1) / (1 + z)
  }
  /// Φ(x).
  private static func normal(_ x: Double) -> Double { 0.5 * erfc(-x * 0.7071067811865476) }
  private static func geluArgument(_ x: Double) -> Double { 1.5957691216057308 * (x + 0.044715 * x * x * x) }

  /// tanh(softplus(x)), and 1 minus it.
  private static func mishFactor(_ x: Double) -> (factor: Double, rest: Double) {
    let z = exp(-x.magnitude)
    let numerator = x < 0 ? z * (z + 2) : 1 + 2 * z
    let rest = x < 0 ? 2 : 2 * z * z
    return (numerator / (numerator + rest), rest / (numerator + rest))
  }

  /// f(x), and its limits 0 and x beyond ±bound.
  private static func limited(_ x: Double, _ bound: Double, _ f: (Double) -> Double) -> Double {
    x < -bound ? -0.0 : x > bound ? x : f(x)
  }
  private static func slope(_ x: Double, _ bound: Double, _ f: (Double) -> Double) -> Double {
    x < -bound ? 0 : x > bound ? 1 : f(x)
  }

  // The names of operations hide those of the C library.
  private static func exp(_ x: Double) -> Double { _exp(x) }
  private static func log(_ x: Double) -> Double { _log(x) }
  private static func tanh(_ x: Double) -> Double { _tanh(x) }
  private static func erf(_ x: Double) -> Double { _erf(x) }
  private static func expm1(_ x: Double) -> Double { _expm1(x) }
  private static func log1p(_ x: Double) -> Double { _log1p(x) }
}

private func _exp(_ x: Double) -> Double { exp(x) }
private func _log(_ x: Double) -> Double { log(x) }
private func _tanh(_ x: Double) -> Double { tanh(x) }
private func _erf(_ x: Double) -> Double { erf(x) }
private func _expm1(_ x: Double) -> Double { expm1(x) }
private func _log1p(_ x: Double) -> Double { log1p(x) }
