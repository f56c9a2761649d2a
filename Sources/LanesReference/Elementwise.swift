import Lanes

extension ReferenceBackend {
  /// output[i,j] = f(a[i,j], b[i,j]), rows × columns, each operand a matrix, a row, a column or a scalar. C4.
  public func binary(
    _ operation: BinaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, into output: MatrixOutput
  ) throws(LanesError) {
    try Validate.elementwise(operation, rows: rows, columns: columns, a, b, into: output)
    guard columns > 0 else { return }
    for i in 0..<rows {
      for j in 0..<columns {
        output.data[i * output.stride + j] = operation.value(a[i, j], b[i, j])
      }
    }
  }

  /// output[i,j] = f(a[i,j], b[i,j], c[i,j]), rows × columns, with the same broadcasting. C4.
  public func ternary(
    _ operation: TernaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, _ c: Operand,
    into output: MatrixOutput
  ) throws(LanesError) {
    try Validate.elementwise(operation, rows: rows, columns: columns, a, b, c, into: output)
    guard columns > 0 else { return }
    for i in 0..<rows {
      for j in 0..<columns {
        output.data[i * output.stride + j] = operation.value(a[i, j], b[i, j], c[i, j])
      }
    }
  }
}

extension Operand {
  @inline(__always)
  fileprivate subscript(i: Int, j: Int) -> Float { data[i * rowStride + j * columnStride] }
}

extension BinaryOperation {
  /// C4. The comparisons are false where an argument is NaN.
  func value(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: Self.minimum(a, b)
    case .maximum: Self.maximum(a, b)
    case .greater: a > b ? 1 : 0
    case .greaterEqual: a >= b ? 1 : 0
    case .equal: a == b ? 1 : 0
    }
  }

  /// C4. −0 is below +0, and a NaN in either place gives NaN.
  @inline(__always)
  static func minimum(_ a: Float, _ b: Float) -> Float {
    if a < b { return a }
    if b < a { return b }
    return a == b ? Float(bitPattern: a.bitPattern | b.bitPattern) : .nan
  }

  /// C4. +0 is above −0, and a NaN in either place gives NaN.
  @inline(__always)
  static func maximum(_ a: Float, _ b: Float) -> Float {
    if a > b { return a }
    if b > a { return b }
    return a == b ? Float(bitPattern: a.bitPattern & b.bitPattern) : .nan
  }
}

extension TernaryOperation {
  /// C4.
  func value(_ a: Float, _ b: Float, _ c: Float) -> Float {
    switch self {
    case .select: a != 0 ? b : c
    case .clip: a < b ? b : a > c ? c : a
    }
  }
}
