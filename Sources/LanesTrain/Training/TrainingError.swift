/// Why training cannot go on, or cannot begin.
public enum TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A number became NaN or infinite in the step of this number, counted from 0: which, and where the operation that made
  /// it was written, as far as that is known.
  case notFinite(step: Int, what: String, location: SourceLocation?)
  /// Patience needs a loss on validation data to wait for.
  case noValidation
  /// There must be at least one epoch, and a patience of at least one.
  case count(String, Int)

  public var description: String {
    switch self {
    case .notFinite(let step, let what, let location):
      (location.map { "\($0): " } ?? "") + "training diverged in step \(step): \(what)"
    case .noValidation: "early stopping needs validation data"
    case .count(let name, let count): "the \(name) cannot be \(count); it must be at least 1"
    }
  }
}
