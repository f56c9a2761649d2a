import Lanes
import LanesParity
import LanesReference

/// The reference with arrays for arguments.
enum Reference {
  static let backend = ReferenceBackend()

  static func matmul(
    _ m: Int, _ n: Int, _ k: Int, _ a: [Float], _ b: [Float], c: [Float]? = nil, bias: [Float]? = nil,
    _ change: (inout Matmul) -> Void = { _ in }
  ) throws -> [Float] {
    var result = c ?? [Float](repeating: .nan, count: m * n)
    try a.withUnsafeBufferPointer { a in
      try b.withUnsafeBufferPointer { b in
        try (bias ?? [0]).withUnsafeBufferPointer { row in
          try result.withUnsafeMutableBufferPointer { c in
            guard let left = a.baseAddress, let right = b.baseAddress, let product = c.baseAddress else { return }
            var call = Matmul(m: m, n: n, k: k, a: left, b: right, c: product)
            call.bias = bias == nil ? nil : row.baseAddress
            change(&call)
            try backend.matmul(call)
          }
        }
      }
    }
    return result
  }

  static func unary(_ operation: UnaryOperation, _ x: [Float]) throws -> [Float] {
    var y = x
    try backend.unary(operation, count: x.count, x, into: &y)
    return y
  }

  static func gradient(_ operation: UnaryOperation, of value: [Float], _ dy: [Float]) throws -> [Float] {
    var dx = dy
    try backend.unaryGradient(operation, count: dy.count, of: value, dy, into: &dx)
    return dx
  }

  static func binary(_ operation: BinaryOperation, _ a: [Float], _ b: [Float]) throws -> [Float] {
    var y = a
    try a.withUnsafeBufferPointer { a in
      try b.withUnsafeBufferPointer { b in
        try y.withUnsafeMutableBufferPointer { y in
          guard let a = a.baseAddress, let b = b.baseAddress, let output = y.baseAddress else { return }
          try backend.binary(
            operation, rows: 1, columns: y.count, .row(a), .row(b), into: MatrixOutput(output, stride: y.count))
        }
      }
    }
    return y
  }

  static func ternary(_ operation: TernaryOperation, _ a: Float, _ b: Float, _ c: Float) throws -> Float {
    var y: Float = 0
    try withUnsafePointer(to: a) { a in
      try withUnsafePointer(to: b) { b in
        try withUnsafePointer(to: c) { c in
          try withUnsafeMutablePointer(to: &y) { y in
            try backend.ternary(
              operation, rows: 1, columns: 1, .scalar(a), .scalar(b), .scalar(c), into: MatrixOutput(y, stride: 1))
          }
        }
      }
    }
    return y
  }

  static func reduce(
    _ operation: ReduceOperation, _ axis: Axis, rows: Int, columns: Int, _ x: [Float]
  ) throws -> [Float] {
    var y = [Float](repeating: .nan, count: axis.count(rows: rows, columns: columns))
    try x.withUnsafeBufferPointer { x in
      guard let start = x.baseAddress else { return }
      try backend.reduce(operation, axis, rows: rows, columns: columns, MatrixInput(start, stride: columns), into: &y)
    }
    return y
  }

  static func argmax(_ axis: Axis, rows: Int, columns: Int, _ x: [Float]) throws -> [Int32] {
    var y = [Int32](repeating: -1, count: axis.count(rows: rows, columns: columns))
    try x.withUnsafeBufferPointer { x in
      guard let start = x.baseAddress else { return }
      try backend.argmax(axis, rows: rows, columns: columns, MatrixInput(start, stride: columns), into: &y)
    }
    return y
  }

  static func softmax(rows: Int, columns: Int, _ x: [Float]) throws -> [Float] {
    var y = x
    try y.withUnsafeMutableBufferPointer { y in
      guard let start = y.baseAddress else { return }
      try backend.softmax(
        rows: rows, columns: columns, MatrixInput(start, stride: columns), into: MatrixOutput(start, stride: columns))
    }
    return y
  }

  static func softmaxGradient(columns: Int, of y: [Float], _ dy: [Float]) throws -> [Float] {
    var dx = dy
    try dx.withUnsafeMutableBufferPointer { dx in
      try y.withUnsafeBufferPointer { y in
        guard let start = dx.baseAddress, let value = y.baseAddress else { return }
        try backend.softmaxGradient(
          rows: y.count / columns, columns: columns, of: MatrixInput(value, stride: columns),
          MatrixInput(start, stride: columns), into: MatrixOutput(start, stride: columns))
      }
    }
    return dx
  }

