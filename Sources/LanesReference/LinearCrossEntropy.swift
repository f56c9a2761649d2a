import Lanes

extension ReferenceBackend {
  /// Losses, their mean, and gradients of x, weights and bias, of logits = x·weights + bias: the composition that it is. C8.
  public func linearCrossEntropy(_ call: LinearCrossEntropy) throws(LanesError) {
    try call.validate()
    let (rows, inputs, classes) = (call.rows, call.inputs, call.classes)
    let logits = UnsafeMutablePointer<Float>.allocate(capacity: rows * classes)
    defer { logits.deallocate() }

    var product = Matmul(m: rows, n: classes, k: inputs, a: call.x.data, b: call.weights.data, c: logits)
    (product.aStride, product.bStride, product.bias) = (call.x.stride, call.weights.stride, call.bias)
    try matmul(product)
    try softmaxCrossEntropy(
      SoftmaxCrossEntropy(
        rows: rows, columns: classes, logits: MatrixInput(logits, stride: classes),
        target: .labels(call.labels, call.labelOptions), loss: call.loss, mean: call.mean,
        gradient: MatrixOutput(logits, stride: classes), scale: call.scale, gradientOfMean: call.gradientOfMean))

    if let output = call.xGradient {
      var product = Matmul(
        m: rows, n: inputs, k: classes, transposeB: true, a: logits, b: call.weights.data, c: output.data)
      (product.bStride, product.cStride) = (call.weights.stride, output.stride)
      try matmul(product)
    }
    if let output = call.weightsGradient {
      var product = Matmul(m: inputs, n: classes, k: rows, transposeA: true, a: call.x.data, b: logits, c: output.data)
      (product.aStride, product.cStride) = (call.x.stride, output.stride)
      try matmul(product)
    }
    if let output = call.biasGradient {
      try reduce(
        .sum, .eachColumn, rows: rows, columns: classes, MatrixInput(logits, stride: classes), into: output)
    }
  }
}
