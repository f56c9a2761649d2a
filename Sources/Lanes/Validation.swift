/// The checks that every backend makes before it writes: the same as the C library's, with the values for the message.

/// Sizes and strides multiply below this without overflowing, in bytes too.
private let mostElements = 1 << 59

/// What a matrix, a vector (one row) or a broadcast operand (stride 0) touches.
struct Extent {
  var start: UInt
  var rows: Int, columns: Int, stride: Int

  init(_ data: UnsafeRawPointer, rows: Int, columns: Int, stride: Int) {
    (start, self.rows, self.columns, self.stride) = (UInt(bitPattern: data), rows, columns, stride)
  }
  init(_ data: UnsafeRawPointer, count: Int) {
    self.init(data, rows: Swift.min(count, 1), columns: count, stride: count)
  }

  private var end: UInt { start + 4 * UInt((rows - 1) * stride + columns) }

  /// Whether the two share an element. Two matrices of one stride may lie beside each other in the same rows.
  func overlaps(_ other: Extent) -> Bool {
    guard rows > 0, columns > 0, other.rows > 0, other.columns > 0 else { return false }
    guard start < other.end, other.start < end else { return false }
    let distance = Int(bitPattern: other.start &- start)
    guard stride == other.stride, stride > 0, distance % 4 == 0 else { return true }
    let rest = distance / 4 % stride
    let shift = rest < 0 ? rest + stride : rest
    return shift < columns || shift > stride - other.columns
  }

  /// Whether an elementwise output may be written here while the other is read: apart, or the same element for element.
  func mayBe(_ input: Extent) -> Bool {
    let same =
      start == input.start && rows == input.rows && columns == input.columns && (stride == input.stride || rows <= 1)
    return same || !overlaps(input)
  }
}

/// Collects the checks of one call; each throws what it finds, in the operation's name.
struct Check {
  /// A name, or an operation of the enumerations: only an error spells it out, for that takes long.
  let operation: any Sendable
  var isGradient = false

  func fail(_ reason: LanesError.Reason) -> LanesError {
    LanesError("\(operation)\(isGradient ? " gradient" : "")", reason)
  }

  func size(_ name: String, _ value: Int) throws(LanesError) {
    if value < 0 { throw fail(.negativeSize(name: name, value: value)) }
    if value > mostElements { throw fail(.tooLarge(name: name, sizes: [value])) }
  }

  func product(_ name: String, _ a: Int, _ b: Int) throws(LanesError) {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow || product > mostElements { throw fail(.tooLarge(name: name, sizes: [a, b])) }
  }

  func matrix(
    _ name: String, _ data: UnsafeRawPointer, rows: Int, columns: Int, stride: Int
  ) throws(LanesError) -> Extent {
    try size("rows", rows)
    try size("columns", columns)
    try product(name, rows, columns)
    if rows > 1, columns > 0 {
      if stride < columns { throw fail(.strideTooShort(name: name, stride: stride, columns: columns)) }
      try product(name, rows, stride)
    }
    return Extent(data, rows: rows, columns: columns, stride: stride)
  }

  func operand(_ name: String, _ operand: Operand, rows: Int, columns: Int) throws(LanesError) -> Extent {
    guard operand.rowStride >= 0, operand.columnStride == 0 || operand.columnStride == 1 else {
      throw fail(.broadcastStride(name: name, rowStride: operand.rowStride, columnStride: operand.columnStride))
    }
    let extent = Extent(
      operand.data, rows: operand.rowStride == 0 ? 1 : rows, columns: operand.columnStride == 0 ? 1 : columns,
      stride: operand.rowStride)
    try product(name, extent.rows, extent.stride)
    return extent
  }

  func disjoint(_ output: String, _ a: Extent, _ input: String, _ b: Extent) throws(LanesError) {
    if a.overlaps(b) { throw fail(.overlap(output: output, input: input)) }
  }

