import Lanes

/// Sum, mean or maximum: [] of everything, [rows, 1] of each row, [1, columns] of each column.
struct ReduceNode: NodeOperation {
  let function: ReduceOperation
  let axis: Axis

  var name: String { "\(function)" }
  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool { axis == .eachRow }

  func value(of operands: [Value]) throws(Mismatch) -> Value {
    let shape = try operands[0].requireFloat().shape
    return Value(shape: axis.shape(of: shape), type: .float32)
  }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, function, axis) = (wiring.backend, function, axis)
    let (x, shape) = (wiring.operands[0].slot, wiring.operands[0].shape)
    let out = wiring.result.slot
    return { slots throws(LanesError) in
      try backend.reduce(
        function, axis, rows: shape.rows, columns: shape.columns, MatrixInput(slots[x], stride: shape.columns),
        into: slots[out])
    }
  }
}

extension Axis {
  fileprivate func shape(of input: Shape) -> Shape {
    switch self {
    case .everything: .scalar
    case .eachRow: [input.rows, 1]
    case .eachColumn: [1, input.columns]
    }
  }
}

extension SymbolicTensor {
  func reduced(_ function: ReduceOperation, _ axis: Axis, at location: SourceLocation) -> SymbolicTensor {
    graph.add(ReduceNode(function: function, axis: axis), [self], at: location)
  }
}

/// The sum of everything ([]), of each row ([rows, 1]) or of each column ([1, columns]). TensorFlow: `tf.reduce_sum`.
public func sum(
  _ x: SymbolicTensor, _ axis: Axis = .everything, file: String = #fileID, line: Int = #line
) -> SymbolicTensor { x.reduced(.sum, axis, at: SourceLocation(file, line)) }

/// The mean; of nothing, NaN. TensorFlow: `tf.reduce_mean`.
public func mean(
  _ x: SymbolicTensor, _ axis: Axis = .everything, file: String = #fileID, line: Int = #line
) -> SymbolicTensor { x.reduced(.mean, axis, at: SourceLocation(file, line)) }

/// The largest element; of nothing, −∞. TensorFlow: `tf.reduce_max`.
public func max(
  _ x: SymbolicTensor, _ axis: Axis = .everything, file: String = #fileID, line: Int = #line
) -> SymbolicTensor { x.reduced(.max, axis, at: SourceLocation(file, line)) }

/// The index of the largest element, as labels: in its row ([rows]), its column ([columns]) or everything ([]).
struct ArgmaxNode: NodeOperation {
  let axis: Axis

  var name: String { "argmax" }

  func value(of operands: [Value]) throws(Mismatch) -> Value {
    let shape = try operands[0].requireFloat().shape
    let count = axis.count(rows: shape.rows, columns: shape.columns)
    return Value(shape: axis == .everything ? .scalar : [count], type: .int32)
  }

  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] { [nil] }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, axis, out) = (wiring.backend, axis, wiring.result.slot)
    let (x, shape) = (wiring.operands[0].slot, wiring.operands[0].shape)
    return { slots throws(LanesError) in
      try backend.argmax(
        axis, rows: shape.rows, columns: shape.columns, MatrixInput(slots[x], stride: shape.columns),
        into: UnsafeMutableRawPointer(slots[out]).assumingMemoryBound(to: Int32.self))
    }
  }
}

/// TensorFlow: `tf.argmax`, axis 1 for each row.
public func argmax(
  _ x: SymbolicTensor, _ axis: Axis = .eachRow, file: String = #fileID, line: Int = #line
) -> SymbolicTensor { x.graph.add(ArgmaxNode(axis: axis), [x], at: SourceLocation(file, line)) }
