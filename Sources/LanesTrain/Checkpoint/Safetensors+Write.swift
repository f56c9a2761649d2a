extension Safetensors {
  /// Writes tensors; see `write(_:to:)`.
  public static func write(
    _ path: String, tensors: [(name: String, value: Tensor)], metadata: [String: String] = [:]
  ) throws(FileError) {
    var checkpoint = Checkpoint(metadata: metadata)
    for (name, value) in tensors {
      if checkpoint.arrays.updateValue(StoredArray(value), forKey: name) != nil {
        throw FileError(path: path, reason: .unsupported("there are two tensors of the name '\(name)'"))
      }
    }
    try write(checkpoint, to: path)
  }

  /// Writes a file, or replaces the one that is there. The same content gives the same bytes.
  ///
  /// The file is replaced as a whole: a kill or a crash at any moment leaves the old file or the new one. A file that could
  /// not be written leaves the old one, and no other. (`.NAME.tmp` in the same folder may remain after a kill; the next
  /// write uses it again.)
  /// - Throws: `FileError` where the system refuses, such as for a full disk.
  public static func write(_ checkpoint: Checkpoint, to path: String) throws(FileError) {
    let (header, arrays) = try encodeHeader(checkpoint, path: path)
    try AtomicFile.write(to: path) { (file) throws(FileError) in
      try file.write(header)
      for array in arrays {
        try array.elements.withBytes { (bytes) throws(FileError) in try file.write(bytes) }
      }
    }
  }

  /// The bytes of a file.
  public static func encode(_ checkpoint: Checkpoint) throws(FileError) -> [UInt8] {
    var (bytes, arrays) = try encodeHeader(checkpoint, path: "safetensors")
    for array in arrays { array.elements.withBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// The header with its length, a multiple of 8 bytes, and the arrays in the order of their bytes: larger elements first,
  /// so that each array is aligned to its elements, and names ascending.
  private static func encodeHeader(
    _ checkpoint: Checkpoint, path: String
  ) throws(FileError) -> ([UInt8], [StoredArray]) {
    if checkpoint.arrays["__metadata__"] != nil {
      throw FileError(path: path, reason: .unsupported("a tensor cannot have the name '__metadata__'"))
    }
    let arrays = checkpoint.arrays.sorted { a, b in
      let (left, right) = (a.value.elements.type.size, b.value.elements.type.size)
      return left == right ? a.key < b.key : left > right
    }
    var items: [String] = []
    if !checkpoint.metadata.isEmpty {
      let pairs = checkpoint.metadata.sorted { $0.key < $1.key }
        .map { "\(SafetensorsHeader.quoted($0.key)):\(SafetensorsHeader.quoted($0.value))" }
      items.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for (name, array) in arrays {
      let end = offset + array.shape.count * array.elements.type.size
      let sizes = array.shape.dimensions.map(String.init).joined(separator: ",")
      items.append(
        "\(SafetensorsHeader.quoted(name)):{\"dtype\":\"\(SafetensorsHeader.name(of: array.elements.type))\","
          + "\"shape\":[\(sizes)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(items.joined(separator: ","))}".utf8)
    header.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - header.count % 8) % 8))
    if header.count > longestHeader {
      throw FileError(path: path, reason: .unsupported("the header would have \(header.count) bytes"))
    }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return (length + header, arrays.map(\.value))
  }
}
