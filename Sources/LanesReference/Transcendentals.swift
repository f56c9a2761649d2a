/// The scalar functions of the contract, C3, operation by operation.
///
/// They take every float and trap on none: bits are shifted and added with wrapping, and a NaN is never made an integer.
enum Transcendental {
  /// round(v) of C3: to the nearest integer, ties to even, exact for |v| < 2²².
  @inline(__always)
  static func round(_ v: Float) -> Float { (v + 12_582_912) - 12_582_912 }

  /// 2^exponent for −126 ... 127, and 0 for −127.
  @inline(__always)
  static func powerOfTwo(_ exponent: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: (exponent &+ 127) &<< 23))
  }

  /// x = n·ln 2 + high + low, and t = exp(high + low) − 1 − high. The common lines of E1 and X1.
  private static func reduced(_ x: Float) -> (n: Int32, high: Float, t: Float) {
    let n = round(x * 0x1.715476p+0)
    let high = fma(n, -0x1.63p-1, x)
    let low = n * 0x1.bd0106p-13
    let r = high + low

    var q: Float = 0x1.6a4b36p-10
    q = fma(q, r, 0x1.12398ep-7)
    q = fma(q, r, 0x1.5558b2p-5)
    q = fma(q, r, 0x1.555492p-3)
    q = fma(q, r, 0x1.fffffcp-2)
    return (n.isNaN ? 0 : Int32(n), high, fma(r * r, q, low))
  }

  /// E1. 2ⁿ comes in two factors, so that a subnormal result is rounded once, by the last product.
  static func exp(_ x: Float) -> Float {
    let below = x > 89 ? 89 : x
    let (n, high, t) = reduced(below < -104 ? -104 : below)
    let sum = 1 + high
    let error = high - (sum - 1)
    let p = sum + (error + t)
    let h = n >> 1
    return (p * powerOfTwo(h)) * powerOfTwo(n &- h)
  }

  /// X1.
  static func expm1(_ x: Float) -> Float {
    if x == 0 { return x }
    let below = x > 89 ? 89 : x
    let (n, high, t) = reduced(below < -25 ? -25 : below)
    let s = powerOfTwo(n &- 1)
    return 2 * fma(s, high + t, s - 0.5)
  }

  /// L1. With x = 2ᵉ·(1 + f), 1 + f in [√½, √2): log(x) = e·ln 2 + log(1 + f).
  static func log(_ x: Float) -> Float {
    if x.isNaN || x < 0 { return .nan }
    if x == 0 { return -.infinity }
    if x == .infinity { return .infinity }

    let small = x < 0x1p-126
    let u = small ? x * 0x1p23 : x
    let t = Int32(bitPattern: u.bitPattern) &- 0x3f35_04f3
    let e = Float((t >> 23) &+ (small ? -23 : 0))
    let f = Float(bitPattern: UInt32(bitPattern: (t & 0x7f_ffff) &+ 0x3f35_04f3)) - 1
    return log(exponent: e, fraction: f)
  }

  /// log(2ᵉ·(1 + f)). The last lines of L1 and P1.
  private static func log(exponent e: Float, fraction f: Float) -> Float {
    let s = f * f

    var q: Float = -0x1.38cf2p-4
    q = fma(q, f, 0x1.05602ep-3)
    q = fma(q, f, -0x1.0d81f2p-3)
    q = fma(q, f, 0x1.22d8f8p-3)
    q = fma(q, f, -0x1.54728cp-3)
    q = fma(q, f, 0x1.99a01ep-3)
    q = fma(q, f, -0x1.000226p-2)
    q = fma(q, f, 0x1.555554p-2)

    var w = fma(f * s, q, e * -0x1.bd0106p-13)
    w = fma(s, -0.5, w)
    return fma(e, 0x1.63p-1, f + w)
  }

  /// P1. c is what 1 + x lost in rounding.
  static func log1p(_ x: Float) -> Float {
    if x.isNaN || x < -1 { return .nan }
    if x == -1 { return -.infinity }
    if x == .infinity || x == 0 { return x }

    let u = 1 + x
    let v = u - x
    let c = (1 - v) + (x - (u - v))
    let t = Int32(bitPattern: u.bitPattern) &- 0x3f35_04f3
    let e = t >> 23
    let m = Float(bitPattern: UInt32(bitPattern: (t & 0x7f_ffff) &+ 0x3f35_04f3))
    return log(exponent: Float(e), fraction: (m - 1) + c * powerOfTwo(-min(e, 126)))
  }

  /// S1. Only exp of a negative argument is taken, so nothing overflows.
  static func sigmoid(_ x: Float) -> Float {
    if x.isNaN { return x }
    let z = exp(-x.magnitude)
    let d = 1 + z
    return (x < 0 ? z : 1) / d
  }

  /// T1. A polynomial near 0, where 1 − 2/(exp(2a) + 1) would cancel.
  static func tanh(_ x: Float) -> Float {
    if x.isNaN { return x }
    let a = x.magnitude
    let positive: Float
    if a < 0.625 {
      let u = a * a
      var q: Float = 0x1.1a2e3ep-9
      q = fma(q, u, -0x1.0c602p-7)
      q = fma(q, u, 0x1.63a57ep-6)
      q = fma(q, u, -0x1.b9f18ap-5)
      q = fma(q, u, 0x1.11107ap-3)
      q = fma(q, u, -0x1.555554p-2)
      positive = fma(a * u, q, a)
    } else {
      positive = 1 - 2 / (exp(a + a) + 1)
    }
    return Float(signOf: x, magnitudeOf: positive)
  }
}
