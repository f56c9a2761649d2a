/// A line of a user's program.
public struct SourceLocation: Hashable, Sendable, CustomStringConvertible {
  public let file: String
  public let line: Int

  /// Defaults to where it is called, or, as the default argument of a function, to where that function is called.
  public init(file: String = #fileID, line: Int = #line) { (self.file, self.line) = (file, line) }

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
