import Lanes
import Testing

/// C5: integers, and sums that tell the orders apart.
@Suite struct ReduceReferenceTests {
  private func withFirst(_ first: Float, ones count: Int) -> [Float] {
    [first] + [Float](repeating: 1, count: count - 1)
  }

  @Test func integersAreExact() throws {
    let (rows, columns) = (9, 35)
    let x = (0..<rows * columns).map { ($0 * 7) % 23 - 11 }
    let floats = x.map(Float.init)
    let rowSums = (0..<rows).map { i in Float(x[i * columns..<(i + 1) * columns].reduce(0, +)) }
    let columnSums = (0..<columns).map { j in Float((0..<rows).reduce(0) { $0 + x[$1 * columns + j] }) }
    #expect(try Reference.reduce(.sum, .eachRow, rows: rows, columns: columns, floats) == rowSums)
    #expect(try Reference.reduce(.sum, .eachColumn, rows: rows, columns: columns, floats) == columnSums)
    #expect(try Reference.reduce(.sum, .everything, rows: rows, columns: columns, floats) == [rowSums.reduce(0, +)])
    #expect(try Reference.reduce(.mean, .eachRow, rows: rows, columns: columns, floats) == rowSums.map { $0 / 35 })
    #expect(try Reference.reduce(.mean, .eachColumn, rows: rows, columns: columns, floats) == columnSums.map { $0 / 9 })
    let largest = (0..<columns).map { j in Float((0..<rows).map { x[$0 * columns + j] }.max() ?? 0) }
    #expect(try Reference.reduce(.max, .eachColumn, rows: rows, columns: columns, floats) == largest)
  }

  /// The ones of lane 0 are lost in 2²⁴, those of the other lanes are not; down a column all are.
  @Test func orders() throws {
    let x = withFirst(0x1p24, ones: 160)
    #expect(try Reference.reduce(.sum, .eachRow, rows: 1, columns: 160, x) == [0x1p24 + 150])
    #expect(try Reference.reduce(.sum, .eachColumn, rows: 160, columns: 1, x) == [0x1p24])
    #expect(try Reference.reduce(.sum, .everything, rows: 160, columns: 1, x) == [0x1p24 + 150])
  }

  /// Two blocks of 4096: only the first has lost ones, 15 · 256 of its 4095 are left.
  @Test(arguments: [(1, 8192), (8192, 1), (128, 64)])
  func blocks(rows: Int, columns: Int) throws {
    let x = withFirst(0x1p24, ones: 8192)
    let sum = try Reference.reduce(.sum, .everything, rows: rows, columns: columns, x)
    let expected: Float = 16_777_216 + 3840 + 4096
    #expect(sum == [expected])
  }

  @Test func nothing() throws {
    #expect(try Reference.reduce(.sum, .eachRow, rows: 2, columns: 0, [1]) == [0, 0])
    #expect(try Reference.reduce(.max, .everything, rows: 0, columns: 3, [1]) == [-.infinity])
    #expect(try Reference.reduce(.mean, .eachColumn, rows: 0, columns: 2, [1]).allSatisfy(\.isNaN))
    #expect(try Reference.reduce(.sum, .eachRow, rows: 1, columns: 2, [-0.0, -0.0]).map(\.bitPattern) == [0])
  }

  @Test func maxOfNaNAndZeros() throws {
    #expect(
      try Reference.reduce(.max, .eachRow, rows: 2, columns: 3, [1, .nan, 2, -3, -1, -2]).map(\.isNaN) == [true, false])
    #expect(try Reference.reduce(.max, .eachRow, rows: 1, columns: 2, [-0.0, 0]).map(\.bitPattern) == [0])
  }

  @Test func argmax() throws {
    #expect(try Reference.argmax(.eachRow, rows: 2, columns: 3, [1, 3, 3, -0.0, 0, -1]) == [1, 0])
    #expect(try Reference.argmax(.eachColumn, rows: 2, columns: 3, [1, 3, 3, 2, 0, 3]) == [1, 0, 0])
    #expect(try Reference.argmax(.everything, rows: 2, columns: 3, [1, 3, 3, 2, 0, 5]) == [5])
    #expect(try Reference.argmax(.eachRow, rows: 1, columns: 4, [.infinity, 1, .nan, .nan]) == [2])
    #expect(try Reference.argmax(.eachRow, rows: 1, columns: 2, [-.infinity, -.infinity]) == [0])
    #expect(try Reference.argmax(.eachRow, rows: 0, columns: 0, [0]) == [])
    #expect(throws: LanesError("argmax", .empty(name: "2 × 0"))) {
      try Reference.argmax(.eachRow, rows: 2, columns: 0, [0])
    }
  }
}
