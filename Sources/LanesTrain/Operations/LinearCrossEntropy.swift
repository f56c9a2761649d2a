import Lanes

/// Softmax cross-entropy of logits = x·w + bias with labels, and its gradients: as many results as there are outputs. No
/// expression makes it; compiling puts it in the place of matmul, plus, cross-entropy and what gradients make of them.
struct LinearCrossEntropyNode: NodeOperation {
  enum Output: Hashable { case loss, xGradient, weightsGradient, biasGradient }

  /// In the results' order.
  let outputs: [Output]
  /// Of the gradients.
  let scaleBits: UInt32
  /// A fourth operand, after x, weights and labels.
  let hasBias: Bool

  var name: String { "matmul" }

  /// The loss of each row.
  func value(of operands: [Value]) -> Value { Value(shape: [operands[0].shape.rows], type: .float32) }

  func workspace(for operands: [Value], on backend: any Backend) -> Int {
    let (x, weights) = (operands[0].shape, operands[1].shape)
    return backend.linearCrossEntropyWorkspace(rows: x.rows, inputs: x.columns, classes: weights.columns)
  }

  func kernel(_ wiring: Wiring) -> Kernel? {
    let (backend, hasBias, scale) = (wiring.backend, hasBias, Float(bitPattern: scaleBits))
    let (rows, inputs) = (wiring.operands[0].shape.rows, wiring.operands[0].shape.columns)
    let classes = wiring.operands[1].shape.columns
    let (x, weights, labels) = (wiring.operands[0].slot, wiring.operands[1].slot, wiring.operands[2].slot)
    let bias = hasBias ? wiring.operands[3].slot : nil
    func slot(_ output: Output) -> Int? { outputs.firstIndex(of: output).map { wiring.results[$0].slot } }
    let (loss, biasGradient) = (slot(.loss), slot(.biasGradient))
    let (xGradient, weightsGradient) = (slot(.xGradient), slot(.weightsGradient))
    let workspace = wiring.workspace
    return { slots throws(LanesError) in
      var call = LinearCrossEntropy(
        rows: rows, inputs: inputs, classes: classes, x: MatrixInput(slots[x], stride: inputs),
        weights: MatrixInput(slots[weights], stride: classes),
        labels: UnsafeRawPointer(slots[labels]).assumingMemoryBound(to: Int32.self), scale: scale)
      if let bias { call.bias = UnsafePointer(slots[bias]) }
      if let loss { call.loss = slots[loss] }
      if let xGradient { call.xGradient = MatrixOutput(slots[xGradient], stride: inputs) }
      if let weightsGradient { call.weightsGradient = MatrixOutput(slots[weightsGradient], stride: classes) }
      if let biasGradient { call.biasGradient = slots[biasGradient] }
      if let workspace {
        call.workspace = UnsafeMutableBufferPointer(start: slots[workspace.slot], count: workspace.count)
      }
      try backend.linearCrossEntropy(call)
    }
  }
}