  func inPlace(_ output: String, _ a: Extent, _ input: String, _ b: Extent) throws(LanesError) {
    if !a.mayBe(b) { throw fail(.overlap(output: output, input: input)) }
  }
}

extension Matmul {
  public func validate() throws(LanesError) { try validate(packedB: nil, layout: "") }

  /// Whether m and n are such that something is written, and A and B are read.
  private var reads: Bool { m > 0 && n > 0 && k > 0 && alpha != 0 }
  private var rowsOfA: (rows: Int, columns: Int) { transposeA ? (k, m) : (m, k) }
  private var rowsOfB: (rows: Int, columns: Int) { transposeB ? (n, k) : (k, n) }

  /// `layout` is what the backend reads.
  public func validate(packedB: PackedMatrix?, layout: String) throws(LanesError) {
    if let packedB, packedB.layout != layout {
      throw LanesError("matmul", .packedLayout(packedB.layout, needed: layout))
    }
    try validate(packedB: packedB, lookingAtPointers: true)
  }

  /// What can be said before there are pointers: of bias and gradientValue, only whether there are any matters.
  public func validateShape(packedB: PackedMatrix? = nil) throws(LanesError) {
    try validate(packedB: packedB, lookingAtPointers: false)
  }

  private func validate(packedB: PackedMatrix?, lookingAtPointers: Bool) throws(LanesError) {
    let check = Check(operation: "matmul")
    for (name, value) in [("m", m), ("n", n), ("k", k)] { try check.size(name, value) }
    let product = try check.matrix("c", c, rows: m, columns: n, stride: cStride)
    if m == 0 || n == 0 { return }
    func apart(_ name: String, _ input: Extent) throws(LanesError) {
      if lookingAtPointers { try check.disjoint("c", product, name, input) }
    }
    if reads {
      try apart("a", check.matrix("a", a, rows: rowsOfA.rows, columns: rowsOfA.columns, stride: aStride))
      if let packedB {
        if packedB.k != k || packedB.n != n {
          throw check.fail(.packedShape(k: k, n: n, packedK: packedB.k, packedN: packedB.n))
        }
        try apart("packedB", Extent(packedB.floats, count: packedB.count))
      } else {
        try apart("b", check.matrix("b", b, rows: rowsOfB.rows, columns: rowsOfB.columns, stride: bStride))
      }
    }
    if let gradientValue {
      try apart(
        "gradientValue",
        check.matrix("gradientValue", gradientValue, rows: m, columns: n, stride: gradientValueStride))
    }
    if let bias { try apart("bias", Extent(bias, count: n)) }
  }

  public func validate(packedB: PackedMatrix?, layout: String, batch: MatmulBatch) throws(LanesError) {
    let check = Check(operation: "matmul")
    if let packedB, packedB.layout != layout { throw check.fail(.packedLayout(packedB.layout, needed: layout)) }
    try check.size("count", batch.count)
    if batch.count == 0 || m == 0 || n == 0 { return }
    try validate(packedB: packedB, layout: layout)
    if batch.count == 1 { return }

    /// From the first element of the first matrix to the last of the last one.
    func reach(
      _ name: String, _ data: UnsafePointer<Float>, _ step: Int, _ size: (rows: Int, columns: Int), _ stride: Int
    ) throws(LanesError) -> Extent {
      try check.size("\(name)Step", step)
      let (steps, tooMany) = batch.count.multipliedReportingOverflow(by: step)
      let (matrix, tooLong) = size.rows.multipliedReportingOverflow(by: stride)
      let (whole, tooFar) = steps.addingReportingOverflow(matrix)
      if tooMany || tooLong || tooFar || whole > mostElements {
        throw check.fail(.tooLarge(name: "the batch's \(name)", sizes: [batch.count, step]))
      }
      if size.rows == 0 || size.columns == 0 { return Extent(data, count: 0) }
      return Extent(data, count: (batch.count - 1) * step + (size.rows - 1) * stride + size.columns)
    }
    let left = try reach("a", a, batch.aStep, rowsOfA, aStride)
    let right = packedB == nil ? try reach("b", b, batch.bStep, rowsOfB, bStride) : Extent(b, count: 0)
    let products = try reach("c", c, batch.cStep, (m, n), cStride)
    let value =
      if let gradientValue {
        try reach("gradientValue", gradientValue, batch.gradientValueStep, (m, n), gradientValueStride)
      } else {
        Extent(c, count: 0)
      }
    let isBehind = batch.cStep >= (m - 1) * cStride + n
    let isBeside = batch.cStep >= n && batch.cStep <= cStride / batch.count
    if !isBehind && !isBeside { throw check.fail(.batchOverlap(name: "c", step: batch.cStep)) }
    if reads {
      try check.disjoint("c", products, "a", left)
      try check.disjoint("c", products, "b", right)
    }
    if let bias { try check.disjoint("c", products, "bias", Extent(bias, count: n)) }
    try check.disjoint("c", products, "gradientValue", value)
  }
}

