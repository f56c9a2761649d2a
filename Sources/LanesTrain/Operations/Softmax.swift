import Lanes

/// Softmax of each row, or its logarithm.
struct SoftmaxNode: NodeOperation {
  let isLogarithm: Bool

  var name: String { isLogarithm ? "log-softmax" : "softmax" }
  func mayOverwrite(operand: Int) -> Bool { true }
  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool { true }

  func value(of operands: [Value]) throws(Mismatch) -> Value { try operands[0].requireFloat() }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, isLogarithm) = (wiring.backend, isLogarithm)
    let (rows, columns) = (wiring.result.shape.rows, wiring.result.shape.columns)
    let (x, y) = (wiring.operands[0].slot, wiring.result.slot)
    return { slots throws(LanesError) in
      let (input, output) = (MatrixInput(slots[x], stride: columns), MatrixOutput(slots[y], stride: columns))
      if isLogarithm {
        try backend.logSoftmax(rows: rows, columns: columns, input, into: output)
      } else {
        try backend.softmax(rows: rows, columns: columns, input, into: output)
      }
    }
  }
}

/// The cross-entropy of each row's softmax with its label, or with its target probabilities: [rows].
struct SoftmaxCrossEntropyNode: NodeOperation {
  var name: String { "softmax cross-entropy" }

  /// Logits [rows, classes]; labels [rows] of int32, or targets [rows, classes].
  func value(of operands: [Value]) throws(Mismatch) -> Value {
    let logits = try operands[0].requireFloat().shape
    let target = operands[1]
    switch target.type {
    case .int32 where target.shape.count != logits.rows:
      throw Mismatch("logits \(logits) need \(logits.rows) labels, but these are \(target.shape)")
    case .float32 where target.shape != logits:
      throw Mismatch(
        "logits \(logits) need as many probabilities, or \(logits.rows) labels of int32, but this is \(target.shape)")
    default: return Value(shape: [logits.rows], type: .float32)
    }
  }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, loss) = (wiring.backend, wiring.result.slot)
    let rows = CrossEntropyRows(wiring)
    return { slots throws(LanesError) in
      var call = rows.call(slots)
      call.loss = slots[loss]
      try backend.softmaxCrossEntropy(call)
    }
  }
}

/// The common part of the loss's call and the gradient's.
struct CrossEntropyRows {
  private let logits: Int, target: Int
  private let rows: Int, columns: Int
  private let hasLabels: Bool

  init(_ wiring: Wiring) {
    (logits, target) = (wiring.operands[0].slot, wiring.operands[1].slot)
    (rows, columns) = (wiring.operands[0].shape.rows, wiring.operands[0].shape.columns)
    hasLabels = wiring.operands[1].type == .int32
  }

  func call(_ slots: Slots) -> SoftmaxCrossEntropy {
    SoftmaxCrossEntropy(
      rows: rows, columns: columns, logits: MatrixInput(slots[logits], stride: columns),
      target: hasLabels
        ? .labels(UnsafeRawPointer(slots[target]).assumingMemoryBound(to: Int32.self))
        : .probabilities(MatrixInput(slots[target], stride: columns)))
  }
}

/// Softmax of each row. TensorFlow: `tf.nn.softmax`.
public func softmax(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.graph.add(SoftmaxNode(isLogarithm: false), [x], at: SourceLocation(file, line))
}

/// The logarithm of each row's softmax, without its underflow. TensorFlow: `tf.nn.log_softmax`.
public func logSoftmax(_ x: SymbolicTensor, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
  x.graph.add(SoftmaxNode(isLogarithm: true), [x], at: SourceLocation(file, line))
}

/// A loss a row, from logits and labels (int32, [rows]) or target probabilities ([rows, classes]). TensorFlow:
/// `tf.nn.sparse_softmax_cross_entropy_with_logits` and `tf.nn.softmax_cross_entropy_with_logits`.
public func softmaxCrossEntropy(
  logits: SymbolicTensor, target: SymbolicTensor, file: String = #fileID, line: Int = #line
) -> SymbolicTensor {
  logits.graph.add(SoftmaxCrossEntropyNode(), [logits, target], at: SourceLocation(file, line))
}
