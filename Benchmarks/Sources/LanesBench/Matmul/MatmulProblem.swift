/// One product, c = op(a)·op(b), row-major without gaps. The peers' workers make the same numbers at the same quarters of a page,
/// so none has the luckier addresses.
final class MatmulProblem {
  let shape: MatmulShape
  let a: Memory, b: Memory, c: Memory

  init(_ shape: MatmulShape) throws {
    self.shape = shape
    var numbers = FixedNumbers(seed: 1)
    a = try Memory(count: shape.m * shape.k, quarter: 0) { 2 * numbers.next() - 1 }
    b = try Memory(count: shape.k * shape.n, quarter: 1) { 2 * numbers.next() - 1 }
    c = try Memory(count: shape.m * shape.n, quarter: 2)
  }

  /// Throws where a result is wrong, so that a broken call is not timed: where there is no other, against sums in double
  /// precision at elements all over c; else against the other at every element. Within 1e-4 of c's largest value.
  func check(_ result: [Float], by name: String, against other: [Float]? = nil) throws {
    guard result.count == c.count else { throw BenchmarkError("\(name) has \(result.count) results of \(c.count)") }
    // What is not written is NaN, and NaN is near to nothing.
    if let index = result.firstIndex(where: \.isNaN) {
      throw BenchmarkError("\(name) did not write \(shape), element \(index)")
    }
    let largest = result.reduce(0) { max($0, abs($1)) }
    func check(_ index: Int, _ expected: Float) throws {
      if abs(result[index] - expected) <= 1e-4 * largest { return }
      throw BenchmarkError(
        "\(name) is wrong: \(shape), row \(index / shape.n), column \(index % shape.n) is \(result[index]), "
          + "but should be \(expected)")
    }
    if let other {
      for index in result.indices { try check(index, other[index]) }
    } else {
      for index in spread { try check(index, Float(exactElement(index))) }
    }
  }

  /// The corners, and up to 256 elements between.
  private var spread: [Int] {
    let last = c.count - 1
    return [0, shape.n - 1, c.count - shape.n] + stride(from: 0, through: last, by: max(1, last / 253)) + [last]
  }

  private func exactElement(_ index: Int) -> Double {
    let (row, column) = (index / shape.n, index % shape.n)
    return (0..<shape.k).reduce(0.0) { sum, k in
      let left = a.floats[shape.transposeA ? k * shape.aStride + row : row * shape.aStride + k]
      let right = b.floats[shape.transposeB ? column * shape.bStride + k : k * shape.bStride + column]
      return sum + Double(left) * Double(right)
    }
  }
}
