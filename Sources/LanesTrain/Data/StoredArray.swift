#if _endian(big)
  #error("The file formats are little-endian, and read into memory as they are.")
#endif

/// Numbers as files hold them: a shape of at most two sizes, and elements of one type, row by row.
public struct StoredArray: Sendable, Hashable {
  public let shape: Shape
  public let elements: Elements

  public enum Elements: Sendable, Hashable {
    case float32([Float])
    case float64([Double])
    case int32([Int32])
    case int64([Int64])
    case uint32([UInt32])
    case uint8([UInt8])
    case bool([Bool])
  }

  /// - Throws: `ModelError` where the elements do not fill the shape.
  public init(_ shape: Shape, _ elements: Elements) throws(ModelError) {
    if !shape.isValid || shape.count != elements.count {
      throw ModelError(
        operation: "array", shapes: [shape], reason: "\(elements.count) values do not fill \(shape)",
        location: SourceLocation("StoredArray", 0))
    }
    (self.shape, self.elements) = (shape, elements)
  }

  /// A vector.
  public init(_ elements: Elements) {
    (shape, self.elements) = ([elements.count], elements)
  }

  public init(_ tensor: Tensor) {
    (shape, elements) = (tensor.shape, .float32(tensor.values))
  }

  /// Of a shape and elements that are known to fit.
  init(checked shape: Shape, _ elements: Elements) {
    (self.shape, self.elements) = (shape, elements)
  }

  /// The elements as Floats: rounded to the nearest where they are not exact; true is 1.
  public var floats: [Float] {
    switch elements {
    case .float32(let values): values
    case .float64(let values): values.map { Float($0) }
    case .int32(let values): values.map { Float($0) }
    case .int64(let values): values.map { Float($0) }
    case .uint32(let values): values.map { Float($0) }
    case .uint8(let values): values.map { Float($0) }
    case .bool(let values): values.map { $0 ? 1 : 0 }
    }
  }

  /// The elements as labels; nil where one is not a whole number in the range of Int32.
  public var labels: [Int32]? {
    func exact<Value>(_ values: [Value], _ label: (Value) -> Int32?) -> [Int32]? {
      let labels = values.compactMap(label)
      return labels.count == values.count ? labels : nil
    }
    return switch elements {
    case .float32(let values): exact(values) { Int32(exactly: $0) }
    case .float64(let values): exact(values) { Int32(exactly: $0) }
    case .int32(let values): values
    case .int64(let values): exact(values) { Int32(exactly: $0) }
    case .uint32(let values): exact(values) { Int32(exactly: $0) }
    case .uint8(let values): values.map { Int32($0) }
    case .bool(let values): values.map { $0 ? 1 : 0 }
    }
  }
}

extension StoredArray.Elements {
  public var count: Int {
    switch self {
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .uint32(let values): values.count
    case .uint8(let values): values.count
    case .bool(let values): values.count
    }
  }

  public var type: NumberType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int32: .int32
    case .int64: .int64
    case .uint32: .uint32
    case .uint8: .uint8
    case .bool: .bool
    }
  }

  /// Calls `body` with the bytes of a file.
  func withBytes<Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
    switch self {
    case .float32(let values): try values.withBytes(body)
    case .float64(let values): try values.withBytes(body)
    case .int32(let values): try values.withBytes(body)
    case .int64(let values): try values.withBytes(body)
    case .uint32(let values): try values.withBytes(body)
    case .uint8(let values): try values.withBytes(body)
    case .bool(let values): try values.map { $0 ? 1 : 0 as UInt8 }.withBytes(body)
    }
  }

  init(_ type: NumberType, count: Int, at offset: Int, of source: FileSource) throws(FileError) {
    switch type {
    case .float32: self = .float32(try source.values(at: offset, count: count, zero: 0))
    case .float64: self = .float64(try source.values(at: offset, count: count, zero: 0))
    case .int32: self = .int32(try source.values(at: offset, count: count, zero: 0))
    case .int64: self = .int64(try source.values(at: offset, count: count, zero: 0))
    case .uint32: self = .uint32(try source.values(at: offset, count: count, zero: 0))
    case .uint8: self = .uint8(try source.values(at: offset, count: count, zero: 0))
    case .bool: self = .bool(try source.bytes(at: offset, count: count).map { $0 != 0 })
    }
  }

  /// The transpose of a matrix whose columns lie in memory one after another.
  func transposed(rows: Int, columns: Int) -> Self {
    func turn<Value>(_ values: [Value]) -> [Value] {
      var turned: [Value] = []
      turned.reserveCapacity(values.count)
      for row in 0..<rows {
        for column in 0..<columns { turned.append(values[column * rows + row]) }
      }
      return turned
    }
    return switch self {
    case .float32(let values): .float32(turn(values))
    case .float64(let values): .float64(turn(values))
    case .int32(let values): .int32(turn(values))
    case .int64(let values): .int64(turn(values))
    case .uint32(let values): .uint32(turn(values))
    case .uint8(let values): .uint8(turn(values))
    case .bool(let values): .bool(turn(values))
    }
  }
}

extension Array where Element: BitwiseCopyable {
  /// `withUnsafeBytes`, with the type of the error.
  func withBytes<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    try withUnsafeBufferPointer { (values) throws(Failure) in try body(UnsafeRawBufferPointer(values)) }
  }
}

/// What an element of a `StoredArray` is.
public enum NumberType: String, Sendable, Hashable, CaseIterable {
  case float32, float64, int32, int64, uint32, uint8, bool

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32, .uint32: 4
    case .uint8, .bool: 1
    }
  }
}
