import Lanes

/// All that the next steps depend on is the State and the global step: the order of the data, Dropout and schedules are
/// functions of seeds and that step. So a run that goes on from a checkpoint ends in the same bits as one that was never
/// interrupted.
extension Trainer {
  /// Names in checkpoints that stand for no variable.
  enum CheckpointName {
    static let step = "trainer/global_step"
    /// What `Fit` adds; a Trainer passes over it.
    static let fit = "fit/"
    static let format = "format", formatVersion = "format_version", lanesVersion = "lanes_version"
    static let formatName = "lanes-checkpoint", currentVersion = "1"
    /// What no run can reach: from here on steps can still be counted.
    static let lastStep = 1 << 62
  }

  /// Parameters, moving averages and what the optimizer remembers, by their names in the State; the global step as
  /// `trainer/global_step`.
  /// - Parameter metadata: what is to be kept beside, such as a description of the model; added to the versions of the format
  ///   and of the library.
  public func checkpoint(metadata: [String: String] = [:]) -> Checkpoint {
    var checkpoint = Checkpoint(metadata: metadata)
    checkpoint.metadata[CheckpointName.format] = CheckpointName.formatName
    checkpoint.metadata[CheckpointName.formatVersion] = CheckpointName.currentVersion
    checkpoint.metadata[CheckpointName.lanesVersion] = lanesVersion
    for variable in state.variables { checkpoint[variable.name] = state[variable.name] }
    checkpoint.arrays[CheckpointName.step] = StoredArray(checked: .scalar, .int64([Int64(globalStep)]))
    return checkpoint
  }

  /// Goes on from a checkpoint of a trainer with the same model, optimizer and moving average.
  /// - Throws: `CheckpointError` with every difference. Nothing is changed then.
  public func restore(_ checkpoint: Checkpoint) throws(CheckpointError) {
    var problems: [CheckpointError.Problem] = []
    let version = checkpoint.metadata[CheckpointName.formatVersion] ?? CheckpointName.currentVersion
    if version != CheckpointName.currentVersion { problems.append(.formatVersion(version)) }
    for variable in state.variables {
      if let problem = checkpoint.problem(variable.name, as: variable) { problems.append(problem) }
    }
    let known = Set(state.variables.map(\.name) + [CheckpointName.step])
    for name in checkpoint.arrays.keys.sorted() where !known.contains(name) && !name.hasPrefix(CheckpointName.fit) {
      problems.append(.unexpected(name))
    }
    let step = checkpoint.integers(CheckpointName.step, count: 1)?.first.flatMap {
      (0...CheckpointName.lastStep).contains($0) ? $0 : nil
    }
    if step == nil { problems.append(.noStep) }
    guard problems.isEmpty, let step else { throw CheckpointError(problems: problems) }
    for variable in state.variables { state.overwrite(variable.name, with: checkpoint.floats(variable.name)) }
    globalStep = step
  }
}

extension Checkpoint {
  func floats(_ name: String) -> [Float] {
    guard case .float32(let values) = arrays[name]?.elements else { return [] }
    return values
  }

  /// Whole numbers, where there are so many of this name.
  func integers(_ name: String, count: Int) -> [Int]? {
    guard case .int64(let values) = arrays[name]?.elements, values.count == count else { return nil }
    return values.map { Int($0) }
  }

  /// What keeps the array of this name from being a variable's value.
  func problem(_ name: String, as variable: Variable) -> CheckpointError.Problem? {
    guard let array = arrays[name] else { return .missing(name) }
    if array.elements.type != .float32 { return .type(name, found: array.elements.type) }
    if array.shape != variable.shape { return .shape(name, expected: variable.shape, found: array.shape) }
    return nil
  }
}

extension State {
  /// Overwrites a variable by as many values as it has.
  func overwrite(_ name: String, with values: [Float]) {
    memory(of: name)?.overwrite(with: values)
  }
}

/// A checkpoint is not of this trainer: its arrays are other ones.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  public let problems: [Problem]

  public enum Problem: Hashable, Sendable, CustomStringConvertible {
    /// The trainer has a variable that the checkpoint lacks.
    case missing(String)
    /// The checkpoint has an array that the trainer has no variable for.
    case unexpected(String)
    case shape(String, expected: Shape, found: Shape)
    /// An array that does not hold float32.
    case type(String, found: NumberType)
    /// There is no global step, or it is no count.
    case noStep
    /// What training remembers between epochs is incomplete.
    case fit(String)
    case formatVersion(String)

    public var description: String {
      switch self {
      case .missing(let name): "'\(name)' is missing"
      case .unexpected(let name): "'\(name)' is not expected"
      case .shape(let name, let expected, let found): "'\(name)' is \(found), but \(expected) here"
      case .type(let name, let found): "'\(name)' holds \(found), not float32"
      case .noStep: "there is no global step"
      case .fit(let what): "'\(what)' does not have the form of what training remembers"
      case .formatVersion(let version): "the format has the version '\(version)'; this library reads version 1"
      }
    }
  }

  public var description: String {
    let shown = problems.prefix(10).map(\.description).joined(separator: "; ")
    return "the checkpoint does not fit: \(shown)" + (problems.count > 10 ? "; and \(problems.count - 10) more" : "")
  }
}
