import Lanes
import LanesReference
import Testing

/// The programs of `Lanes.md`.
@Suite("Backends, as documented")
struct BackendTests {
  @Test("operations, and what they refuse")
  func operations() throws {
    // snippet
    let backend = try NativeBackend()
    let x: [Float] = [-2, -1, 0, 1, 2]
    var y = [Float](repeating: 0, count: x.count)
    try backend.unary(.tanh, count: x.count, x, into: &y)
    // end
    for (x, y) in zip(x, y) { #expect(abs(y - [-0.9640276, -0.7615942, 0, 0.7615942, 0.9640276][Int(x) + 2]) < 1e-6) }

    // snippet
    let a: [Float] = [1, 2, 3, 4, 5, 6]  // 2 × 3
    let b: [Float] = [1, 0, 0, 1, 1, 1]  // 3 × 2
    var c = [Float](repeating: 0, count: 4)  // 2 × 2
    try a.withUnsafeBufferPointer { a in
      try b.withUnsafeBufferPointer { b in
        try c.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          try backend.matmul(Matmul(m: 2, n: 2, k: 3, a: a, b: b, c: c))
        }
      }
    }
    // end
    #expect(c == [4, 5, 10, 11])

    // snippet
    do {
      try backend.unary(.exp, count: -1, x, into: &y)
    } catch {
      print(error)  // exp: count is -1, and may not be negative
    }
    // end
    #expect {
      try backend.unary(.exp, count: -1, x, into: &y)
    } throws: {
      "\($0)" == "exp: count is -1, and may not be negative"
    }
  }
}
