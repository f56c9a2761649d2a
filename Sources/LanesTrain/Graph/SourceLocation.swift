/// A line of a user's program.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  public let file: String
  public let line: Int

  /// From a function's own arguments `file: String = #fileID, line: Int = #line`: as default arguments these two name the
  /// caller's place. (`SourceLocation(#fileID, #line)` as a default argument would name the place of the declaration.)
  public init(_ file: String, _ line: Int) { (self.file, self.line) = (file, line) }

  public var description: String { "\(file):\(line)" }
}

/// A mistake in a model: the operation, what does not fit, and where it was written.
///
/// Swift's operators cannot take the place they are written at. A value that an operator made carries the place of its most
/// recent operand; every function and layer carries its own.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  public let operation: String
  public let shapes: [Shape]
  public let reason: String
  public let location: SourceLocation

  public var description: String { "\(location): \(operation): \(reason)" }
}

/// What an operation finds wrong with its operands, before it is known where they were written.
struct Mismatch: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}
