/// The scalar functions of the contract, C3, operation by operation.
///
/// They take every float and trap on none: bits are shifted and added with wrapping, and a NaN is never made an integer.
enum Transcendental {
  /// 2^exponent for −126 ... 127.
  @inline(__always)
  static func powerOfTwo(_ exponent: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: (exponent &+ 127) &<< 23))
  }

  /// x = n·ln 2 + high − n·0x1.bd0106p-13. The first lines of E1, E2 and X1; n is 0 for NaN.
  private static func reduced(_ x: Float) -> (n: Float, integer: Int32, high: Float) {
    let n = fma(x, 0x1.715476p+0, 12_583_166) - 12_583_166
    return (n, n.isNaN ? 0 : Int32(n), fma(n, -0x1.63p-1, x))
  }

  /// (exp(r) − 1 − r) / r².
  private static func remainder(_ r: Float) -> Float {
    var q: Float = 0x1.6a70bep-10
    q = fma(q, r, 0x1.123592p-7)
    q = fma(q, r, 0x1.555888p-5)
    q = fma(q, r, 0x1.555498p-3)
    return fma(q, r, 0x1.fffffcp-2)
  }

  /// (p + low)·2ⁿ.
  struct Parts {
    let p: Float
    let low: Float
    let n: Int32

    /// 2ⁿ, and 2⁻¹²⁶ for less.
    var boundedPower: Float { powerOfTwo(max(n, -126)) }
  }

  /// The parts of E1; low is 0.
  static func parts(_ x: Float) -> Parts {
    let (n, integer, high) = reduced(x)
    let r = fma(n, 0x1.bd0106p-13, high)
    return Parts(p: fma(fma(remainder(r), r, 1), r, 1), low: 0, n: integer)
  }

  /// E2: the exponential of x + low.
  static func preciseParts(_ x: Float, _ low: Float) -> Parts {
    let (n, integer, high) = reduced(x)
    let low = fma(n, 0x1.bd0106p-13, low)
    let r = high + low
    let t = fma(r * r, remainder(r), low)
    let sum = 1 + high
    let rest = (high - (sum - 1)) + t
    let p = sum + rest
    return Parts(p: p, low: (sum - p) + rest, n: integer)
  }

  /// p·2ⁿ: 2ⁿ comes in two factors, so that a subnormal result is rounded once, by the last product.
  static func scale(_ p: Float, _ n: Int32) -> Float {
    let h = n >> 1
    return (p * powerOfTwo(n &- h)) * powerOfTwo(h)
  }

  /// E1.
  static func exp(_ x: Float) -> Float {
    let below = x > 89 ? 89 : x
    let parts = parts(below < -104 ? -104 : below)
    return scale(parts.p, parts.n)
  }

  /// D1: (a + aLow) / (b + bLow).
  static func quotient(_ a: Float, _ aLow: Float, _ b: Float, _ bLow: Float) -> Float {
    let reciprocal = 1 / b
    let q = a * reciprocal
    let rest = fma(-q, b, a) + fma(-q, bLow, aLow)
    return fma(rest, reciprocal, q)
  }

  /// X1.
  static func expm1(_ x: Float) -> Float {
    if x.magnitude < 0x1p-25 { return x }
    let below = x > 89 ? 89 : x
    let (n, integer, high) = reduced(below < -25 ? -25 : below)
    let low = n * 0x1.bd0106p-13
    let r = high + low
    let p = high + fma(r * r, remainder(r), low)
    let s = powerOfTwo(integer &- 1)
    return 2 * fma(s, p, s - 0.5)
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
    let a = x.magnitude
    let e = preciseParts(a > 104 ? -104 : -a, 0)
    let z = scale(e.p, e.n)
    let y = x < 0 ? z : 1
    return fma(-y, z / (1 + z), y)
  }

  /// S2: a·sigmoid(−(v + vLow)).
  static func timesSigmoid(_ a: Float, _ v: Float, _ vLow: Float) -> Float {
    let e = preciseParts(-v, -vLow)
    let s = e.boundedPower
    let d = fma(s, e.p, 1)
    let dLow = fma(s, e.low, fma(s, e.p, 1 - d))
    let product = a * e.p
    let productLow = fma(a, e.low, fma(a, e.p, -product))
    return scale(quotient(product, productLow, d, dLow), e.n)
  }

  /// S3: e·c·(1 − k·c), e = exp(−v), c = 1 / (1 + e).
  static func sigmoidSlope(_ k: Float, _ kLow: Float, _ v: Float, _ vLow: Float) -> Float {
    let e = preciseParts(-v, -vLow)
    let s = e.boundedPower
    let d = fma(s, e.p, 1)
    let dLow = fma(s, e.low, fma(s, e.p, 1 - d))
    let c = 1 / d
    let cLow = c * fma(-c, dLow, fma(-c, d, 1))
    let u = k * c
    let uLow = fma(k, cLow, fma(kLow, c, fma(k, c, -u)))
    let f = 1 - u
    let back = f - 1
    let fLow = ((1 - (f - back)) - (u + back)) - uLow
    let product = e.p * f
    let productLow = fma(e.p, fLow, fma(e.low, f, fma(e.p, f, -product)))
    return scale(fma(product, c, fma(product, cLow, productLow * c)), e.n)
  }
}
