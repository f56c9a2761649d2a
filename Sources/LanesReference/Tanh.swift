/// tanh by polynomials, one for each interval of |x|. T1.
enum Tanh {
  private struct Interval {
    let start: Float
    let origin: Float
    let c: [Float]
  }

  static func value(at x: Float) -> Float {
    if x.isNaN { return x }
    let a = x.magnitude > 9.1 ? 9.1 : x.magnitude
    var interval = intervals[0]
    for next in intervals where 1 + next.start <= a + 1 { interval = next }

    let t = a - interval.origin
    var y = interval.c[6]
    for power in stride(from: 5, through: 0, by: -1) { y = fma(y, t, interval.c[power]) }
    return Float(signOf: x, magnitudeOf: y)
  }

  private static let intervals = [
    Interval(
      start: 0, origin: 0,
      c: [0, 0x1p+0, -0x1.1d21e2p-20, -0x1.554532p-2, -0x1.3117a2p-10, 0x1.24d942p-3, -0x1.2dc416p-5]),
    Interval(
      start: 0.25, origin: 0x1.7ef05ap-2,
      c: [0x1.6e0864p-2, 0x1.be948p-1, -0x1.3f4378p-2, -0x1.6f3238p-3, 0x1.581574p-3, 0x1.3c584ap-6, -0x1.1ab9fep-4]),
    Interval(
      start: 0.5, origin: 0x1.3ea936p-1,
      c: [0x1.1b06ccp-1, 0x1.638bfcp-1, -0x1.891536p-2, -0x1.3bde16p-6, 0x1.1be904p-3, -0x1.bbedf2p-5, -0x1.9b1946p-6]),
    Interval(
      start: 0.75, origin: 0x1.c10af4p-1,
      c: [0x1.68eccep-1, 0x1.01929p-1, -0x1.6b245ep-2, 0x1.511eb4p-4, 0x1.ed268ap-5, -0x1.e126dcp-5, 0x1.a6294cp-7]),
    Interval(
      start: 1, origin: 0x1.3f200ep+0,
      c: [0x1.b1d446p-1, 0x1.20d034p-2, -0x1.e96fcap-3, 0x1.bc6576p-4, -0x1.913406p-7, -0x1.478fdp-6, 0x1.edaf9p-7]),
    Interval(
      start: 1.5, origin: 0x1.bf8016p+0,
      c: [0x1.e1decep-1, 0x1.d3e3e2p-4, -0x1.b85b36p-4, 0x1.0281b8p-4, -0x1.81fbd4p-6, 0x1.c5436cp-9, 0x1.1322bep-9]),
    Interval(
      start: 2, origin: 0x1.21307ap+1,
      c: [0x1.f4f44cp-1, 0x1.5da66ep-5, -0x1.561b5ep-5, 0x1.b45bd6p-6, -0x1.8dc14ep-7, 0x1.01fa62p-8, -0x1.7bb088p-11]),
    Interval(
      start: 2.5, origin: 0x1.5f7744p+1,
      c: [0x1.fbcc22p-1, 0x1.0bdcecp-6, -0x1.09aa0cp-6, 0x1.5c6154p-7, -0x1.50da0ap-8, 0x1.f9881p-10, -0x1.1e9b76p-11]),
    Interval(
      start: 3, origin: 0x1.c068d6p+1,
      c: [0x1.ff12b2p-1, 0x1.da304p-9, -0x1.d95444p-9, 0x1.3a1d64p-9, -0x1.37d564p-10, 0x1.fedd9cp-12, -0x1.4a89a2p-13]),
    Interval(
      start: 4, origin: 0x1.20347ap+2,
      c: [
        0x1.ffdfdcp-1, 0x1.011948p-11, -0x1.010924p-11, 0x1.563044p-12, -0x1.55d0ep-13, 0x1.1c9096p-14, -0x1.7b36f2p-16,
      ]),
    Interval(
      start: 5, origin: 0x1.5fe8bep+2,
      c: [
        0x1.fffb9cp-1, 0x1.190054p-14, -0x1.18fd5ap-14, 0x1.763b0ap-15, -0x1.764586p-16, 0x1.382ff8p-17, -0x1.9dfa4p-19,
      ]),
    Interval(
      start: 6, origin: 0x1.9e4af6p+2,
      c: [
        0x1.ffff6p-1, 0x1.40015ap-17, -0x1.3ffd26p-17, 0x1.aa3f04p-18, -0x1.ab2058p-19, 0x1.6318dcp-20, -0x1.c19c7cp-22,
      ]),
    Interval(
      start: 7, origin: 0x1.fe2804p+2,
      c: [
        0x1.fffff8p-1, 0x1.0060b2p-21, -0x1.000f5ap-21, 0x1.4f41cp-22, -0x1.5358a6p-23, 0x1.4136a4p-24, -0x1.9297cap-26,
      ]),
    Interval(
      start: 9, origin: 0x1.154246p+3,
      c: [
        0x1.fffffep-1, 0x1.fffd76p-24, -0x1.ffd34ep-24, 0x1.541f8cp-24, -0x1.4c760ap-25, 0x1.d7e0ap-27, -0x1.7af83ep-29,
      ]),
  ]
}
