import LanesTrain

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that text is appended to, at once and with its errors.
final class OutputFile {
  private let path: String
  private let descriptor: Int32

  /// Makes the file where it is not there.
  /// - Parameter isEmptied: whether what is there is thrown away.
  init(_ path: String, isEmptied: Bool) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (isEmptied ? O_TRUNC : 0), 0o666)
    if descriptor < 0 { throw FileError(path: path, reason: .system(operation: "open", code: errno)) }
  }

  deinit { close(descriptor) }

  func write(_ text: String) throws {
    do {
      try Output.write(text, to: descriptor)
    } catch let error as OutputError {
      throw FileError(path: path, reason: .system(operation: "write", code: error.reason))
    }
  }
}

enum Folder {
  /// Makes a folder, and those that it lies in, where they are not there.
  static func make(_ path: String) throws(FileError) {
    var status = stat()
    if stat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { return }
      throw FileError(path: path, reason: .system(operation: "make the folder", code: ENOTDIR))
    }
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    if !parent.isEmpty { try make(path.hasPrefix("/") ? "/" + parent : parent) }
    if mkdir(path, 0o777) != 0, errno != EEXIST {
      throw FileError(path: path, reason: .system(operation: "make the folder", code: errno))
    }
  }
}
