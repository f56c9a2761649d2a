import Lanes

/// What may be wrong with a backend.
enum Defect: String, CaseIterable, Sendable {
  /// The last element differs in its last bit, where the rows are no multiple of 8 long.
  case tailBit
  /// The last element differs in its last bit, where there are more than 1000.
  case largeTailBit
  /// One NaN of the results becomes 0.
  case launderedNaN
  case writesPastTheEnd, writesBeforeTheStart, writesInAGap, writesAnInput
  /// The last element is not written.
  case forgetsTheLast
  case refusesEverything, acceptsEverything, throwsAnotherError, writesBeforeItThrows
}

/// The native backend with one defect.
struct DefectiveBackend: Backend {
  let defect: Defect
  let base: NativeBackend

  init(_ defect: Defect) throws(LanesError) {
    self.defect = defect
    base = try NativeBackend(threads: 1)
  }

  var name: String { "native with \(defect)" }

  /// Words that a call writes, rows × columns, and words that it reads.
  private struct Site {
    let output: UnsafeMutableRawPointer, rows: Int, columns: Int, stride: Int
    let input: UnsafeRawPointer?
    var isInPlace: Bool { input == UnsafeRawPointer(output) }

    func word(_ i: Int, _ j: Int) -> UnsafeMutablePointer<UInt32> {
      output.assumingMemoryBound(to: UInt32.self) + (i == 0 ? j : i * stride + j)
    }
  }

  private func run(_ sites: Site?..., call: () throws(LanesError) -> Void) throws(LanesError) {
    guard let site = sites.compactMap({ $0 }).first else { return try call() }
    // Sizes to be refused may be any numbers.
    let sizes = 1...1_000_000
    let isWritten = sizes ~= site.rows && sizes ~= site.columns && (site.rows == 1 || sizes ~= site.stride)
    let last = isWritten ? site.word(site.rows - 1, site.columns - 1) : nil
    let before = last?.pointee
    do throws(LanesError) {
      if defect == .refusesEverything { throw LanesError("everything", .other("is refused")) }
      try call()
    } catch {
      switch defect {
      case .acceptsEverything: return
      case .throwsAnotherError: throw LanesError(error.operation, .other("something"))
      case .writesBeforeItThrows:
        site.word(0, 0).pointee ^= 1
        throw error
      default: throw error
      }
    }
    guard let last, let before else { return }
    switch defect {
    case .tailBit: if site.columns % 8 != 0 { last.pointee ^= 1 }
    case .largeTailBit: if site.rows * site.columns > 1000 { last.pointee ^= 1 }
    case .launderedNaN:
      for i in 0..<site.rows {
        for j in 0..<site.columns where Float(bitPattern: site.word(i, j).pointee).isNaN {
          site.word(i, j).pointee = 0
          return
        }
      }
    case .writesPastTheEnd: (last + 1).pointee = 0
    case .writesBeforeTheStart: (site.word(0, 0) - 1).pointee = 0
    case .writesInAGap: if site.rows > 1, site.stride > site.columns { site.word(0, site.columns).pointee = 0 }
    case .writesAnInput:
      if let input = site.input, !site.isInPlace {
        UnsafeMutableRawPointer(mutating: input).assumingMemoryBound(to: UInt32.self).pointee ^= 1
      }
    case .forgetsTheLast: last.pointee = before
    default: break
    }
  }

  func matmul(_ call: Matmul) throws(LanesError) {
    let reads = call.k > 0
    let site = Site(output: call.c, rows: call.m, columns: call.n, stride: call.cStride, input: reads ? call.a : nil)
    try run(site) { () throws(LanesError) in try base.matmul(call) }
  }

  func unary(
    _ operation: UnaryOperation, count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    try run(Site(output: y, rows: 1, columns: count, stride: count, input: x)) { () throws(LanesError) in
      try base.unary(operation, count: count, x, into: y)
    }
  }

  func unaryGradient(
    _ operation: UnaryOperation, count: Int, of value: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    try run(Site(output: dx, rows: 1, columns: count, stride: count, input: value)) { () throws(LanesError) in
      try base.unaryGradient(operation, count: count, of: value, dy, into: dx)
    }
  }

  func binary(
    _ operation: BinaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, into output: MatrixOutput
  ) throws(LanesError) {
    let site = Site(output: output.data, rows: rows, columns: columns, stride: output.stride, input: a.data)
    try run(site) { () throws(LanesError) in
      try base.binary(operation, rows: rows, columns: columns, a, b, into: output)
    }
  }

