import Lanes

/// f(a, b), element by element, with broadcasting.
struct BinaryNode: NodeOperation {
  let function: BinaryOperation

  var name: String { "\(function)" }
  func mayOverwrite(operand: Int) -> Bool { true }
  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool { !operands.contains(.none) }

  func value(of operands: [Value]) throws(Mismatch) -> Value { try broadcastValue(of: operands) }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, function, shape) = (wiring.backend, function, wiring.result.shape)
    let (rows, columns, out) = (shape.rows, shape.columns, wiring.result.slot)
    let a = BroadcastOperand(wiring.operands[0], in: shape)
    let b = BroadcastOperand(wiring.operands[1], in: shape)
    return { slots throws(LanesError) in
      try backend.binary(
        function, rows: rows, columns: columns, a.at(slots), b.at(slots),
        into: MatrixOutput(slots[out], stride: columns))
    }
  }
}

/// The value of an elementwise operation on values that broadcast.
func broadcastValue(of operands: [Value]) throws(Mismatch) -> Value {
  var shape = operands[0].shape
  for operand in operands {
    _ = try operand.requireFloat()
    guard let common = shape.broadcast(with: operand.shape) else {
      throw Mismatch("the shapes \(operands.map(\.shape.description).joined(separator: " and ")) do not fit")
    }
    shape = common
  }
  return Value(shape: shape, type: .float32)
}

/// An operand seen in the shape of the result: sizes of 1 are repeated by strides of 0.
struct BroadcastOperand {
  let slot: Int
  let rowStride: Int, columnStride: Int

  init(_ operand: WiredValue, in result: Shape) {
    slot = operand.slot
    rowStride = operand.shape.rows == 1 && result.rows != 1 ? 0 : operand.shape.columns
    columnStride = operand.shape.columns == 1 && result.columns != 1 ? 0 : 1
  }

  func at(_ slots: Slots) -> Operand { Operand(slots[slot], rowStride: rowStride, columnStride: columnStride) }
}

extension SymbolicTensor {
  /// Of two operands' places, that of the value made last: the one nearest to the operator.
  private static func location(_ a: SymbolicTensor, _ b: SymbolicTensor) -> SourceLocation {
    a.graph === b.graph && a.node > b.node ? a.location : b.location
  }

  static func combine(
    _ function: BinaryOperation, _ a: SymbolicTensor, _ b: SymbolicTensor, at place: SourceLocation? = nil
  ) -> SymbolicTensor {
    let place = place ?? location(a, b)
    if a.graph === b.graph, a.type == .float32, b.type == .float32, let shape = a.shape.broadcast(with: b.shape) {
      // Multiplying by 1 changes nothing, and numbers known now need no kernel.
      if function == .multiply, b.uniform == 1, shape == a.shape { return a }
      if function == .multiply, a.uniform == 1, shape == b.shape { return b }
      if let x = a.uniform, let y = b.uniform, let known = function.folded(x, y) {
        return a.graph.constant(known, shape, at: place)
      }
    }
    return a.graph.add(BinaryNode(function: function), [a, b], at: place)
  }

  private func scalar(_ value: Float) -> SymbolicTensor { graph.constant(value, at: location) }

  public static func + (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.add, a, b) }
  public static func - (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.subtract, a, b) }
  public static func * (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.multiply, a, b) }
  public static func / (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.divide, a, b) }

  public static func + (a: SymbolicTensor, b: Float) -> SymbolicTensor { a + a.scalar(b) }
  public static func + (a: Float, b: SymbolicTensor) -> SymbolicTensor { b.scalar(a) + b }
  public static func - (a: SymbolicTensor, b: Float) -> SymbolicTensor { a - a.scalar(b) }
  public static func - (a: Float, b: SymbolicTensor) -> SymbolicTensor { b.scalar(a) - b }
  public static func * (a: SymbolicTensor, b: Float) -> SymbolicTensor { a * a.scalar(b) }
  public static func * (a: Float, b: SymbolicTensor) -> SymbolicTensor { b.scalar(a) * b }
  public static func / (a: SymbolicTensor, b: Float) -> SymbolicTensor { a / a.scalar(b) }
  public static func / (a: Float, b: SymbolicTensor) -> SymbolicTensor { b.scalar(a) / b }

  /// 1 where the comparison holds, else 0.
  public static func .> (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.greater, a, b) }
  public static func .< (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.greater, b, a) }
  public static func .>= (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.greaterEqual, a, b) }
  public static func .<= (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.greaterEqual, b, a) }
  public static func .== (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { combine(.equal, a, b) }
  public static func .!= (a: SymbolicTensor, b: SymbolicTensor) -> SymbolicTensor { 1 - (a .== b) }

  public static func .> (a: SymbolicTensor, b: Float) -> SymbolicTensor { a .> a.scalar(b) }
  public static func .< (a: SymbolicTensor, b: Float) -> SymbolicTensor { a .< a.scalar(b) }
  public static func .>= (a: SymbolicTensor, b: Float) -> SymbolicTensor { a .>= a.scalar(b) }
  public static func .<= (a: SymbolicTensor, b: Float) -> SymbolicTensor { a .<= a.scalar(b) }
}

extension BinaryOperation {
  /// The value that every backend gives, for the operations that gradients multiply known numbers with.
  fileprivate func folded(_ a: Float, _ b: Float) -> Float? {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    default: nil
    }
  }
}

/// The smaller of each pair. TensorFlow: `tf.minimum`.
public func minimum(
  _ a: SymbolicTensor, _ b: SymbolicTensor, file: String = #fileID, line: Int = #line
) -> SymbolicTensor { SymbolicTensor.combine(.minimum, a, b, at: SourceLocation(file, line)) }

/// The larger of each pair. TensorFlow: `tf.maximum`.
public func maximum(
  _ a: SymbolicTensor, _ b: SymbolicTensor, file: String = #fileID, line: Int = #line
) -> SymbolicTensor { SymbolicTensor.combine(.maximum, a, b, at: SourceLocation(file, line)) }
