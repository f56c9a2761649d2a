import Lanes

extension ReferenceBackend {
  /// The sum, mean or maximum of everything (1 value), of each row (rows) or of each column (columns). C5.
  public func reduce(
    _ operation: ReduceOperation, _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput,
    into output: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    try Validate.reduce(operation, axis, rows: rows, columns: columns, x, into: output)
    let matrix = Elements(x, rows: rows, columns: columns)
    for index in 0..<axis.count(rows: rows, columns: columns) {
      let count = matrix.count(axis)
      switch operation {
      case .sum: output[index] = matrix.sum(axis, index)
      case .mean: output[index] = matrix.sum(axis, index) / Float(count)
      case .max:
        var largest = -Float.infinity
        for j in 0..<count { largest = BinaryOperation.maximum(largest, matrix[axis, index, j]) }
        output[index] = largest
      }
    }
  }

  /// The index of the largest element of everything, of each row or of each column. C5.
  public func argmax(
    _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput, into output: UnsafeMutablePointer<Int32>
  ) throws(LanesError) {
    try Validate.argmax(axis, rows: rows, columns: columns, x, into: output)
    let matrix = Elements(x, rows: rows, columns: columns)
    for index in 0..<axis.count(rows: rows, columns: columns) {
      var best = 0
      for j in 0..<matrix.count(axis) {
        let candidate = matrix[axis, index, j]
        if candidate.isNaN {
          best = j
          break
        }
        if candidate > matrix[axis, index, best] { best = j }
      }
      output[index] = Int32(truncatingIfNeeded: best)
    }
  }
}

/// A matrix seen as what an axis leaves apart: for each result, its elements in order.
private struct Elements {
  let x: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int

  /// The stride of rows without elements is not used, and may be anything.
  init(_ matrix: MatrixInput, rows: Int, columns: Int) {
    (x, stride) = (matrix.data, rows > 1 && columns > 0 ? matrix.stride : columns)
    (self.rows, self.columns) = (rows, columns)
  }

  /// Elements a result.
  func count(_ axis: Axis) -> Int {
    switch axis {
    case .everything: rows * columns
    case .eachRow: columns
    case .eachColumn: rows
    }
  }

  /// Element j of result `index`.
  @inline(__always)
  subscript(axis: Axis, index: Int, j: Int) -> Float {
    switch axis {
    case .everything: self[flat: j]
    case .eachRow: x[index * stride + j]
    case .eachColumn: x[j * stride + index]
    }
  }

  /// Element j in row-major order.
  @inline(__always)
  subscript(flat j: Int) -> Float {
    let (row, column) = j.quotientAndRemainder(dividingBy: columns)
    return x[row * stride + column]
  }

  /// C5: the lane sum of a row; the chain down a column; blocks of 4096 of everything.
  func sum(_ axis: Axis, _ index: Int) -> Float {
    switch axis {
    case .eachRow:
      return laneSum(x + index * stride, count: columns)
    case .eachColumn:
      var sum: Float = 0
      for i in 0..<rows { sum += x[i * stride + index] }
      return sum
    case .everything:
      var sum: Float = 0
      for start in Swift.stride(from: 0, to: rows * columns, by: 4096) {
        sum += foldLanes(Swift.min(4096, rows * columns - start)) { j, lane in lane + self[flat: start + j] }
      }
      return sum
    }
  }
}