  static func logSoftmax(rows: Int, columns: Int, _ x: [Float]) throws -> [Float] {
    var y = x
    try y.withUnsafeMutableBufferPointer { y in
      guard let start = y.baseAddress else { return }
      try backend.logSoftmax(
        rows: rows, columns: columns, MatrixInput(start, stride: columns), into: MatrixOutput(start, stride: columns))
    }
    return y
  }

  static func logSoftmaxGradient(columns: Int, of y: [Float], _ dy: [Float]) throws -> [Float] {
    var dx = dy
    try dx.withUnsafeMutableBufferPointer { dx in
      try y.withUnsafeBufferPointer { y in
        guard let start = dx.baseAddress, let value = y.baseAddress else { return }
        try backend.logSoftmaxGradient(
          rows: y.count / columns, columns: columns, of: MatrixInput(value, stride: columns),
          MatrixInput(start, stride: columns), into: MatrixOutput(start, stride: columns))
      }
    }
    return dx
  }

  /// (loss, gradient) with labels or with dense targets.
  static func crossEntropy(
    columns: Int, _ x: [Float], labels: [Int32]? = nil, targets: [Float] = [0], scale: Float = 1
  ) throws -> (loss: [Float], gradient: [Float]) {
    let result = try meanCrossEntropy(columns: columns, x, labels: labels, targets: targets, scale: scale, of: false)
    return (result.loss, result.gradient)
  }

  /// With the mean, and the gradient of it or of the losses.
  static func meanCrossEntropy(
    columns: Int, _ x: [Float], labels: [Int32]? = nil, targets: [Float] = [0], ignored: Int32? = nil,
    weights: [Float]? = nil, smoothing: Float = 0, scale: Float = 1, of mean: Bool = true
  ) throws -> (loss: [Float], mean: Float, gradient: [Float]) {
    let rows = x.count / columns
    var (loss, average, gradient) = ([Float](repeating: .nan, count: rows), Float.nan, x)
    let classWeights = UnsafeMutablePointer<Float>.allocate(capacity: columns)
    defer { classWeights.deallocate() }
    if let weights { classWeights.update(from: weights, count: columns) }
    let options = LabelOptions(
      ignoredLabel: ignored, classWeights: weights == nil ? nil : UnsafePointer(classWeights), smoothing: smoothing)
    try targets.withUnsafeBufferPointer { targets in
      try (labels ?? [0]).withUnsafeBufferPointer { classes in
        try loss.withUnsafeMutableBufferPointer { loss in
          try gradient.withUnsafeMutableBufferPointer { gradient in
            guard let start = gradient.baseAddress, let target = targets.baseAddress, let first = classes.baseAddress
            else { return }
            try backend.softmaxCrossEntropy(
              SoftmaxCrossEntropy(
                rows: rows, columns: columns, logits: MatrixInput(start, stride: columns),
                target: labels == nil ? .probabilities(MatrixInput(target, stride: columns)) : .labels(first, options),
                loss: loss.baseAddress, mean: &average, gradient: MatrixOutput(start, stride: columns), scale: scale,
                gradientOfMean: mean))
          }
        }
      }
    }
    return (loss, average, gradient)
  }
}

/// Values that a seed determines.
func values(_ count: Int, seed: String, in range: ClosedRange<Float>) -> [Float] {
  var generator = ParityGenerator(seed: seed)
  return (0..<count).map { _ in Float.random(in: range, using: &generator) }
}

/// The distance in units in the last place of a float64 value rounded to float32.
func unitsInLastPlace(_ actual: Float, _ exact: Double) -> Double {
  let rounded = Float(exact)
  if actual == rounded || actual.isNaN && exact.isNaN { return 0 }
  guard actual.isFinite, rounded.isFinite else { return .infinity }
  return abs(Double(actual) - exact) / Double(max(rounded.ulp, .leastNonzeroMagnitude))
}

func close(_ actual: Float, _ exact: Double, _ tolerance: Double = 1e-5) -> Bool {
  abs(Double(actual) - exact) <= tolerance * max(1, abs(exact))
}
