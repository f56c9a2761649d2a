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

  /// 4 + 0.25·(12 − 4).
  @Test func movingAverage() throws {
    #expect(try update(4, gradient: 12) { .movingAverage(of: $2, decay: 0.75) }.w == 6)
  }
}
