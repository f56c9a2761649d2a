/// The operations that every backend has, by their names in the contract.
///
/// The same list stands once in C, in `lanes.h`, from which the kernels are made; a test holds the two against each other.

/// A function of one value, with its gradient (contract, C3).
public enum UnaryOperation: Int32, CaseIterable, Sendable, Hashable {
  case identity, relu, sigmoid, tanh, exp, log, sqrt, square, abs, negate, reciprocal
  case leakyRelu, relu6, elu, selu, gelu, geluTanh, silu, mish, softplus, softsign, hardSigmoid, hardSwish, hardTanh
  case erf, expm1, log1p

  /// What the gradient is computed from: the function's output, or its input.
  public enum GradientArgument: Sendable { case output, input }

  public var gradientArgument: GradientArgument {
    switch self {
    case .identity, .relu, .sigmoid, .tanh, .exp, .sqrt, .negate, .reciprocal: .output
    case .leakyRelu, .relu6, .elu, .selu, .hardTanh, .expm1: .output
    case .log, .square, .abs, .erf, .log1p: .input
    case .gelu, .geluTanh, .silu, .mish, .softplus, .softsign, .hardSigmoid, .hardSwish: .input
    }
  }
}

/// A function of two values (contract, C4). The comparisons give 1 or 0.
public enum BinaryOperation: Int32, CaseIterable, Sendable, Hashable {
  case add, subtract, multiply, divide, minimum, maximum, greater, greaterEqual, equal
}

/// A function of three values (contract, C4): `select(condition, a, b)` and `clip(x, low, high)`.
public enum TernaryOperation: Int32, CaseIterable, Sendable, Hashable {
  case select, clip
}

/// A reduction (contract, C5).
public enum ReduceOperation: Int32, CaseIterable, Sendable, Hashable {
  case sum, mean, max
}

/// What a reduction leaves: one value, one a row, or one a column.
public enum Axis: Int32, CaseIterable, Sendable, Hashable {
  case everything, eachRow, eachColumn

  /// The number of results for a matrix.
  public func count(rows: Int, columns: Int) -> Int {
    switch self {
    case .everything: 1
    case .eachRow: rows
    case .eachColumn: columns
    }
  }
}
