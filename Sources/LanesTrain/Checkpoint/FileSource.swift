#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes to decode, at any offset: of an open file, or in memory.
final class FileSource {
  /// What errors call it.
  let path: String
  /// Bytes.
  let size: Int
  private let content: Content

  private enum Content {
    case file(descriptor: Int32)
    case bytes([UInt8])
  }

  init(_ bytes: [UInt8], name: String) {
    (path, size, content) = (name, bytes.count, .bytes(bytes))
  }

  /// Opens a regular file.
  init(path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw FileError(path: path, reason: .system(operation: "open", code: errno)) }
    var status = stat()
    if fstat(descriptor, &status) != 0 {
      let code = errno
      close(descriptor)
      throw FileError(path: path, reason: .system(operation: "stat", code: code))
    }
    if status.st_mode & S_IFMT != S_IFREG {
      close(descriptor)
      let isFolder = status.st_mode & S_IFMT == S_IFDIR
      throw FileError(
        path: path,
        reason: isFolder ? .system(operation: "read", code: EISDIR) : .unsupported("this is not a regular file"))
    }
    (self.path, size, content) = (path, Int(status.st_size), .file(descriptor: descriptor))
  }

  deinit {
    if case .file(let descriptor) = content { close(descriptor) }
  }

  /// Fills the buffer from an offset on. A file that has become shorter is malformed.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FileError) {
    guard offset >= 0, offset <= size, buffer.count <= size - offset else { throw malformed("the file is cut off") }
    switch content {
    case .bytes(let bytes): buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
    case .file(let descriptor):
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
        if count < 0 {
          if errno == EINTR { continue }
          throw FileError(path: path, reason: .system(operation: "read", code: errno))
        }
        if count == 0 { throw malformed("the file was cut off while it was read") }
        done += count
      }
    }
  }

  func bytes(at offset: Int = 0, count: Int) throws(FileError) -> [UInt8] {
    try values(at: offset, count: count, zero: 0)
  }

  /// Numbers as they lie in memory. The bytes of `count` of them must be countable.
  func values<Value: BitwiseCopyable>(at offset: Int, count: Int, zero: Value) throws(FileError) -> [Value] {
    guard offset >= 0, offset <= size, count >= 0, count <= (size - offset) / MemoryLayout<Value>.size else {
      throw malformed("the file is cut off")
    }
    var values = [Value](repeating: zero, count: count)
    try values.withUnsafeMutableBufferPointer { (buffer) throws(FileError) in
      try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    return values
  }

  func malformed(_ what: String) -> FileError { FileError(path: path, reason: .malformed(what)) }
  func unsupported(_ what: String) -> FileError { FileError(path: path, reason: .unsupported(what)) }
}