extension Update {
  /// Whether `count` elements at `parameter` may be updated so.
  public func validate(
    _ parameter: UnsafeMutablePointer<Float>, count: Int, options: UpdateOptions = UpdateOptions()
  ) throws(LanesError) {
    let check = Check(operation: name)
    try check.size("count", count)
    var arrays = [("parameter", UnsafeRawPointer(parameter))]
    var written: Int
    switch self {
    case .sgd(let gradient, _):
      arrays.append(("gradient", UnsafeRawPointer(gradient)))
      written = 1
    case .momentum(let velocity, let gradient, _, _, _):
      arrays += [("velocity", UnsafeRawPointer(velocity)), ("gradient", UnsafeRawPointer(gradient))]
      written = 2
    case .adagrad(let accumulator, let gradient, _, _):
      arrays += [("accumulator", UnsafeRawPointer(accumulator)), ("gradient", UnsafeRawPointer(gradient))]
      written = 2
    case .rmsProp(let meanSquare, let velocity, let gradient, _, _, _, _):
      arrays += [
        ("meanSquare", UnsafeRawPointer(meanSquare)), ("velocity", UnsafeRawPointer(velocity)),
        ("gradient", UnsafeRawPointer(gradient)),
      ]
      written = 3
    case .adam(let first, let second, let gradient, _, _, _, _):
      arrays += [
        ("firstMoment", UnsafeRawPointer(first)), ("secondMoment", UnsafeRawPointer(second)),
        ("gradient", UnsafeRawPointer(gradient)),
      ]
      written = 3
    case .movingAverage(let of, _):
      arrays = [("average", UnsafeRawPointer(parameter)), ("parameter", UnsafeRawPointer(of))]
      written = 1
    }
    if case .movingAverage = self {
    } else if let average = options.average {
      arrays.insert(("average", UnsafeRawPointer(average)), at: written)
      written += 1
    }
    for i in arrays.indices {
      for j in 0..<Swift.min(i, written) {
        try check.disjoint(
          arrays[j].0, Extent(arrays[j].1, count: count), arrays[i].0, Extent(arrays[i].1, count: count))
      }
    }
  }

  public var name: String {
    switch self {
    case .sgd: "sgd"
    case .momentum: "momentum"
    case .adagrad: "adagrad"
    case .rmsProp: "rmsProp"
    case .adam: "adam"
    case .movingAverage: "movingAverage"
    }
  }
}

/// The checks of the operations that take their arguments one by one. A backend calls them, or makes its own.
public enum Validate {
  public static func packing(
    k: Int, n: Int, transposeB: Bool, _ b: UnsafePointer<Float>, stride: Int
  ) throws(LanesError) {
    let check = Check(operation: "matmul packing")
    for (name, value) in [("k", k), ("n", n)] { try check.size(name, value) }
    _ = try check.matrix("b", b, rows: transposeB ? n : k, columns: transposeB ? k : n, stride: stride)
  }

