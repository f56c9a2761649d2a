/// The header of a safetensors file, which is JSON of one form:
/// an object of tensors, each with dtype, shape and data_offsets, and `__metadata__`, an object of strings.
struct SafetensorsHeader {
  var tensors: [Tensor] = []
  var metadata: [String: String] = [:]

  struct Tensor {
    let name: String
    let type: NumberType
    let shape: Shape
    /// Bytes, counted from the end of the header.
    let begin: Int, end: Int
  }

  static func name(of type: NumberType) -> String {
    switch type {
    case .float32: "F32"
    case .float64: "F64"
    case .int32: "I32"
    case .int64: "I64"
    case .uint32: "U32"
    case .uint8: "U8"
    case .bool: "BOOL"
    }
  }

  /// A JSON string.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension SafetensorsHeader {
  /// Reads this form and no other, so nothing nests deeper than its four levels.
  struct Parser {
    private let bytes: [UInt8]
    private let source: FileSource
    private var position = 0

    init(_ bytes: [UInt8], of source: FileSource) {
      (self.bytes, self.source) = (bytes, source)
    }

    mutating func header() throws(FileError) -> SafetensorsHeader {
      var result = SafetensorsHeader()
      var names: Set<String> = []
      try object { (parser, name) throws(FileError) in
        guard names.insert(name).inserted else { throw parser.malformed("the name '\(name)' occurs twice") }
        if name == "__metadata__" {
          try parser.object { (parser, key) throws(FileError) in
            guard result.metadata.updateValue(try parser.string(), forKey: key) == nil else {
              throw parser.malformed("the metadata '\(key)' occurs twice")
            }
          }
        } else {
          result.tensors.append(try parser.tensor(name))
        }
      }
      skipSpaces()
      if position != bytes.count { throw malformed("something follows the closing brace") }
      return result
    }

    private mutating func tensor(_ name: String) throws(FileError) -> Tensor {
      var (type, shape, offsets): (String?, [Int]?, [Int]?) = (nil, nil, nil)
      try object { (parser, key) throws(FileError) in
        switch key {
        case "dtype" where type == nil: type = try parser.string()
        case "shape" where shape == nil: shape = try parser.integers()
        case "data_offsets" where offsets == nil: offsets = try parser.integers()
        default: throw parser.malformed("tensor '\(name)' has '\(key)', or has it twice")
        }
      }
      guard let type, let shape, let offsets, offsets.count == 2 else {
        throw malformed("tensor '\(name)' needs dtype, shape and two data_offsets")
      }
      guard let known = NumberType.allCases.first(where: { SafetensorsHeader.name(of: $0) == type }) else {
        throw source.unsupported("tensor '\(name)' has the type '\(type)', which is not supported")
      }
      guard shape.count <= 2 else {
        throw source.unsupported("tensor '\(name)' has \(shape.count) sizes; at most 2 are supported")
      }
      guard Shape(shape).isValid else { throw malformed("tensor '\(name)' has the impossible shape \(Shape(shape))") }
      return Tensor(name: name, type: known, shape: Shape(shape), begin: offsets[0], end: offsets[1])
    }

    /// An object: `member` reads the value of each name.
    private mutating func object(
      _ member: (inout Parser, String) throws(FileError) -> Void
    ) throws(FileError) {
      try expect("{")
      if skip("}") { return }
      repeat {
        let name = try string()
        try expect(":")
        try member(&self, name)
      } while skip(",")
      try expect("}")
    }

    private mutating func integers() throws(FileError) -> [Int] {
      var result: [Int] = []
      try expect("[")
      if skip("]") { return result }
      repeat { result.append(try integer()) } while skip(",")
      try expect("]")
      return result
    }

    private mutating func integer() throws(FileError) -> Int {
      skipSpaces()
      let start = position
      while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) { position += 1 }
      guard let value = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        throw malformed("there is no whole number that can be counted with")
      }
      return value
    }

    private mutating func string() throws(FileError) -> String {
      try expect("\"")
      var text: [UInt8] = []
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let string = String(validating: text, as: UTF8.self) else { throw malformed("a text is not UTF-8") }
          return string
        case UInt8(ascii: "\\"): text.append(contentsOf: String(try escape()).utf8)
        case 0..<32: throw malformed("a text has a control character")
        default: text.append(byte)
        }
      }
      throw malformed("a text does not end")
    }

    /// What stands for a character after a backslash.
    private mutating func escape() throws(FileError) -> Unicode.Scalar {
      guard position < bytes.count else { throw malformed("a text does not end") }
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "n"): return "\n"
      case UInt8(ascii: "t"): return "\t"
      case UInt8(ascii: "r"): return "\r"
      case UInt8(ascii: "b"): return "\u{8}"
      case UInt8(ascii: "f"): return "\u{c}"
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
      case UInt8(ascii: "u"):
        var code = try hexadecimal()
        if (0xd800..<0xdc00).contains(code), skipRaw("\\u") {
          let low = try hexadecimal()
          guard (0xdc00..<0xe000).contains(low) else { throw malformed("a text has half a surrogate pair") }
          code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw malformed("a text has half a surrogate pair") }
        return scalar
      default: throw malformed("a text has an unknown escape")
      }
    }

    private mutating func hexadecimal() throws(FileError) -> UInt32 {
      let digits = bytes[position..<min(position + 4, bytes.count)]
      position += digits.count
      var value: UInt32 = 0
      for digit in digits {
        guard let number = Character(Unicode.Scalar(digit)).hexDigitValue else {
          throw malformed("an escape is no number")
        }
        value = value << 4 | UInt32(number)
      }
      guard digits.count == 4 else { throw malformed("a text does not end") }
      return value
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(FileError) {
      guard skip(character) else { throw malformed("'\(character)' is missing") }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
      skipSpaces()
      guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    private mutating func skipRaw(_ text: StaticString) -> Bool {
      let expected = text.withUTF8Buffer { Array($0) }
      guard bytes[position...].starts(with: expected) else { return false }
      position += expected.count
      return true
    }

    private mutating func skipSpaces() {
      while position < bytes.count {
        switch bytes[position] {
        case 0x20, 0x09, 0x0a, 0x0d: position += 1
        default: return
        }
      }
    }

    private func malformed(_ what: String) -> FileError {
      source.malformed("the safetensors header is damaged at byte \(8 + position): \(what)")
    }
  }
}
