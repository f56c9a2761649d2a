import Lanes

extension ReferenceBackend {
  /// c = activation(alpha·op(a)·op(b) + beta·c + bias), op(a) m × k, op(b) k × n, c m × n; or the activation's gradient. C2.
  ///
  /// A packed b is plain rows, and a batch one product after the other: the defaults of `Backend`.
  public func matmul(_ call: Matmul) throws(LanesError) {
    try call.validate()
    guard call.m > 0, call.n > 0 else { return }
    for i in 0..<call.m {
      for j in 0..<call.n {
        let c = call.c + (i * call.cStride + j)
        var value = call.product(i, j, from: call.initialValue(c))
        if let bias = call.bias { value += bias[j] }
        if let values = call.gradientValue {
          c.pointee = call.activation.gradient(from: values[i * call.gradientValueStride + j], value)
        } else {
          c.pointee = call.activation.value(at: value)
        }
      }
    }
  }
}

extension Matmul {
  /// C2: c₀. c is not read when beta is 0.
  fileprivate func initialValue(_ c: UnsafeMutablePointer<Float>) -> Float {
    if beta == 0 { return 0 }
    return beta == 1 ? c.pointee : beta * c.pointee
  }

  /// C2: one chain over k, or the 16 lanes of C1. A function of the shape alone.
  fileprivate var usesLanes: Bool { k >= 128 && (m == 1 || n == 1 || m * n <= 64) }

  /// C2: c₀ + Σ (alpha·a[i,p])·b[p,j] in the order that the shape has. a and b are not read when alpha or k is 0.
  @inline(__always)
  fileprivate func product(_ i: Int, _ j: Int, from c0: Float) -> Float {
    if alpha == 0 || k == 0 { return c0 }
    let (aStart, aStep) = transposeA ? (a + i, aStride) : (a + i * aStride, 1)
    let (bStart, bStep) = transposeB ? (b + j * bStride, 1) : (b + j, bStride)

    if usesLanes {
      return foldLanes(k, from: c0) { p, lane in fma(scaled(aStart[p * aStep]), bStart[p * bStep], lane) }
    }
    var c = c0
    for p in 0..<k { c = fma(scaled(aStart[p * aStep]), bStart[p * bStep], c) }
    return c
  }

  /// C2: a'.
  @inline(__always)
  private func scaled(_ a: Float) -> Float { alpha == 1 ? a : alpha * a }
}
