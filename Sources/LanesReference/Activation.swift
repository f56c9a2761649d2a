/// x, but not below the bound; NaN stays NaN. C3.
func atLeast(_ x: Float, _ bound: Float) -> Float { x < bound ? bound : x }

/// x, moved within ±bound; NaN stays NaN. C3.
func within(_ x: Float, _ bound: Float) -> Float { x < -bound ? -bound : x > bound ? bound : x }

/// C4.
func clip(_ x: Float, _ low: Float, _ high: Float) -> Float { x < low ? low : x > high ? high : x }

/// x, and +0 below 0; NaN stays NaN. C3.
func notNegative(_ x: Float) -> Float { x < 0 ? 0 : x }

/// N1. The standard normal distribution at b, 0 ≤ b ≤ 14.5.
struct Normal {
  let exponential: Transcendental.Parts
  /// Mills' ratio Φ(−b)·exp(b²/2), and its low part.
  let ratio: Float
  let ratioLow: Float
  /// What the last steps before it lost. The slope alone takes it.
  let lost: Float

  /// a·Φ(−b).
  func tail(times a: Float) -> Float {
    let e = exponential
    let product = a * e.p
    let low = fma(a, e.low, fma(a, e.p, -product))
    return Transcendental.scale(fma(product, ratio, fma(product, ratioLow, low * ratio)), e.n)
  }

  init(_ b: Float) {
    let h = b * b
    let l = fma(b, b, -h)
    exponential = Transcendental.preciseParts(-0.5 * h, -0.5 * l)
    let d = b + 3
    let dLow = b > 3 ? (b - d) + 3 : (3 - d) + b
    let r = 1 / d
    let rLow = fma(-r, dLow, fma(-r, d, 1)) * r
    let t = fma(-6, rLow, fma(-6, r, 1))
    var m: Float = 0x1.bd7a72p-15
    m = fma(m, t, 0x1.0ecac8p-13)
    m = fma(m, t, -0x1.ff3b2cp-13)
    m = fma(m, t, -0x1.0e035cp-10)
    m = fma(m, t, 0x1.0c9dd8p-10)
    m = fma(m, t, 0x1.c8abe4p-8)
    m = fma(m, t, -0x1.56d664p-7)
    m = fma(m, t, -0x1.832caap-5)
    m = fma(m, t, 0x1.d71386p-3)
    let steep = m
    m = fma(steep, t, -0x1.04c72ap-1)
    let c: Float = 0x1.754a76p-1
    let sum = fma(m, t, c)
    let sumLow = fma(m, t, c - sum) - 0x1.c74126p-26
    ratio = sum * r
    ratioLow = fma(sum, r, -ratio) + fma(sumLow, r, sum * rLow)
    let tLow = (fma(-t, d, d - 6) + fma(-t, dLow, dLow)) * r
    let mLow = fma(steep, tLow, fma(steep, t, -0x1.04c72ap-1 - m))
    lost = fma(m, tLow, mLow * t) * r
  }
}

/// The activations of C3 that take more than a line, and the slopes (dx / dy) that their gradients multiply dy with.
enum Activation {
  static let slope: Float = 0x1.99999ap-3
  static let scale: Float = 0x1.0cfabep+0
  static let scaleAlpha: Float = 0x1.c212ccp+0
  private static let c: Float = 0x1.988454p+0

  static func gelu(_ x: Float) -> Float {
    let a = x.magnitude
    let b = a > 14.5 ? 14.5 : a
    return notNegative(x) - Normal(b).tail(times: b)
  }

  /// N2.
  static func geluSlope(_ x: Float) -> Float {
    let a = x.magnitude
    let b = a > 15 ? 15 : a
    let normal = Normal(b)
    let k: Float = 0x1.988454p-2
    let product = k * b
    let productLow = fma(-0x1.857936p-27, b, fma(k, b, -product))
    let f = normal.ratio - product
    let back = f - normal.ratio
    let fLow = ((normal.ratio - (f - back)) - (product + back)) + ((normal.ratioLow + normal.lost) - productLow)
    let e = normal.exponential
    let y = Transcendental.scale(fma(e.p, f, fma(e.p, fLow, e.low * f)), e.n)
    return x < 0 ? y : 1 - y
  }

  /// G1.
  private static func geluArgument(_ b: Float) -> (v: Float, vLow: Float, square: Float, squareLow: Float) {
    let u = b * b
    let uLow = fma(b, b, -u)
    let c1: Float = 0x1.2444f2p-4
    let square = c1 * u
    let squareLow = fma(c1, uLow, fma(0x1.49b16ap-29, u, fma(c1, u, -square)))
    let w = square + c
    let other = w - square
    let wLow = ((square - (w - other)) + (c - other)) + (squareLow - 0x1.857936p-25)
    let v = b * w
    return (v, fma(b, wLow, fma(b, w, -v)), square, squareLow)
  }

  static func geluTanh(_ x: Float) -> Float {
    let a = x.magnitude
    let b = a > 11 ? 11 : a
    let g = geluArgument(b)
    return notNegative(x) - Transcendental.timesSigmoid(b, g.v, g.vLow)
  }

