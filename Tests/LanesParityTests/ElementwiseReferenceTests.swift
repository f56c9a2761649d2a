import Lanes
import Testing

/// C4 in tables.
@Suite struct ElementwiseReferenceTests {
  @Test(
    arguments: [
      (.add, [1, .infinity, 0x1p24], [2, 1, 1], [3, .infinity, 0x1p24]),
      (.subtract, [1, 0, -0.0], [1, 0, 0], [0, 0, -0.0]),
      (.multiply, [3, -0.0, 0x1p-149], [-2, 5, 0.5], [-6, -0.0, 0]),
      (.divide, [1, -1, 1], [0, 0, 3], [.infinity, -.infinity, 0x1.555556p-2]),
      (.minimum, [1, 0, -0.0, -0.0, .infinity], [2, -0.0, 0, -0.0, -1], [1, -0.0, -0.0, -0.0, -1]),
      (.maximum, [1, 0, -0.0, -0.0, -.infinity], [2, -0.0, 0, -0.0, -1], [2, 0, 0, -0.0, -1]),
      (.greater, [1, 2, 0, .nan, 1], [2, 1, -0.0, 1, .nan], [0, 1, 0, 0, 0]),
      (.greaterEqual, [1, 2, 0, .nan, 1], [2, 1, -0.0, 1, .nan], [0, 1, 1, 0, 0]),
      (.equal, [1, 2, 0, .nan, .infinity], [2, 2, -0.0, .nan, .infinity], [0, 1, 1, 0, 1]),
    ] as [(BinaryOperation, [Float], [Float], [Float])])
  func table(operation: BinaryOperation, a: [Float], b: [Float], y: [Float]) throws {
    #expect(try Reference.binary(operation, a, b).map(\.bitPattern) == y.map(\.bitPattern))
  }

  @Test(arguments: [BinaryOperation.add, .subtract, .multiply, .divide, .minimum, .maximum])
  func aNaNInEitherPlaceStays(operation: BinaryOperation) throws {
    #expect(try Reference.binary(operation, [.nan, 1, .nan], [1, .nan, .nan]).allSatisfy(\.isNaN))
  }

  @Test func selectAndClip() throws {
    #expect(try Reference.ternary(.select, 1, 2, 3) == 2)
    #expect(try Reference.ternary(.select, -0.0, 2, 3) == 3)
    #expect(try Reference.ternary(.select, .nan, 2, 3) == 2)
    #expect(try Reference.ternary(.select, 0, .nan, 3) == 3)
    #expect(try Reference.ternary(.clip, 5, -1, 1) == 1)
    #expect(try Reference.ternary(.clip, -5, -1, 1) == -1)
    #expect(try Reference.ternary(.clip, -0.0, 0, 1).sign == .minus)
    #expect(try Reference.ternary(.clip, .nan, -1, 1).isNaN)
    #expect(try Reference.ternary(.clip, 5, .nan, 1) == 1)
    #expect(try Reference.ternary(.clip, 5, -1, .nan) == 5)
  }

  /// Element (i, j) of a window is data[i + j]; of a column, data[2i]; the output's gaps stay.
  @Test func strides() throws {
    let (window, column): ([Float], [Float]) = ([1, 2, 3, 4], [10, -1, 20, -1])
    var y = [Float](repeating: 7, count: 8)
    try window.withUnsafeBufferPointer { window in
      try column.withUnsafeBufferPointer { column in
        try y.withUnsafeMutableBufferPointer { y in
          guard let window = window.baseAddress, let column = column.baseAddress, let y = y.baseAddress else { return }
          try Reference.backend.binary(
            .add, rows: 2, columns: 3, Operand(window, rowStride: 1, columnStride: 1), .column(column, stride: 2),
            into: MatrixOutput(y, stride: 5))
        }
      }
    }
    #expect(y == [11, 12, 13, 7, 7, 22, 23, 24])
  }
}