  func ternary(
    _ operation: TernaryOperation, rows: Int, columns: Int, _ a: Operand, _ b: Operand, _ c: Operand,
    into output: MatrixOutput
  ) throws(LanesError) {
    let site = Site(output: output.data, rows: rows, columns: columns, stride: output.stride, input: b.data)
    try run(site) { () throws(LanesError) in
      try base.ternary(operation, rows: rows, columns: columns, a, b, c, into: output)
    }
  }

  func reduce(
    _ operation: ReduceOperation, _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput,
    into output: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    let count = axis.count(rows: rows, columns: columns)
    let input = rows > 0 && columns > 0 ? UnsafeRawPointer(x.data) : nil
    try run(Site(output: output, rows: 1, columns: count, stride: count, input: input)) { () throws(LanesError) in
      try base.reduce(operation, axis, rows: rows, columns: columns, x, into: output)
    }
  }

  func argmax(
    _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput, into output: UnsafeMutablePointer<Int32>
  ) throws(LanesError) {
    let count = axis.count(rows: rows, columns: columns)
    try run(Site(output: output, rows: 1, columns: count, stride: count, input: x.data)) { () throws(LanesError) in
      try base.argmax(axis, rows: rows, columns: columns, x, into: output)
    }
  }

  func softmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError) {
    let site = Site(output: y.data, rows: rows, columns: columns, stride: y.stride, input: x.data)
    try run(site) { () throws(LanesError) in try base.softmax(rows: rows, columns: columns, x, into: y) }
  }

  func softmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError) {
    let site = Site(output: dx.data, rows: rows, columns: columns, stride: dx.stride, input: y.data)
    try run(site) { () throws(LanesError) in
      try base.softmaxGradient(rows: rows, columns: columns, of: y, dy, into: dx)
    }
  }

  func logSoftmax(rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput) throws(LanesError) {
    let site = Site(output: y.data, rows: rows, columns: columns, stride: y.stride, input: x.data)
    try run(site) { () throws(LanesError) in try base.logSoftmax(rows: rows, columns: columns, x, into: y) }
  }

  func logSoftmaxGradient(
    rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput, into dx: MatrixOutput
  ) throws(LanesError) {
    let site = Site(output: dx.data, rows: rows, columns: columns, stride: dx.stride, input: y.data)
    try run(site) { () throws(LanesError) in
      try base.logSoftmaxGradient(rows: rows, columns: columns, of: y, dy, into: dx)
    }
  }

  func softmaxCrossEntropy(_ call: SoftmaxCrossEntropy) throws(LanesError) {
    let gradient = call.gradient.map {
      Site(output: $0.data, rows: call.rows, columns: call.columns, stride: $0.stride, input: call.logits.data)
    }
    let loss = call.loss.map {
      Site(output: $0, rows: 1, columns: call.rows, stride: call.rows, input: call.logits.data)
    }
    try run(gradient, loss) { () throws(LanesError) in try base.softmaxCrossEntropy(call) }
  }

  func linearCrossEntropy(_ call: LinearCrossEntropy) throws(LanesError) {
    let gradient = call.xGradient.map {
      Site(output: $0.data, rows: call.rows, columns: call.inputs, stride: $0.stride, input: call.x.data)
    }
    let loss = call.loss.map { Site(output: $0, rows: 1, columns: call.rows, stride: call.rows, input: call.x.data) }
    try run(gradient, loss) { () throws(LanesError) in try base.linearCrossEntropy(call) }
  }

  func update(
    _ parameter: UnsafeMutablePointer<Float>, count: Int, by update: Update, options: UpdateOptions
  ) throws(LanesError) {
    let input: UnsafeRawPointer =
      switch update {
      case .sgd(let gradient, _), .momentum(_, let gradient, _, _, _), .adagrad(_, let gradient, _, _),
        .rmsProp(_, _, let gradient, _, _, _, _), .adam(_, _, let gradient, _, _, _, _):
        UnsafeRawPointer(gradient)
      case .movingAverage(let source, _): UnsafeRawPointer(source)
      }
    try run(Site(output: parameter, rows: 1, columns: count, stride: count, input: input)) { () throws(LanesError) in
      try base.update(parameter, count: count, by: update, options: options)
    }
  }
}