  static func geluTanhSlope(_ x: Float) -> Float {
    let a = x.magnitude
    let b = a > 11 ? 11 : a
    let g = geluArgument(b)
    let twice = b + b
    let product = twice * g.square
    let k = product + g.v
    let back = k - product
    let sumLow = ((product - (k - back)) + (g.v - back)) + fma(twice, g.square, -product)
    let kLow = sumLow + fma(twice, g.squareLow, g.vLow)
    let y = Transcendental.sigmoidSlope(k, kLow, g.v, g.vLow)
    return x < 0 ? y : 1 - y
  }

  static func silu(_ x: Float) -> Float {
    let a = x.magnitude
    let b = a > 110 ? 110 : a
    return notNegative(x) - Transcendental.timesSigmoid(b, b, 0)
  }

  static func siluSlope(_ x: Float) -> Float {
    let a = x.magnitude
    let b = a > 110 ? 110 : a
    let y = Transcendental.sigmoidSlope(b, 0, b, 0)
    return x < 0 ? y : 1 - y
  }

  /// M1.
  static func mish(_ x: Float) -> Float {
    let a = x.magnitude
    let b = a > 110 ? 110 : a
    let e = Transcendental.preciseParts(-b, 0)
    let s = e.boundedPower
    let (z, zLow) = (s * e.p, s * e.low)
    let f = x < 0 ? z + 2 : z + z
    let fLow = x < 0 ? (2 - f) + z + zLow : zLow + zLow
    let g = z * f
    let gLow = fma(z, fLow, fma(zLow, f, fma(z, f, -g)))
    let c = x < 0 ? 2 : 1 + (z + z)
    let cLow = x < 0 ? 0 : ((1 - c) + (z + z)) + (zLow + zLow)
    let d = c + g
    let dLow = ((c - d) + g) + (cLow + gLow)
    let half = b * e.p
    let halfLow = fma(b, e.low, fma(b, e.p, -half))
    let product = half * f
    let productLow = fma(half, fLow, fma(halfLow, f, fma(half, f, -product)))
    return notNegative(x) - Transcendental.scale(Transcendental.quotient(product, productLow, d, dLow), e.n)
  }

  /// M2.
  static func mishSlope(_ x: Float) -> Float {
    let w = within(x, 110)
    let e = Transcendental.preciseParts(-w.magnitude, 0)
    let s = e.boundedPower
    let (z, zLow) = (s * e.p, s * e.low)
    let (four, six) = (fma(4, w, 4), fma(4, w, 6))
    let (first, second, third, fourth) = x < 0 ? (1, 4, six, four) : (four, six, 4, 1)
    let (thirdLow, fourthLow) = x < 0 ? (fma(4, w, 6 - six), fma(4, w, 4 - four)) : (0, 0)
    let inner = fma(first, z, second)
    let innerLow = fma(first, z, second - inner)
    let rise = fma(inner, z, third)
    let riseLow = fma(inner, zLow, fma(inner, z, third - rise)) + fma(innerLow, z, thirdLow)
    let f = fma(rise, z, fourth)
    let fLow = fma(rise, zLow, fma(rise, z, fourth - f)) + fma(riseLow, z, fourthLow)
    let slope: Float = x < 0 ? 1 : 2
    let h = fma(slope, z, 2)
    let hLow = fma(slope, z + zLow, 2 - h)
    let g = z * h
    let gLow = fma(z, hLow, fma(zLow, h, fma(z, h, -g)))
    let c: Float = x < 0 ? 2 : 1
    let root = c + g
    let rootLow = ((c - root) + g) + gLow
    let d = root * root
    let dLow = fma(root + root, rootLow, fma(root, root, -d))
    let (p, low) = x < 0 ? (e.p, e.low) : (1, 0)
    let product = p * f
    let productLow = fma(p, fLow, fma(low, f, fma(p, f, -product)))
    return Transcendental.scale(Transcendental.quotient(product, productLow, d, dLow), x < 0 ? e.n : 0)
  }

  /// 1 / (1 + |x|).
  static func softsignRoot(_ x: Float) -> Float {
    let a = within(x, 0x1p100).magnitude
    let d = 1 + a
    let back = d - a
    let dLow = (1 - back) + (a - (d - back))
    let c = 1 / d
    return fma(c, fma(-c, dLow, fma(-c, d, 1)), c)
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
    let b = a > 4 ? 4 : a
    var r: Float = 0x1.852d4cp-13
    r = fma(r, b, -0x1.814cdcp-9)
    r = fma(r, b, 0x1.654222p-6)
    r = fma(r, b, -0x1.a60a84p-4)
    r = fma(r, b, -0x1.46c584p-1)
    r = fma(r, b, -0x1.2085b2p+0)
    r = fma(r, b, -0x1.72e6cep-12)
    let e = Transcendental.parts(r)
    let large = fma(-Transcendental.powerOfTwo(e.n), e.p, 1)
    let y = a < 1 ? small : large
    return x.sign == .minus ? -y.magnitude : y
  }

  static func erfSlope(_ x: Float) -> Float {
    let w = within(x, 10.5)
    let h = w * w
    let l = fma(w, w, -h)
    let bell = Transcendental.preciseParts(-h, -l)
    return Transcendental.scale(fma(0x1.20dd76p+0, bell.p, 0x1.20dd76p+0 * bell.low), bell.n)
  }
}
