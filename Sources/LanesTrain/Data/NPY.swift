/// NumPy's format of one array: what `numpy.save` writes and `numpy.load` reads.
///
/// Versions 1 to 3, little-endian, in C or Fortran order, of the types of `NumberType` and at most two sizes.
/// <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>
///
///     6 bytes      0x93 "NUMPY"
///     2 bytes      the version
///     2 or 4       the length n of the header: 2 bytes in version 1
///     n bytes      {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, spaces, a line feed
///     the rest     the elements
public enum NPY {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// What NumPy itself accepts is 10,000 unless it is told to trust the file.
  static let longestHeader = 1 << 16

  /// Reads a file. In Fortran order the elements are put into C order.
  ///
  /// - Throws: `FileError` where the file cannot be read; where it is no NPY file, is cut off or longer than its shape says;
  ///   where its type, byte order or number of sizes is not supported.
  public static func read(_ path: String) throws(FileError) -> StoredArray {
    try read(FileSource(path: path))
  }

  /// Reads the bytes of a file; errors call it by this name.
  public static func decode(_ bytes: [UInt8], name: String = "npy") throws(FileError) -> StoredArray {
    try read(FileSource(bytes, name: name))
  }

  /// Writes a file in version 1.0 and C order, or replaces the one that is there as a whole.
  public static func write(_ array: StoredArray, to path: String) throws(FileError) {
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      try file.write(header(of: array))
      try array.elements.withBytes { (bytes) throws(FileError) in try file.write(bytes) }
    }
  }

  /// The bytes of a file.
  public static func encode(_ array: StoredArray) -> [UInt8] {
    var bytes = header(of: array)
    array.elements.withBytes { bytes.append(contentsOf: $0) }
    return bytes
  }

  static func read(_ source: FileSource) throws(FileError) -> StoredArray {
    let prefix = try source.bytes(count: min(source.size, 12))
    guard prefix.count >= 10, prefix.starts(with: magic) else {
      throw source.malformed("not an NPY file: it does not begin with 0x93 NUMPY and a version")
    }
    let lengthBytes: Int
    switch prefix[6] {
    case 1: lengthBytes = 2
    case 2, 3: lengthBytes = 4
    default: throw source.unsupported("NPY version \(prefix[6]).\(prefix[7]) is not supported")
    }
    guard prefix.count >= 8 + lengthBytes else { throw source.malformed("the file is cut off within its header") }
    let length = prefix[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthBytes + length
    guard length <= longestHeader else { throw source.malformed("the NPY header would have \(length) bytes") }
    guard start <= source.size else { throw source.malformed("the file is cut off within its header") }
    let header = try NPYHeader(try source.bytes(at: 8 + lengthBytes, count: length), of: source)
    let (count, size) = (header.shape.count, source.size - start)
    guard size == count * header.type.size else {
      throw source.malformed(
        "\(header.type) \(header.shape) needs \(count * header.type.size) bytes, but there are \(size)")
    }
    let elements = try StoredArray.Elements(header.type, count: count, at: start, of: source)
    let isTurned = header.isFortranOrder && header.shape.rank == 2
    return StoredArray(
      checked: header.shape,
      isTurned ? elements.transposed(rows: header.shape.rows, columns: header.shape.columns) : elements)
  }

  /// Everything before the elements, which begin at a multiple of 64 bytes.
  private static func header(of array: StoredArray) -> [UInt8] {
    let sizes = array.shape.dimensions.map { "\($0)," }.joined(separator: " ")
    let shape = array.shape.rank == 1 ? "(\(sizes))" : "(\(sizes.dropLast()))"
    let type = NPYHeader.description(of: array.elements.type)
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)] + Array(text.utf8)
  }
}

/// What the header of an NPY file says: a Python dictionary of three entries.
struct NPYHeader {
  let type: NumberType
  let isFortranOrder: Bool
  let shape: Shape

  /// NumPy's name of a type.
  static func description(of type: NumberType) -> String {
    switch type {
    case .float32: "<f4"
    case .float64: "<f8"
    case .int32: "<i4"
    case .int64: "<i8"
    case .uint32: "<u4"
    case .uint8: "|u1"
    case .bool: "|b1"
    }
  }

  init(_ bytes: [UInt8], of source: FileSource) throws(FileError) {
    var scanner = Scanner(rest: bytes[...])
    let damaged = source.malformed("the NPY header is damaged: \(String(decoding: bytes.prefix(200), as: UTF8.self))")
    var (type, order, sizes): (String?, Bool?, [Int]?) = (nil, nil, nil)
    guard scanner.skip("{") else { throw damaged }
    while !scanner.skip("}") {
      guard let key = scanner.string(), scanner.skip(":") else { throw damaged }
      switch key {
      case "descr" where type == nil:
        if scanner.skip("[") { throw source.unsupported("arrays of records are not supported") }
        type = scanner.string()
        if type == nil { throw damaged }
      case "fortran_order" where order == nil:
        order = scanner.skip("True") ? true : scanner.skip("False") ? false : nil
        if order == nil { throw damaged }
      case "shape" where sizes == nil:
        sizes = scanner.tuple()
        if sizes == nil { throw damaged }
      default: throw damaged
      }
      guard scanner.skip(",") || scanner.isAt("}") else { throw damaged }
    }
    guard let type, let order, let sizes, scanner.isAtEnd else { throw damaged }
    guard let known = NumberType.allCases.first(where: { Self.description(of: $0) == type }) else {
      let supported = NumberType.allCases.map(Self.description(of:)).joined(separator: ", ")
      throw source.unsupported("arrays of type '\(type)' are not supported; these are: \(supported)")
    }
    guard sizes.count <= 2 else {
      throw source.unsupported("an array of \(sizes.count) sizes is not supported; at most 2 are")
    }
    guard Shape(sizes).isValid else { throw source.malformed("the shape \(Shape(sizes)) is impossible") }
    (self.type, isFortranOrder, shape) = (known, order, Shape(sizes))
  }

  /// Takes the pieces of a Python expression from the front; spaces between them do not matter.
  private struct Scanner {
    var rest: ArraySlice<UInt8>

    private mutating func skipSpaces() {
      rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t") }
    }

    var isAtEnd: Bool {
      mutating get {
        skipSpaces()
        return rest.isEmpty
      }
    }

    mutating func isAt(_ text: String) -> Bool {
      skipSpaces()
      return rest.starts(with: text.utf8)
    }

    mutating func skip(_ text: String) -> Bool {
      guard isAt(text) else { return false }
      rest = rest.dropFirst(text.utf8.count)
      return true
    }

    /// A text in quotes of either kind, without escapes.
    mutating func string() -> String? {
      skipSpaces()
      guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { return nil }
      let text = rest.dropFirst().prefix { $0 != quote && $0 != UInt8(ascii: "\\") }
      guard text.endIndex < rest.endIndex, rest[text.endIndex] == quote else { return nil }
      rest = rest[(text.endIndex + 1)...]
      return String(validating: text, as: UTF8.self)
    }

    /// Whole numbers in parentheses.
    mutating func tuple() -> [Int]? {
      var numbers: [Int] = []
      guard skip("(") else { return nil }
      while !skip(")") {
        skipSpaces()
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        numbers.append(number)
        rest = rest[digits.endIndex...]
        guard skip(",") || isAt(")") else { return nil }
      }
      return numbers
    }
  }
}
