/// x, but not below the bound; NaN stays NaN. C3.
func atLeast(_ x: Float, _ bound: Float) -> Float { x < bound ? bound : x }

/// x, moved within ±bound; NaN stays NaN. C3.
func within(_ x: Float, _ bound: Float) -> Float { x < -bound ? -bound : x > bound ? bound : x }

/// C4.
func clip(_ x: Float, _ low: Float, _ high: Float) -> Float { x < low ? low : x > high ? high : x }

/// N1. The standard normal distribution.
struct Normal {
  /// exp(−x²/2).
  let bell: Float
  /// Φ(−|x|).
  let tail: Float
  private let isNegative: Bool

  /// Φ(x).
  var below: Float { isNegative ? tail : 1 - tail }
  /// φ(x).
  var density: Float { 0x1.988454p-2 * bell }

  init(_ x: Float) {
    let a = x.magnitude
    let b = a > 14.5 ? 14.5 : a
    let h = b * b
    let l = fma(b, b, -h)
    let z = Transcendental.exp(-0.5 * h)
    bell = fma(-0.5 * l, z, z)
    let t = (b - 3) / (b + 3)
    var m: Float = -0x1.4b15a2p-20
    m = fma(m, t, 0x1.ba4a4ap-15)
    m = fma(m, t, 0x1.eb96acp-14)
    m = fma(m, t, -0x1.63163p-12)
    m = fma(m, t, -0x1.02240ap-10)
    m = fma(m, t, 0x1.7cae64p-9)
    m = fma(m, t, 0x1.91e39ap-8)
    m = fma(m, t, -0x1.7a9452p-5)
    m = fma(m, t, 0x1.f8bac8p-4)
    m = fma(m, t, -0x1.a6b66ap-3)
    m = fma(m, t, 0x1.f1b89cp-4)
    tail = bell * m
    isNegative = x < 0
  }
}

/// The activations of C3 that take more than a line, and the slopes (dx / dy) that their gradients multiply dy with.
enum Activation {
  static let slope: Float = 0x1.99999ap-3
  static let scale: Float = 0x1.0cfabep+0
  static let scaleAlpha: Float = 0x1.c212ccp+0
  private static let c: Float = 0x1.988454p+0

  static func geluSlope(_ x: Float) -> Float {
    let normal = Normal(x)
    return fma(within(x, 14.5), normal.density, normal.below)
  }

  static func geluTanh(_ x: Float) -> Float {
    let z = atLeast(x, -14.5)
    return z * Transcendental.sigmoid(z * fma(0x1.2444f2p-4, z * z, c))
  }

  static func geluTanhSlope(_ x: Float) -> Float {
    let w = within(x, 14.5)
    let u = w * w
    let s = Transcendental.sigmoid(w * fma(0x1.2444f2p-4, u, c))
    return fma(w * fma(-s, s, s), fma(0x1.b6676cp-3, u, c), s)
  }

  static func siluSlope(_ x: Float) -> Float {
    let s = Transcendental.sigmoid(x)
    return fma(within(x, 104), fma(-s, s, s), s)
  }

  /// M1.
  static func mishFactor(_ x: Float) -> Float {
    let e = Transcendental.exp(-x.magnitude)
    let numerator = x < 0 ? e * (e + 2) : fma(2, e, 1)
    let denominator = numerator + (x < 0 ? 2 : 2 * e * e)
    return numerator / denominator
  }

  static func mishSlope(_ x: Float) -> Float {
    let t = mishFactor(x)
    return fma(within(x, 104) * fma(-t, t, 1), Transcendental.sigmoid(x), t)
  }

  static func softsignDivisor(_ x: Float) -> Float {
    let d = 1 + within(x, 0x1p60).magnitude
    return d * d
  }

  /// R1.
  static func erf(_ x: Float) -> Float {
    let a = x.magnitude
    let u = a * a
    var q: Float = 0x1.4771fcp-14
    q = fma(q, u, -0x1.a3515ep-11)
    q = fma(q, u, 0x1.53f224p-8)
    q = fma(q, u, -0x1.b7f71ap-6)
    q = fma(q, u, 0x1.ce2ce6p-4)
    q = fma(q, u, -0x1.81273ep-2)
    q = fma(q, u, 0x1.06eba8p-3)
    let small = fma(a, q, a)
    let large = 1 - 2 * Normal(0x1.6a09e6p+0 * a).tail
    let y = a < 1 ? small : large
    return x.sign == .minus ? -y.magnitude : y
  }

  static func erfSlope(_ x: Float) -> Float {
    let w = within(x, 10.5)
    let h = w * w
    let l = fma(w, w, -h)
    let bell = Transcendental.exp(-h)
    return 0x1.20dd76p+0 * fma(-l, bell, bell)
  }
}
