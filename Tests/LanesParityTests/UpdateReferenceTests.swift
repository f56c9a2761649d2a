import Lanes
import Testing

/// C7 by hand, with numbers that are exact, and against float64.
@Suite struct UpdateReferenceTests {
  /// One element of each: the parameter, two of state, the gradient.
  private func update(
    _ w: Float, _ first: Float = 0, _ second: Float = 0, gradient: Float,
    _ make: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Update
  ) throws -> (w: Float, first: Float, second: Float) {
    var values = [w, first, second, gradient]
    try values.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      try Reference.backend.update(start, count: 1, by: make(start + 1, start + 2, UnsafePointer(start + 3)))
    }
    #expect(values[3] == gradient)
    return (values[0], values[1], values[2])
  }

  @Test func sgd() throws {
    #expect(try update(1, gradient: 2) { .sgd(gradient: $2, rate: 0.25) }.w == 0.5)
    // Rounded once: 1 − (1/3)·3 is not 0.
    #expect(try update(1, gradient: 3) { .sgd(gradient: $2, rate: 1 / 3) }.w == -0x1p-25)
  }

  /// v = 0.5·16 + 4 = 12. Plain: 1 − 0.25·12. Nesterov: 1 − 0.25·(0.5·12 + 4).
  @Test(arguments: [(false, -2), (true, -1.5)] as [(Bool, Float)])
  func momentum(nesterov: Bool, expected: Float) throws {
    let result = try update(1, 16, gradient: 4) { velocity, _, gradient in
      .momentum(velocity: velocity, gradient: gradient, rate: 0.25, momentum: 0.5, nesterov: nesterov)
    }
    #expect(result.first == 12 && result.w == expected)
  }

  /// m = 2 + 0.5·(6 − 2) = 4; v = 4 + 0.375·(36 − 4) = 16; w = 10 − 5·4/(√16 + 1).
  @Test func adam() throws {
    let result = try update(10, 2, 4, gradient: 6) { m, v, gradient in
      .adam(firstMoment: m, secondMoment: v, gradient: gradient, rate: 5, beta1: 0.5, beta2: 0.625, epsilon: 1)
    }
    #expect(result.first == 4 && result.second == 16)
    #expect(result.w == 6)
  }

  /// g² − v is rounded once: g² is 1 + 2⁻¹¹ + 2⁻²⁴, of which a product would keep all but the last.
  @Test func adamIsFused() throws {
    let result = try update(0, 0, 1 + 0x1p-11, gradient: 1 + 0x1p-12) { m, v, gradient in
      .adam(firstMoment: m, secondMoment: v, gradient: gradient, rate: 0, beta1: 0, beta2: -4095, epsilon: 1)
    }
    let expected: Float = 1 + 0x1p-11 + 0x1p-12
    #expect(result.second == expected)
  }

  @Test func adamIsCloseToFloat64() throws {
    let (w, m, v, g): (Double, Double, Double, Double) = (0.7, -0.2, 0.03, 0.4)
    let (newM, newV) = (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g)
    let result = try update(Float(w), Float(m), Float(v), gradient: Float(g)) { first, second, gradient in
      .adam(
        firstMoment: first, secondMoment: second, gradient: gradient, rate: 0.01, beta1: 0.9, beta2: 0.999,
        epsilon: 1e-8)
    }
    #expect(close(result.first, newM, 1e-6) && close(result.second, newV, 1e-6))
    #expect(close(result.w, w - 0.01 * newM / (newV.squareRoot() + 1e-8), 1e-6))
  }

  /// One pass gives the bits of its parts: scale, clip, decay and shrink by the elementwise operations, the rule, the average.
  @Test func optionsAreTheirParts() throws {
    let backend = Reference.backend
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let (w, g, s) = (
        Float.random(in: -2...2, using: &random), Float.random(in: -2...2, using: &random), Float.random(in: -2...2)
      )
      // Parameter, gradient, average; then the same for the parts.
      var values = [w, g, s, w, g, s]
      try values.withUnsafeMutableBufferPointer { buffer in
        guard let one = buffer.baseAddress else { return }
        let parts = one + 3
        try backend.update(
          one, count: 1, by: .sgd(gradient: one + 1, rate: 0.3),
          options: UpdateOptions(
            gradientScale: 0.7, low: -0.5, high: 0.9, decay: 0.1, shrink: 0.01, average: one + 2, averageDecay: 0.9))
        parts[1] *= 0.7
        parts[1] = min(max(parts[1], -0.5), 0.9)
        parts[1] = parts[1].addingProduct(0.1, parts[0])
        parts[0] = parts[0].addingProduct(-0.01, parts[0])
        try backend.update(parts, count: 1, by: .sgd(gradient: parts + 1, rate: 0.3))
        try backend.update(parts + 2, count: 1, by: .movingAverage(of: parts, decay: 0.9))
      }
      #expect(values[1] == g && values[0] == values[3] && values[2] == values[5])
    }
  }

  /// 4 + 0.25·(12 − 4).
  @Test func movingAverage() throws {
    #expect(try update(4, gradient: 12) { .movingAverage(of: $2, decay: 0.75) }.w == 6)
  }
}
