import Lanes

extension ReferenceBackend {
  /// y = exp(x − M) / Σ exp(x − M) of each row, rows × columns. C6.
  public func softmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError) {
    try Validate.softmax(rows: rows, columns: columns, x, into: y)
    for i in 0..<rows {
      let input = x.data + i * x.stride
      let output = y.data + i * y.stride
      let largest = maximum(input, count: columns)
      for j in 0..<columns { output[j] = Transcendental.exp(input[j] - largest) }
      let r = 1 / laneSum(output, count: columns)
      for j in 0..<columns { output[j] *= r }
    }
  }

  /// dx = (dy − Σ dy·y)·y of each row, rows × columns, from softmax's output y. C6.
  public func softmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError) {
    try Validate.softmaxGradient(rows: rows, columns: columns, of: y, dy, into: dx)
    for i in 0..<rows {
      let value = y.data + i * y.stride
      let upstream = dy.data + i * dy.stride
      let output = dx.data + i * dx.stride
      let t = laneDot(upstream, value, count: columns)
      for j in 0..<columns { output[j] = (upstream[j] - t) * value[j] }
    }
  }

  /// y = (x − M) − log Σ exp(x − M) of each row, rows × columns. C6.
  public func logSoftmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError) {
    try Validate.softmax("logSoftmax", rows: rows, columns: columns, x, into: y)
    for i in 0..<rows {
      let input = x.data + i * x.stride
      let output = y.data + i * y.stride
      let largest = maximum(input, count: columns)
      let s = foldLanes(columns) { j, lane in lane + Transcendental.exp(input[j] - largest) }
      let logarithm = Transcendental.log(s)
      for j in 0..<columns { output[j] = (input[j] - largest) - logarithm }
    }
  }

  /// dx = dy − exp(y)·Σ dy of each row, rows × columns, from log-softmax's output y. C6.
  public func logSoftmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError) {
    try Validate.softmaxGradient("logSoftmax", rows: rows, columns: columns, of: y, dy, into: dx)
    for i in 0..<rows {
      let value = y.data + i * y.stride
      let upstream = dy.data + i * dy.stride
      let output = dx.data + i * dx.stride
      let t = laneSum(upstream, count: columns)
      for j in 0..<columns { output[j] = fma(-Transcendental.exp(value[j]), t, upstream[j]) }
    }
  }

  /// loss = −Σ t·log softmax(x) of each row, and gradient = (softmax(x) − t)·scale, rows × columns. C6.
  public func softmaxCrossEntropy(_ call: SoftmaxCrossEntropy) throws(LanesError) {
    try call.validate()
    for i in 0..<call.rows {
      let x = call.logits.data + i * call.logits.stride
      let largest = maximum(x, count: call.columns)
      let s = foldLanes(call.columns) { j, lane in lane + Transcendental.exp(x[j] - largest) }
      let r = 1 / s
      let logarithm = Transcendental.log(s)

      // The loss before the gradient: the gradient may be written over the logits.
      switch call.target {
      case .labels(let labels):
        let label = Int(labels[i])
        if let loss = call.loss { loss[i] = logarithm - (x[label] - largest) }
        guard let gradient = call.gradient else { continue }
        let output = gradient.data + i * gradient.stride
        for j in 0..<call.columns {
          let p = Transcendental.exp(x[j] - largest) * r
          output[j] = (j == label ? p - 1 : p) * call.scale
        }

      case .probabilities(let targets):
        let t = targets.data + i * targets.stride
        if let loss = call.loss {
          loss[i] = foldLanes(call.columns) { j, lane in
            lane + (t[j] == 0 ? 0 : t[j] * (logarithm - (x[j] - largest)))
          }
        }
        guard let gradient = call.gradient else { continue }
        let output = gradient.data + i * gradient.stride
        for j in 0..<call.columns {
          let p = Transcendental.exp(x[j] - largest) * r
          output[j] = (p - t[j]) * call.scale
        }
      }
    }
  }

  /// C5, C6: M of a row.
  private func maximum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var largest = -Float.infinity
    for j in 0..<count { largest = BinaryOperation.maximum(largest, x[j]) }
    return largest
  }
}
