import Lanes

/// The first number of a step that is NaN or infinite.
public struct NotFinite: Hashable, Sendable {
  /// The tensor, the element and its value: "matmul [30, 11], row 2, column 5, is NaN".
  public let what: String
  /// Where the operation was written; nil for inputs and parameters.
  public let location: SourceLocation?

  public init(what: String, location: SourceLocation?) { (self.what, self.location) = (what, location) }
}

extension Trainer {
  /// What is not finite in the step that comes next, which is not taken: a parameter or another variable first, then values
  /// in the order of the graph, gradients last.
  ///
  /// The step's values are computed by a Program that keeps all of them, so this is slow, and takes memory.
  public func firstNotFinite(on batches: Batches, file: String = #fileID, line: Int = #line) throws -> NotFinite? {
    try shape.check(batches.dataset, at: SourceLocation(file, line))
    return try diagnose(BatchReader(batches)).first
  }

  /// The step that comes next without its update: whether its loss is finite, and what is not.
  func diagnose(_ reader: BatchReader) throws -> (lossIsFinite: Bool, first: NotFinite?) {
    let model = SampleModel(self, Graph(isTraining: true), samples: reader.batches.range(at: globalStep).count)
    let graph = model.graph
    let gradients = graph.gradients(
      of: model.loss, withRespectTo: model.parameters.map(\.value), at: model.loss.location)
    let values = graph.values(neededFor: [model.dataLoss, model.loss] + gradients)
    let program = try Program(graph, results: [model.dataLoss] + values, state: state, on: backend)
    setScalars()
    try SampleProgram(program, scalars).run(shape, reader, at: globalStep)
    let lossIsFinite = program.resultFloats().allSatisfy(\.isFinite)
    if let variable = notFiniteVariable() { return (lossIsFinite, variable) }
    for (index, value) in values.enumerated() {
      let operation = graph.nodes[value.node].operation
      let name = (operation as? InputNode).map { "input '\($0.name)'" } ?? operation.name
      guard let what = NotFinite.describe(name, program.result(index + 1)) else { continue }
      return (lossIsFinite, NotFinite(what: what, location: operation is InputNode ? nil : value.location))
    }
    return (lossIsFinite, nil)
  }

  /// Parameters first, then what the optimizer and moving averages remember.
  func notFiniteVariable() -> NotFinite? {
    for variable in state.variables.filter(\.isTrainable) + state.variables.filter({ !$0.isTrainable }) {
      guard let value = state[variable.name], let what = NotFinite.describe("'\(variable.name)'", value) else {
        continue
      }
      return NotFinite(what: what, location: nil)
    }
    return nil
  }

  /// Finds out in which of the steps from `start` on the loss or a variable first was not finite, by taking them again:
  /// the same state gives the same bits. Leaves the State as it then is.
  /// - Parameter start: the global step and the values of all variables then.
  func firstNotFinite(
    from start: (step: Int, values: [(name: String, value: Tensor)]), through last: Int, _ reader: BatchReader
  ) throws -> TrainingError? {
    for (name, value) in start.values { state.overwrite(name, with: value.values) }
    globalStep = start.step
    while globalStep <= last {
      let step = globalStep
      let (lossIsFinite, first) = try diagnose(reader)
      if !lossIsFinite {
        return .notFinite(step: step, what: first?.what ?? "the loss is not finite", location: first?.location)
      }
      _ = try lossStep(on: reader)
      if let variable = notFiniteVariable() {
        // A gradient that overflowed explains more than the parameter that it was added to.
        let cause = first ?? variable
        return .notFinite(step: step, what: cause.what, location: cause.location)
      }
    }
    return nil
  }
}

extension NotFinite {
  /// Nil where all elements are finite.
  static func describe(_ name: String, _ tensor: Tensor) -> String? {
    guard let index = tensor.values.firstIndex(where: { !$0.isFinite }) else { return nil }
    let value = tensor.values[index].isNaN ? "NaN" : "\(tensor.values[index])"
    let place =
      switch tensor.shape.rank {
      case 0: ""
      case 1: ", element \(index),"
      default: ", row \(index / tensor.shape.columns), column \(index % tensor.shape.columns),"
      }
    return "\(name) \(tensor.shape)\(place) is \(value)"
  }
}

extension Graph {
  /// The float32 values that some values are computed from, and these, in the order in which they were written. Variables
  /// and constants are left out.
  fileprivate func values(neededFor wanted: [SymbolicTensor]) -> [SymbolicTensor] {
    var needed = [Bool](repeating: false, count: nodes.count)
    for value in wanted { needed[value.node] = true }
    for node in nodes.indices.reversed() where needed[node] {
      for operand in nodes[node].operands { needed[operand] = true }
    }
    return nodes.indices.compactMap { node in
      let operation = nodes[node].operation
      guard needed[node], nodes[node].value.type == .float32 else { return nil }
      if operation is VariableNode || operation is FillNode || operation is LiteralNode { return nil }
      return SymbolicTensor(graph: self, node: node)
    }
  }
}
