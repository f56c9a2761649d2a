import Lanes

/// The values that live from run to run, by name: parameters, and what optimizers remember of them.
///
/// Several Programs may share one State, such as a training step and an evaluation. Not Sendable: a Program writes it while
/// it runs.
public final class State {
  private var order: [Variable] = []
  private var memory: [String: Memory] = [:]

  public init() {}

  /// Makes and initialises those variables that are not there yet.
  /// - Throws: `ModelError` where one is there in another shape; `LanesError` where memory is short.
  public func add(_ variables: [Variable], file: String = #fileID, line: Int = #line) throws {
    for variable in variables { try check(variable, at: SourceLocation(file, line)) }
    for variable in variables where memory[variable.name] == nil {
      let made = try Memory(count: variable.shape.count)
      let buffer = UnsafeMutableBufferPointer(start: made.floats, count: variable.shape.count)
      if let source = variable.initializer.source, let memory = memory[source], memory.count == made.count {
        made.floats.update(from: memory.floats, count: made.count)
      } else {
        variable.initializer.fill(buffer, shape: variable.shape, seed: order.count)
      }
      memory[variable.name] = made
      order.append(variable)
    }
  }

  func check(_ variable: Variable, at location: SourceLocation) throws(ModelError) {
    func fail(_ shapes: [Shape], _ reason: String) -> ModelError {
      ModelError(operation: "variable", shapes: shapes, reason: "'\(variable.name)' is \(reason)", location: location)
    }
    if !variable.shape.isValid {
      throw fail([variable.shape], "\(variable.shape), not the shape of a scalar, vector or matrix")
    }
    if let other = order.first(where: { $0.name == variable.name }), other.shape != variable.shape {
      throw fail([other.shape, variable.shape], "\(other.shape) in the state, and \(variable.shape) here")
    }
  }

  /// In the order in which they were added.
  public var variables: [Variable] { order }

  /// A copy of the value, or nil where there is no variable of the name.
  public subscript(name: String) -> Tensor? {
    guard let memory = memory[name], let variable = order.first(where: { $0.name == name }) else { return nil }
    return Tensor(shape: variable.shape, copying: memory.floats)
  }

  /// Overwrites a variable.
  public func write(
    _ value: Tensor, to name: String, file: String = #fileID, line: Int = #line
  ) throws(ModelError) {
    guard let memory = memory[name], let variable = order.first(where: { $0.name == name }) else {
      throw ModelError(
        operation: "write", shapes: [value.shape],
        reason: "there is no variable '\(name)'; there are \(order.map(\.name).joined(separator: ", "))",
        location: SourceLocation(file, line))
    }
    guard variable.shape == value.shape else {
      throw ModelError(
        operation: "write", shapes: [variable.shape, value.shape],
        reason: "'\(name)' is \(variable.shape), but the value is \(value.shape)", location: SourceLocation(file, line))
    }
    memory.overwrite(with: value.values)
  }

  /// Who writes to it raises its version.
  func memory(of name: String) -> Memory? { memory[name] }
}
