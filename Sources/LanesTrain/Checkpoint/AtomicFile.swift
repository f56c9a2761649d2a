#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is replaced as a whole or not at all: a kill, a full disk or a crash of the machine at any moment leaves the
/// old content or the new one.
///
/// The content is written to `.NAME.tmp` in the same folder and synced; that file is renamed, and the folder synced. The
/// temporary file is removed when anything fails. A kill may leave it, and the next write uses it again. A lock on it makes
/// writers of the same file wait for each other.
final class AtomicFile {
  private let path: String
  private let folder: String
  private let temporary: String
  private let descriptor: Int32

  /// Calls `body` to write the content, then replaces the file at the path. A symbolic link at the path is replaced, too.
  static func write(
    to path: String, _ body: (AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    let file = try AtomicFile(path)
    defer { close(file.descriptor) }
    do throws(FileError) {
      try body(file)
      try file.replace()
    } catch {
      unlink(file.temporary)
      throw error
    }
    try file.syncFolder()
  }

  /// Throws what would keep a file from being written at the path: a folder that is missing or closed, or something there
  /// that is no file. Leaves nothing behind.
  static func check(_ path: String) throws(FileError) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw FileError(path: path, reason: .system(operation: "write", code: EISDIR))
      }
      throw FileError(
        path: path, reason: .unsupported("this is a device or a pipe, which cannot be replaced as a file"))
    }
    let file = try AtomicFile(path)
    unlink(file.temporary)
    close(file.descriptor)
  }

  /// Appends.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      #if canImport(Glibc)
        let count = Glibc.write(descriptor, base + done, bytes.count - done)
      #elseif canImport(Musl)
        let count = Musl.write(descriptor, base + done, bytes.count - done)
      #else
        let count = Darwin.write(descriptor, base + done, bytes.count - done)
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write")
      }
      done += count
    }
  }

  /// Appends numbers as they lie in memory.
  func write<Value: BitwiseCopyable>(_ values: [Value]) throws(FileError) {
    try values.withBytes { (bytes) throws(FileError) in try write(bytes) }
  }

  private init(_ path: String) throws(FileError) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    let prefix = String(path.dropLast(name.count))
    (self.path, folder, temporary) = (path, prefix.isEmpty ? "." : prefix, "\(prefix).\(name).tmp")
    if name.isEmpty { throw FileError(path: path, reason: .system(operation: "write", code: EISDIR)) }
    descriptor = try Self.openLocked(temporary, for: path)
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      // The new file is as private as the old one.
      fchmod(descriptor, status.st_mode & 0o777)
    }
  }

  /// Opens the temporary file, empty, and holds its lock.
  private static func openLocked(_ temporary: String, for path: String) throws(FileError) -> Int32 {
    func failure(_ operation: String) -> FileError {
      FileError(path: path, reason: .system(operation: operation, code: errno))
    }
    while true {
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
      if descriptor < 0 { throw failure("open \(temporary)") }
      do throws(FileError) {
        while flock(descriptor, LOCK_EX) != 0 {
          if errno == EINTR { continue }
          // File systems without locks.
          if errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP { break }
          throw failure("lock \(temporary)")
        }
        // Whoever had the lock may have renamed or removed the file that was waited for.
        var (mine, there) = (stat(), stat())
        if fstat(descriptor, &mine) != 0 { throw failure("stat \(temporary)") }
        if stat(temporary, &there) == 0, mine.st_ino == there.st_ino, mine.st_dev == there.st_dev {
          if ftruncate(descriptor, 0) != 0 { throw failure("truncate \(temporary)") }
          return descriptor
        }
      } catch {
        close(descriptor)
        throw error
      }
      close(descriptor)
    }
  }

  private func replace() throws(FileError) {
    if fsync(descriptor) != 0 { throw failure("sync") }
    if rename(temporary, path) != 0 { throw failure("rename") }
  }

  /// Makes the new name last. The file is replaced by then, whatever comes of this.
  private func syncFolder() throws(FileError) {
    let folder = open(folder, O_RDONLY | O_CLOEXEC)
    if folder < 0 { throw failure("open the folder") }
    defer { close(folder) }
    // EINVAL: a file system that cannot sync folders.
    if fsync(folder) != 0 && errno != EINVAL { throw failure("sync the folder") }
  }

  private func failure(_ operation: String) -> FileError {
    FileError(path: path, reason: .system(operation: operation, code: errno))
  }
}
