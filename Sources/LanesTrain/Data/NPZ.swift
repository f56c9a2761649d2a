/// NumPy's format of several arrays: a ZIP archive with an NPY file for each, as `numpy.savez` writes.
///
/// Only stored entries are read: what `numpy.savez_compressed` writes is not supported. Archives and entries of 4 GiB and
/// more are not, either. <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>
public enum NPZ {
  private static let localSignature: UInt32 = 0x0403_4b50
  private static let centralSignature: UInt32 = 0x0201_4b50
  private static let endSignature: UInt32 = 0x0605_4b50
  private static let suffix = ".npy"

  /// Reads the arrays of a file by name.
  ///
  /// - Throws: `FileError` where the file cannot be read; where it is no ZIP archive, is cut off or damaged (sizes, checksums);
  ///   where an entry is compressed, or an array of a kind that `NPY` does not read.
  public static func read(_ path: String) throws(FileError) -> [String: StoredArray] {
    let source = try FileSource(path: path)
    return try decode(try source.bytes(count: source.size), name: path)
  }

  /// Reads the bytes of a file; errors call it by this name.
  public static func decode(_ bytes: [UInt8], name: String = "npz") throws(FileError) -> [String: StoredArray] {
    let archive = FileSource(bytes, name: name)
    let end = try endRecord(bytes, archive)
    // The offset of the directory; all entries lie before it.
    let start = Int(bytes.word32(at: end + 16))
    let entries = Int(bytes.word16(at: end + 10))
    var (position, total) = (start, 0)
    var arrays: [String: StoredArray] = [:]
    for _ in 0..<entries {
      guard position + 46 <= end, bytes.word32(at: position) == centralSignature else {
        throw archive.malformed("the directory of the ZIP archive is damaged")
      }
      let entry = try Entry(bytes, at: position, of: archive)
      // Entries that share bytes could otherwise ask for much more memory than the file has.
      total += entry.size
      guard entry.end <= end, total <= bytes.count else {
        throw archive.malformed("the directory of the ZIP archive is damaged")
      }
      let content = try content(of: entry, in: bytes, before: start, archive)
      let array = try NPY.decode(content, name: "\(name): \(entry.name)")
      let key = entry.name.hasSuffix(suffix) ? String(entry.name.dropLast(suffix.count)) : entry.name
      if arrays.updateValue(array, forKey: key) != nil {
        throw archive.malformed("there are two arrays of the name '\(key)'")
      }
      position = entry.end
    }
    return arrays
  }

  /// Writes a file, or replaces the one that is there as a whole. The same arrays give the same bytes.
  public static func write(_ arrays: [String: StoredArray], to path: String) throws(FileError) {
    let bytes = try encode(arrays, name: path)
    try AtomicFile.write(to: path) { (file) throws(FileError) in try file.write(bytes) }
  }

  /// The bytes of a file; errors call it by this name.
  public static func encode(_ arrays: [String: StoredArray], name: String = "npz") throws(FileError) -> [UInt8] {
    func fail(_ what: String) -> FileError { FileError(path: name, reason: .unsupported(what)) }
    if arrays.count >= 0xffff { throw fail("\(arrays.count) arrays do not fit into a ZIP archive") }
    var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
    for (key, array) in arrays.sorted(by: { $0.key < $1.key }) {
      let (entry, content) = (Array((key + suffix).utf8), NPY.encode(array))
      if entry.count > 0xffff { throw fail("the name of an array has \(entry.count) bytes") }
      if bytes.count + content.count + entry.count + 30 >= 0xffff_ffff { throw fail("the arrays take 4 GiB or more") }
      // Version 2.0, names in UTF-8, stored, and the first moment that ZIP can say: 1980-01-01, as NumPy writes.
      var shared: [UInt8] = []
      for word: UInt16 in [20, 0x800, 0, 0, 0x21] { shared.append(word16: word) }
      shared.append(word32: CRC32.checksum(content))
      for _ in 0..<2 { shared.append(word32: UInt32(content.count)) }
      for word in [UInt16(entry.count), 0] { shared.append(word16: word) }
      directory.append(word32: centralSignature)
      directory.append(word16: 20)
      directory += shared
      directory += Array(repeating: 0, count: 10)
      directory.append(word32: UInt32(bytes.count))
      directory += entry
      bytes.append(word32: localSignature)
      bytes += shared + entry + content
    }
    if bytes.count + directory.count >= 0xffff_ffff { throw fail("the arrays take 4 GiB or more") }
    let start = bytes.count
    bytes += directory
    bytes.append(word32: endSignature)
    for word in [0, 0, UInt16(arrays.count), UInt16(arrays.count)] { bytes.append(word16: word) }
    for word in [UInt32(directory.count), UInt32(start)] { bytes.append(word32: word) }
    bytes.append(word16: 0)
    return bytes
  }

