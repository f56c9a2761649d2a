/// What runs the arithmetic of CONTRACT.md.
///
/// A backend is any type with these operations. All of them give the results that the contract states, to the bit;
/// `LanesParity` compares a backend with another, case by case. Matrices are row-major; outputs may be inputs only where the
/// call says so. Every operation checks its arguments before it writes anything, and throws what is wrong with them; the
/// checks are there to be used (`Matmul.validate()` and so on).
public protocol Backend: Sendable {
  /// What people read in tables: "native avx512, 2 threads".
  var name: String { get }

  func matmul(_ call: Matmul) throws(LanesError)

  /// Copies op(b), k × n, for products by this backend, or another of the same name for its layout (C2: the same bits).
  func pack(
    k: Int, n: Int, transposeB: Bool, _ b: UnsafePointer<Float>, stride: Int
  ) throws(LanesError) -> PackedMatrix

  /// The product with op(b) from `packedB`: b, bStride and transposeB are not read.
  func matmul(_ call: Matmul, packedB: PackedMatrix) throws(LanesError)

  /// `batch.count` products, with the bits of as many calls. Each c lies behind the one before, or beside it in the same rows;
  /// nothing from the first c to the end of the last may be an input.
  func matmul(_ call: Matmul, packedB: PackedMatrix?, batch: MatmulBatch) throws(LanesError)

  /// Checks the product's sizes and strides, and decides how to multiply, for many runs with other pointers (C2: the same bits).
  /// The call's own pointers are not followed; whether it has a bias and a gradientValue holds for all runs.
  func prepare(_ call: Matmul, packedB: PackedMatrix?) throws(LanesError) -> PreparedProduct

  /// y[i] = f(x[i]). y may be x.
  func unary(
    _ operation: UnaryOperation, count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) throws(LanesError)

  /// dx[i] = f'(·)·dy[i]. `value` is f's output or input, as `operation.gradientArgument` says. dx may be value or dy.
  func unaryGradient(
    _ operation: UnaryOperation, count: Int, of value: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) throws(LanesError)

  /// The output may be an operand that is a whole matrix of the same stride.
  func binary(
    _ operation: BinaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, into output: MatrixOutput
  ) throws(LanesError)

  func ternary(
    _ operation: TernaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, _ c: Operand,
    into output: MatrixOutput
  ) throws(LanesError)

  /// `axis.count(rows:columns:)` results.
  func reduce(
    _ operation: ReduceOperation, _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput,
    into output: UnsafeMutablePointer<Float>
  ) throws(LanesError)

  /// The index of the largest element: in its row, in its column, or i·columns + j in everything.
  func argmax(
    _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput, into output: UnsafeMutablePointer<Int32>
  ) throws(LanesError)

  /// Row by row. y may be x.
  func softmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError)

  /// dx = (dy − Σ dy·y)·y, row by row, from softmax's output y. dx may be y or dy.
  func softmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError)

  /// The logarithm of softmax, row by row, without its underflow. y may be x.
  func logSoftmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError)

  /// dx = dy − exp(y)·Σ dy, row by row, from log-softmax's output y. dx may be y or dy.
  func logSoftmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError)

  func softmaxCrossEntropy(_ call: SoftmaxCrossEntropy) throws(LanesError)

  /// The same of logits that are the product of activations and weights, and the gradients of both.
  func linearCrossEntropy(_ call: LinearCrossEntropy) throws(LanesError)

  /// The floats of workspace with which a `linearCrossEntropy` of these sizes allocates nothing; 0 where it does not use any.
  func linearCrossEntropyWorkspace(rows: Int, inputs: Int, classes: Int) -> Int

  /// In place.
  func update(
    _ parameter: UnsafeMutablePointer<Float>, count: Int, by update: Update, options: UpdateOptions
  ) throws(LanesError)
}

extension Backend {
  /// 0: the workspace of a call is not used.
  public func linearCrossEntropyWorkspace(rows: Int, inputs: Int, classes: Int) -> Int { 0 }

  public func update(
    _ parameter: UnsafeMutablePointer<Float>, count: Int, by update: Update
  ) throws(LanesError) {
    try self.update(parameter, count: count, by: update, options: UpdateOptions())
  }
}
