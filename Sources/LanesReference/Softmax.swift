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

  /// C5, C6: M of a row.
  func maximum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var largest = -Float.infinity
    for j in 0..<count { largest = BinaryOperation.maximum(largest, x[j]) }
    return largest
  }
}
