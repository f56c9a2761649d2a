/// The safetensors format: a header in JSON with the type, shape and place of each tensor, then the tensors' bytes.
///
/// <https://github.com/huggingface/safetensors>. The Python package `safetensors` reads what this writes, and the other way
/// round, for the types of `NumberType` and at most two sizes.
///
///     8 bytes      the length n of the header, little-endian
///     n bytes      {"__metadata__": {"step": "7"}, "w1": {"dtype": "F32", "shape": [2, 11], "data_offsets": [0, 88]}, …}
///     the rest     the bytes of the tensors, without gaps
public enum Safetensors {
  /// The longest header that is accepted, as in the Python package.
  static let longestHeader = 100_000_000

  /// Reads a whole file.
  ///
  /// - Throws: `FileError` where the file cannot be read; where it is malformed: cut off or too long, a header that is not
  ///   JSON of this form, names that occur twice, or tensors that leave a gap, overlap, or are not as long as their shape
  ///   says; where it has a type or a shape that is not supported. What is claimed in a file is checked against its size
  ///   before any memory is taken.
  public static func read(_ path: String) throws(FileError) -> Checkpoint {
    try read(FileSource(path: path))
  }

  /// Reads the bytes of a file; errors call it by this name.
  public static func decode(_ bytes: [UInt8], name: String = "safetensors") throws(FileError) -> Checkpoint {
    try read(FileSource(bytes, name: name))
  }

  private static func read(_ source: FileSource) throws(FileError) -> Checkpoint {
    guard source.size >= 8 else {
      throw source.malformed("a safetensors file has at least 8 bytes, but this one has \(source.size)")
    }
    var length: UInt64 = 0
    for byte in try source.bytes(count: 8).reversed() { length = length << 8 | UInt64(byte) }
    guard length <= UInt64(longestHeader) else {
      throw source.malformed("not a safetensors file: its header would have \(length) bytes")
    }
    guard Int(length) <= source.size - 8 else {
      throw source.malformed("the file is cut off: its header has \(length) bytes, the file \(source.size)")
    }
    var parser = SafetensorsHeader.Parser(try source.bytes(at: 8, count: Int(length)), of: source)
    let header = try parser.header()
    let start = 8 + Int(length)
    try checkPlaces(header.tensors, dataSize: source.size - start, of: source)
    var checkpoint = Checkpoint(metadata: header.metadata)
    for tensor in header.tensors {
      let elements = try StoredArray.Elements(
        tensor.type, count: tensor.shape.count, at: start + tensor.begin, of: source)
      checkpoint.arrays[tensor.name] = StoredArray(checked: tensor.shape, elements)
    }
    return checkpoint
  }

  /// Throws unless the tensors lie one after another from 0 to the end of the data, each as long as its shape says.
  private static func checkPlaces(
    _ tensors: [SafetensorsHeader.Tensor], dataSize: Int, of source: FileSource
  ) throws(FileError) {
    var end = 0
    for tensor in tensors.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      let (bytes, overflow) = tensor.shape.count.multipliedReportingOverflow(by: tensor.type.size)
      guard tensor.end >= tensor.begin, !overflow, tensor.end - tensor.begin == bytes else {
        throw source.malformed(
          "tensor '\(tensor.name)' of \(tensor.type) \(tensor.shape) cannot lie at \(tensor.begin) ..< \(tensor.end)")
      }
      guard tensor.begin == end else {
        throw source.malformed("tensor '\(tensor.name)' begins at \(tensor.begin), but the one before ends at \(end)")
      }
      end = tensor.end
    }
    guard end == dataSize else {
      throw source.malformed(
        end > dataSize
          ? "the file is cut off: its tensors take \(end) bytes, but \(dataSize) are there"
          : "there are \(dataSize - end) bytes too many after the last tensor")
    }
  }
}
