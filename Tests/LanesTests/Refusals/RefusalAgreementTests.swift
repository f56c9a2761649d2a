import Lanes
import Testing

@Suite("Refusals in C and Swift", .tags(.errors))
struct RefusalAgreementTests {
  /// The two must agree on everything: C refuses, Swift explains.
  @Test("C and Swift agree on random arguments, bad ones among them", arguments: 0..<20)
  func agreement(_ seed: Int) throws {
    var random = Random(UInt64(seed))
    let backend = try NativeBackend(threads: 1)
    let x = Floats(400, of: 1)
    func number(_ candidates: [Int]) -> Int { candidates.randomElement(using: &random) ?? 0 }
    func place() -> UnsafeMutablePointer<Float> { x.pointer + number([0, 1, 4, 9, 60, 61, 120, 125, 200, 240]) }
    var refused = 0
    for _ in 0..<300 {
      let (rows, columns) = (number([0, 1, 2, 4, 5, -1]), number([0, 1, 3, 4, 8]))
      let stride = [8, 8, 8, 4, 3, 1, 0]
      let (a, b) = (
        Operand(place(), rowStride: number([8, 8, 0, 1, -1]), columnStride: number([0, 1, 1, 1, 2])),
        Operand(place(), rowStride: number([8, 8, 0]), columnStride: number([0, 1]))
      )
      let output = MatrixOutput(place(), stride: number(stride))
      let (input, other) = (MatrixInput(place(), stride: number(stride)), MatrixInput(place(), stride: number(stride)))
      var product = Matmul(
        m: rows, n: columns, k: number([0, 1, 3]), transposeA: number([0, 1]) == 1, transposeB: number([0, 1]) == 1,
        a: place(), b: place(), c: place())
      (product.aStride, product.bStride, product.cStride) = (number(stride), number(stride), number(stride))
      let (vector, written) = (place(), place())
      // Labels in a part of the memory that no call writes.
      let labels = SwiftRefusalTests.integers(x, 380)
      for row in 0..<5 { labels[row] = Int32(number([0, 0, 0, 1, 2, 9, -7])) }
      let options = LabelOptions(
        ignoredLabel: number([0, 1]) == 0 ? nil : Int32(number([9, -7])),
        classWeights: number([0, 1]) == 0 ? nil : UnsafePointer(place()), smoothing: Float(number([0, 0, 1, 2])))
      let entropy = SoftmaxCrossEntropy(
        rows: rows, columns: columns, logits: input,
        target: number([0, 1]) == 0 ? .labels(labels, options) : .probabilities(other),
        loss: number([0, 1]) == 0 ? nil : place(), mean: number([0, 1]) == 0 ? nil : place(),
        gradient: number([0, 1]) == 0 ? nil : output)
      let linear = LinearCrossEntropy(
        rows: rows, inputs: number([0, 3, 8]), classes: columns, x: input, weights: other,
        bias: number([0, 1]) == 0 ? nil : UnsafePointer(place()), labels: labels, labelOptions: options,
        loss: number([0, 1]) == 0 ? nil : place(), mean: number([0, 1]) == 0 ? nil : place(), xGradient: output)
      for (call, check) in [
        (
          { () throws(LanesError) in try backend.binary(.add, rows: rows, columns: columns, a, b, into: output) },
          { () throws(LanesError) in
            try Validate.elementwise("add", rows: rows, columns: columns, a, b, into: output)
          }
        ),
        ({ () throws(LanesError) in try backend.matmul(product) }, { () throws(LanesError) in try product.validate() }),
        (
          { () throws(LanesError) in try backend.unary(.abs, count: rows * 8, vector, into: written) },
          { () throws(LanesError) in try Validate.unary(.abs, count: rows * 8, vector, into: written) }
        ),
        (
          { () throws(LanesError) in try backend.softmax(rows: rows, columns: columns, input, into: output) },
          { () throws(LanesError) in try Validate.softmax(rows: rows, columns: columns, input, into: output) }
        ),
        (
          { () throws(LanesError) in
            try backend.softmaxGradient(rows: rows, columns: columns, of: input, other, into: output)
          },
          { () throws(LanesError) in
            try Validate.softmaxGradient(rows: rows, columns: columns, of: input, other, into: output)
          }
        ),
        (
          { () throws(LanesError) in try backend.softmaxCrossEntropy(entropy) },
          { () throws(LanesError) in try entropy.validate() }
        ),
        (
          { () throws(LanesError) in try backend.linearCrossEntropy(linear) },
          { () throws(LanesError) in try linear.validate() }
        ),
        (
          { () throws(LanesError) in
            try backend.reduce(.sum, .eachRow, rows: rows, columns: columns, input, into: written)
          },
          { () throws(LanesError) in
            try Validate.reduce("sum", .eachRow, rows: rows, columns: columns, input, into: written)
          }
        ),
      ] as [(() throws(LanesError) -> Void, () throws(LanesError) -> Void)] {
        let (thrown, expected) = (failure(call), failure(check))
        #expect(thrown == expected, "\(rows) × \(columns)")
        if let thrown {
          refused += 1
          if case .other = thrown.reason { Issue.record("not explained: \(thrown)") }
        }
      }
    }
    #expect(refused > 100 && refused < 2300)
  }

  private func failure(_ body: () throws(LanesError) -> Void) -> LanesError? {
    do throws(LanesError) { try body() } catch { return error }
    return nil
  }
}
