/// One product, c = op(a)·op(b), row-major without gaps. All libraries read the same a and b and write the same c, so none
/// has the luckier addresses.
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

  /// Runs each once and throws where one is wrong, so that a broken call is not timed: the first against sums in double
  /// precision at elements all over c, the others against the first, at every element. Both within 1e-4 of c's largest value.
  func check(_ contenders: [Contender]) throws {
    var first: [Float]?
    for contender in contenders {
      // What is not written stays NaN, and NaN is near to nothing.
      c.overwrite(with: .nan)
      _ = try contender.time(1)
      let result = c.copy
      let largest = result.reduce(0) { max($0, abs($1)) }
      for index in first == nil ? spread : Array(result.indices) {
        let expected = first?[index] ?? Float(exactElement(index))
        guard abs(result[index] - expected) <= 1e-4 * largest else {
          throw BenchmarkError(
            "\(contender.name) is wrong: \(shape), row \(index / shape.n), column \(index % shape.n) is \(result[index]), "
              + "but should be \(expected)")
        }
      }
      if let index = result.firstIndex(where: \.isNaN) {
        throw BenchmarkError("\(contender.name) did not write \(shape), element \(index)")
      }
      first = first ?? result
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
