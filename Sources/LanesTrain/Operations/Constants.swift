import Lanes

/// Given numbers, the same in every run.
struct LiteralNode: NodeOperation {
  /// The bits, so that equal nodes are equal values.
  let bits: [UInt32]
  let shape: Shape

  var name: String { "literal" }

  func value(of operands: [Value]) throws(Mismatch) -> Value {
    if bits.count != shape.count { throw Mismatch("\(bits.count) values do not fill \(shape)") }
    return Value(shape: shape, type: .float32)
  }

  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] { [] }
  func kernel(_ wiring: Wiring) -> Kernel? { nil }
}

extension Graph {
  /// The values, row by row.
  public func literal(
    _ values: [Float], _ shape: Shape, file: String = #fileID, line: Int = #line
  ) -> SymbolicTensor {
    add(LiteralNode(bits: values.map(\.bitPattern), shape: shape), [], at: SourceLocation(file, line))
  }
}

/// Labels [rows] as rows of [rows, classes] that are 1 at the label and 0 elsewhere. No arithmetic, so no backend.
struct OneHotNode: NodeOperation {
  let classes: Int

  var name: String { "one-hot" }

  func value(of operands: [Value]) throws(Mismatch) -> Value {
    if operands[0].type != .int32 { throw Mismatch("its operand holds numbers, not labels") }
    return Value(shape: [operands[0].shape.count, classes], type: .float32)
  }

  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] { [nil] }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (classes, rows) = (classes, wiring.operands[0].shape.count)
    let (labels, out) = (wiring.operands[0].slot, wiring.result.slot)
    return { slots throws(LanesError) in
      let label = UnsafeRawPointer(slots[labels]).assumingMemoryBound(to: Int32.self)
      for row in 0..<rows where label[row] < 0 || Int(label[row]) >= classes {
        throw LanesError("one-hot", .labelOutOfRange(row: row, label: Int(label[row]), classes: classes))
      }
      slots[out].update(repeating: 0, count: rows * classes)
      for row in 0..<rows { slots[out][row * classes + Int(label[row])] = 1 }
    }
  }
}

/// TensorFlow: `tf.one_hot`. Labels out of range are an error when the Program runs.
public func oneHot(
  _ labels: SymbolicTensor, classes: Int, file: String = #fileID, line: Int = #line
) -> SymbolicTensor {
  labels.graph.add(OneHotNode(classes: classes), [labels], at: SourceLocation(file, line))
}
