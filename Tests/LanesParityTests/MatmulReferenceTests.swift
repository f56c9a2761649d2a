import Lanes
import Testing

/// C2 against integers, float64 and sums that tell the orders apart.
@Suite struct MatmulReferenceTests {
  /// Small integers are exact in any order: every index shows.
  @Test(arguments: [false, true], [false, true])
  func integersAreExact(transposeA: Bool, transposeB: Bool) throws {
    for (m, n, k) in [(1, 1, 1), (2, 3, 4), (5, 1, 7), (1, 6, 200), (8, 9, 130)] {
      let a = (0..<m * k).map { ($0 * 7) % 11 - 5 }
      let b = (0..<k * n).map { ($0 * 5) % 13 - 6 }
      let c = (0..<m * n).map { $0 % 9 - 4 }
      let bias = (0..<n).map { 3 * $0 - 4 }
      let result = try Reference.matmul(
        m, n, k, a.map(Float.init), b.map(Float.init), c: c.map(Float.init), bias: bias.map(Float.init)
      ) {
        ($0.transposeA, $0.transposeB, $0.alpha, $0.beta) = (transposeA, transposeB, 2, 3)
        ($0.aStride, $0.bStride) = (transposeA ? m : k, transposeB ? k : n)
        $0.activation = .negate
      }
      for i in 0..<m {
        for j in 0..<n {
          let sum = (0..<k).reduce(0) { sum, p in
            sum + a[transposeA ? p * m + i : i * k + p] * b[transposeB ? j * k + p : p * n + j]
          }
          #expect(result[i * n + j] == -Float(2 * sum + 3 * c[i * n + j] + bias[j]))
        }
      }
    }
  }

  @Test func isCloseToFloat64() throws {
    let (m, n, k) = (7, 10, 150)
    let a = values(m * k, seed: "a", in: -1...1)
    let b = values(k * n, seed: "b", in: -1...1)
    let result = try Reference.matmul(m, n, k, a, b) { $0.activation = .tanh }
    for i in 0..<m {
      for j in 0..<n {
        let sum = (0..<k).reduce(0.0) { $0 + Double(a[i * k + $1]) * Double(b[$1 * n + j]) }
        #expect(close(result[i * n + j], tanhOf(sum)))
      }
    }
  }

  /// 2²⁴ + 1 + 1 … stays 2²⁴ in one chain; in 16 lanes only the ones of the first are lost.
  @Test(arguments: [
    (1, 1, 127, false), (1, 1, 128, true), (1, 100, 128, true), (100, 1, 128, true), (8, 8, 128, true),
    (5, 13, 128, false),
    (8, 8, 127, false), (4, 16, 128, true), (2, 33, 128, false),
  ])
  func theOrderFollowsTheShape(m: Int, n: Int, k: Int, isLanes: Bool) throws {
    var a = [Float](repeating: 1, count: m * k)
    for i in 0..<m { a[i * k] = 0x1p24 }
    let result = try Reference.matmul(m, n, k, a, [Float](repeating: 1, count: k * n))
    #expect(result == [Float](repeating: isLanes ? 0x1p24 + 120 : 0x1p24, count: m * n))
  }

  /// The initial value is the start of the chain, or of lane 0; the bias comes after.
  @Test func initialValueAndBias() throws {
    let ones = [Float](repeating: 1, count: 128)
    #expect(try Reference.matmul(1, 1, 3, ones, ones, c: [0x1p24]) { $0.beta = 1 } == [0x1p24])
    #expect(try Reference.matmul(1, 1, 128, ones, ones, c: [0x1p24]) { $0.beta = 1 } == [0x1p24 + 120])
    #expect(try Reference.matmul(1, 1, 3, ones, ones, bias: [0x1p24]) == [0x1p24 + 4])
  }

  /// fma rounds once: 1/3 · 3 − 1 is not 0.
  @Test func isFused() throws {
    let third: Float = 1 / 3
    #expect(try Reference.matmul(1, 1, 2, [1, third], [-1, 3]) == [0x1p-25])
  }

  /// alpha·a is rounded before it is multiplied.
  @Test func alphaIsRounded() throws {
    let a: Float = 1 + 0x1p-23
    let alpha: Float = 1 + 0x1p-12
    let b: Float = 3
    let rounded = alpha * a
    #expect(try Reference.matmul(1, 1, 1, [a], [b]) { $0.alpha = alpha } == [rounded * b])
  }

  @Test func whatIsNotReadDoesNotMatter() throws {
    let nan = [Float](repeating: .nan, count: 4)
    #expect(
      try Reference.matmul(2, 2, 2, nan, nan, c: [1, 2, 3, -0.0]) { ($0.alpha, $0.beta) = (0, 1) } == [1, 2, 3, 0])
    #expect(try Reference.matmul(2, 2, 2, [1, 0, 0, 1], [1, 2, 3, 4], c: nan) { $0.beta = 0 } == [1, 2, 3, 4])
    #expect(try Reference.matmul(2, 2, 0, nan, nan, bias: [5, 6]) == [5, 6, 5, 6])
    // A beta of −0 is a beta of 0.
    let cleared = try Reference.matmul(1, 1, 0, nan, nan, c: [.nan]) { $0.beta = -0.0 }
    #expect(cleared.map(\.bitPattern) == [0])
    let kept = try Reference.matmul(1, 1, 200, nan, nan, c: [-0.0]) { ($0.alpha, $0.beta) = (0, 1) }
    #expect(kept.map(\.bitPattern) == [0x8000_0000])
  }
}