  /// The offset of the record at the end of the archive, which a comment may follow.
  private static func endRecord(_ bytes: [UInt8], _ archive: FileSource) throws(FileError) -> Int {
    var position = bytes.count - 22
    let first = max(position - 0xffff, 0)
    while position >= first {
      if bytes.word32(at: position) == endSignature, position + 22 + Int(bytes.word16(at: position + 20)) == bytes.count
      {
        if bytes.word16(at: position + 10) == 0xffff || bytes.word32(at: position + 16) == .max {
          throw archive.unsupported("ZIP archives of 4 GiB or 65,535 entries and more are not supported")
        }
        return position
      }
      position -= 1
    }
    throw archive.malformed("not an NPZ file, or cut off: it does not end as a ZIP archive")
  }

  /// The bytes of an entry, after the checks of its own header and its checksum.
  private static func content(
    of entry: Entry, in bytes: [UInt8], before end: Int, _ archive: FileSource
  ) throws(FileError) -> [UInt8] {
    guard entry.offset + 30 <= min(end, bytes.count), bytes.word32(at: entry.offset) == localSignature else {
      throw archive.malformed("the entry '\(entry.name)' is not where the directory says")
    }
    let start = entry.offset + 30 + Int(bytes.word16(at: entry.offset + 26)) + Int(bytes.word16(at: entry.offset + 28))
    guard start <= min(end, bytes.count), entry.size <= min(end, bytes.count) - start else {
      throw archive.malformed("the entry '\(entry.name)' is cut off")
    }
    let content = Array(bytes[start..<start + entry.size])
    guard CRC32.checksum(content) == entry.checksum else {
      throw archive.malformed("the entry '\(entry.name)' is damaged: its checksum is wrong")
    }
    return content
  }

  /// What the directory says of a file.
  private struct Entry {
    let name: String
    let checksum: UInt32
    /// Bytes.
    let size: Int
    /// Of the local header, from the beginning of the archive.
    let offset: Int
    /// Where the next entry of the directory begins.
    let end: Int

    /// Reads 46 bytes, which must be there, and the name that follows.
    init(_ bytes: [UInt8], at position: Int, of archive: FileSource) throws(FileError) {
      let nameEnd = position + 46 + Int(bytes.word16(at: position + 28))
      guard nameEnd <= bytes.count, let name = String(validating: bytes[(position + 46)..<nameEnd], as: UTF8.self)
      else {
        throw archive.malformed("the directory of the ZIP archive is damaged")
      }
      let (flags, method) = (bytes.word16(at: position + 8), bytes.word16(at: position + 10))
      if flags & 1 != 0 { throw archive.unsupported("the entry '\(name)' is encrypted") }
      if method != 0 {
        throw archive.unsupported(
          "the entry '\(name)' is compressed, which is not supported: write it with numpy.savez, not savez_compressed")
      }
      let (stored, size) = (bytes.word32(at: position + 20), bytes.word32(at: position + 24))
      if stored == .max || size == .max { throw archive.unsupported("the entry '\(name)' has 4 GiB or more") }
      if stored != size { throw archive.malformed("the entry '\(name)' has two sizes, \(stored) and \(size)") }
      self.name = name
      checksum = bytes.word32(at: position + 16)
      self.size = Int(size)
      offset = Int(bytes.word32(at: position + 42))
      end = nameEnd + Int(bytes.word16(at: position + 30)) + Int(bytes.word16(at: position + 32))
    }
  }
}

extension [UInt8] {
  fileprivate func word16(at offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }

  fileprivate func word32(at offset: Int) -> UInt32 {
    UInt32(word16(at: offset)) | UInt32(word16(at: offset + 2)) << 16
  }

  fileprivate mutating func append(word16 word: UInt16) {
    self += [UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8)]
  }

  fileprivate mutating func append(word32 word: UInt32) {
    append(word16: UInt16(truncatingIfNeeded: word))
    append(word16: UInt16(truncatingIfNeeded: word >> 16))
  }
}

/// The checksum of ZIP: the polynomial 0xedb88320, lowest bit first.
private enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xedb8_8320 }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value = UInt32.max
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    return ~value
  }
}
