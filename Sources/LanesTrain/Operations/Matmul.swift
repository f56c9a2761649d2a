import Lanes

/// C = activation(op(A)·op(B) + bias), or the activation's gradient times op(A)·op(B) + bias. Written as matmul, plus and an
/// activation or its gradient; compiling fuses them.
struct MatmulNode: NodeOperation {
  var transposeA = false, transposeB = false
  /// A third operand, of n values.
  var hasBias = false
  var activation = UnaryOperation.identity
  /// The activation's gradient instead; the last operand is what that is computed from.
  var hasGradientValue = false

  var name: String { "matmul" }

  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool {
    !transposeA && operands.count == 2 && operands[0] == .each && operands[1] != .each
  }

  /// m, n, k of the product, and whether the inner sizes agree.
  private func sizes(_ a: Shape, _ b: Shape) -> (m: Int, n: Int, k: Int, fit: Bool) {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (kb, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    return (m, n, k, k == kb)
  }

  func value(of operands: [Value]) throws(Mismatch) -> Value {
    let (a, b) = (try operands[0].requireFloat().shape, try operands[1].requireFloat().shape)
    let (m, n, _, fit) = sizes(a, b)
    guard a.rank == 2, b.rank == 2, fit else {
      let first = "\(a)\(transposeA ? " transposed" : "")"
      let second = "\(b)\(transposeB ? " transposed" : "")"
      throw Mismatch("\(first) and \(second) cannot be multiplied: the inner sizes must be the same")
    }
    return Value(shape: [m, n], type: .float32)
  }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (m, n, k, _) = sizes(wiring.operands[0].shape, wiring.operands[1].shape)
    let (backend, node) = (wiring.backend, self)
    let (a, b, c) = (wiring.operands[0].slot, wiring.operands[1].slot, wiring.result.slot)
    let bias = hasBias ? wiring.operands[2].slot : nil
    let value = hasGradientValue ? wiring.operands.last?.slot : nil
    let packed = wiring.operands[1].parameter.flatMap {
      PackedOperand($0, m: m, n: n, k: k, transposeB: transposeB, on: backend)
    }
    func call(_ floats: (Int) -> UnsafeMutablePointer<Float>) -> Matmul {
      var call = Matmul(
        m: m, n: n, k: k, transposeA: node.transposeA, transposeB: node.transposeB, a: floats(a), b: floats(b),
        c: floats(c))
      if let bias { call.bias = UnsafePointer(floats(bias)) }
      call.activation = node.activation
      if let value { (call.gradientValue, call.gradientValueStride) = (UnsafePointer(floats(value)), n) }
      return call
    }
    // The slots have no memory yet, and preparing follows no pointer. What cannot be prepared is refused when it runs.
    let nowhere = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    defer { nowhere.deallocate() }
    let product = try? backend.prepare(call { _ in nowhere }, packedB: nil)
    return { slots throws(LanesError) in
      if let b = try packed?.matrix() { return try backend.matmul(call { slots[$0] }, packedB: b) }
      guard let product else { return try backend.matmul(call { slots[$0] }) }
      try product.run(
        a: slots[a], b: slots[b], c: slots[c], bias: bias.map { UnsafePointer(slots[$0]) },
        gradientValue: value.map { UnsafePointer(slots[$0]) })
    }
  }
}

/// The matrix product of [m, k] and [k, n]. TensorFlow: `tf.matmul`.
public func matmul(
  _ a: SymbolicTensor, _ b: SymbolicTensor, transposeA: Bool = false, transposeB: Bool = false,
  file: String = #fileID, line: Int = #line
) -> SymbolicTensor {
  matmul(a, b, transposeA: transposeA, transposeB: transposeB, at: SourceLocation(file, line))
}

func matmul(
  _ a: SymbolicTensor, _ b: SymbolicTensor, transposeA: Bool, transposeB: Bool, at location: SourceLocation
) -> SymbolicTensor {
  a.graph.add(MatmulNode(transposeA: transposeA, transposeB: transposeB), [a, b], at: location)
}