  public static func unary(
    _ operation: UnaryOperation, count: Int, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    let check = Check(operation: operation)
    try check.size("count", count)
    try check.inPlace("y", Extent(y, count: count), "x", Extent(x, count: count))
  }

  public static func unaryGradient(
    _ operation: UnaryOperation, count: Int, of value: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>
  ) throws(LanesError) {
    let check = Check(operation: operation, isGradient: true)
    try check.size("count", count)
    try check.inPlace("dx", Extent(dx, count: count), "value", Extent(value, count: count))
    try check.inPlace("dx", Extent(dx, count: count), "dy", Extent(dy, count: count))
  }

  public static func elementwise(
    _ operation: any Sendable, rows: Int, columns: Int, _ a: Operand, _ b: Operand, _ c: Operand? = nil,
    into output: MatrixOutput
  ) throws(LanesError) {
    let check = Check(operation: operation)
    let out = try check.matrix("output", output.data, rows: rows, columns: columns, stride: output.stride)
    if rows == 0 || columns == 0 { return }
    try check.inPlace("output", out, "a", try check.operand("a", a, rows: rows, columns: columns))
    try check.inPlace("output", out, "b", try check.operand("b", b, rows: rows, columns: columns))
    if let c { try check.inPlace("output", out, "c", try check.operand("c", c, rows: rows, columns: columns)) }
  }

  public static func reduce(
    _ operation: any Sendable, _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput,
    into output: UnsafeMutableRawPointer
  ) throws(LanesError) {
    let check = Check(operation: operation)
    let input = try check.matrix("x", x.data, rows: rows, columns: columns, stride: x.stride)
    try check.disjoint("output", Extent(output, count: axis.count(rows: rows, columns: columns)), "x", input)
  }

  public static func argmax(
    _ axis: Axis, rows: Int, columns: Int, _ x: MatrixInput, into output: UnsafeMutablePointer<Int32>
  ) throws(LanesError) {
    let check = Check(operation: "argmax")
    try reduce("argmax", axis, rows: rows, columns: columns, x, into: output)
    let each = axis == .everything ? rows * columns : axis == .eachRow ? columns : rows
    if axis.count(rows: rows, columns: columns) > 0, each == 0 {
      throw check.fail(.empty(name: "\(rows) × \(columns)"))
    }
    if each > Int(Int32.max) { throw check.fail(.tooLarge(name: "an index", sizes: [rows, columns])) }
  }

  public static func softmax(
    _ operation: String = "softmax", rows: Int, columns: Int, _ x: MatrixInput, into y: MatrixOutput
  ) throws(LanesError) {
    let check = Check(operation: operation)
    let input = try check.matrix("x", x.data, rows: rows, columns: columns, stride: x.stride)
    let output = try check.matrix("y", y.data, rows: rows, columns: columns, stride: y.stride)
    if rows > 0, columns == 0 { throw check.fail(.empty(name: "a row of no classes")) }
    try check.inPlace("y", output, "x", input)
  }

  public static func softmaxGradient(
    _ operation: String = "softmax", rows: Int, columns: Int, of y: MatrixInput, _ dy: MatrixInput,
    into dx: MatrixOutput
  ) throws(LanesError) {
    let check = Check(operation: operation, isGradient: true)
    let value = try check.matrix("y", y.data, rows: rows, columns: columns, stride: y.stride)
    let upstream = try check.matrix("dy", dy.data, rows: rows, columns: columns, stride: dy.stride)
    let output = try check.matrix("dx", dx.data, rows: rows, columns: columns, stride: dx.stride)
    if rows > 0, columns == 0 { throw check.fail(.empty(name: "a row of no classes")) }
    try check.inPlace("dx", output, "y", value)
    try check.inPlace("dx", output, "dy", upstream)
  }
}
