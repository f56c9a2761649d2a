#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is wrong with a file, or with an attempt to read or write it.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  public let path: String
  public let reason: Reason

  public enum Reason: Hashable, Sendable {
    /// The system refused an operation, such as "open", with this `errno`.
    case system(operation: String, code: Int32)
    /// The content is not what the format demands: cut off, damaged, or of another format.
    case malformed(String)
    /// The content is right, but of a kind that Lanes does not read.
    case unsupported(String)
  }

  public init(path: String, reason: Reason) {
    (self.path, self.reason) = (path, reason)
  }

  public var description: String {
    switch reason {
    case .system(let operation, let code): "\(path): \(operation): \(String(cString: strerror(code)))"
    case .malformed(let what), .unsupported(let what): "\(path): \(what)"
    }
  }
}
