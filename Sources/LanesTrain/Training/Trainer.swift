import Lanes

/// Trains a model: batch after batch, one global step each.
///
/// The model is compiled once for each batch size, on first use; all share the `State`, in which parameters can be read and
/// written by name. Not Sendable: use it from one thread at a time.
public final class Trainer {
  public let backend: any Backend
  public let state: State
  /// Updates so far.
  public private(set) var globalStep = 0

  private let model: any Layer
  private let loss: Loss
  private let regularizer: Regularizer
  private let optimizer: Optimizer
  private let featureCount: Int, targetCount: Int
  /// The scalar that each step's update reads.
  private let rate: Memory
  private var steps: [Int: SampleProgram] = [:]
  private var evaluations: [Int: SampleProgram] = [:]
  /// The step program of the last batch's size: batches are of one size but for the last.
  private var recent: (samples: Int, step: SampleProgram)?

  /// - Parameters:
  ///   - features, targets: numbers a sample, as in the data that it will be trained on.
  ///   - state: to go on with parameters that exist already.
  /// - Throws: `ModelError` where layers, loss or sizes do not fit; `LanesError` where memory is short.
  public init(
    _ model: any Layer, features: Int, targets: Int = 1, loss: Loss, regularizer: Regularizer = .none,
    optimizer: Optimizer, on backend: any Backend, state: State = State()
  ) throws {
    (self.model, self.loss, self.regularizer, self.optimizer) = (model, loss, regularizer, optimizer)
    (featureCount, targetCount, self.backend, self.state) = (features, targets, backend, state)
    rate = try Memory(count: 1)
    _ = try evaluation(samples: 1)
  }

  /// Runs so many steps from the global step on, over batches that wrap around.
  /// - Parameters:
  ///   - reportEvery: calls `report` before each step whose number is a multiple of this, and after the last.
  ///   - report: gets the trainer; return false to stop.
  public func train(
    steps count: Int, on batches: Batches, reportEvery: Int = 0, file: String = #fileID, line: Int = #line,
    _ report: (Trainer) throws -> Bool = { _ in true }
  ) throws {
    let end = globalStep + count
    while globalStep < end {
      if reportEvery > 0, globalStep % reportEvery == 0, try !report(self) { return }
      try step(on: batches, file: file, line: line)
    }
    if reportEvery > 0 { _ = try report(self) }
  }

  /// One update, from the batch of the global step. Allocates nothing once there is a Program for the batch's size.
  public func step(on batches: Batches, file: String = #fileID, line: Int = #line) throws {
    try check(batches.dataset, at: SourceLocation(file, line))
    let samples = batches.range(at: globalStep).count
    let program: SampleProgram
    if let recent, recent.samples == samples {
      program = recent.step
    } else {
      program = try steps[samples] ?? makeStep(samples: samples)
      recent = (samples, program)
    }
    rate.floats[0] = optimizer.schedule(globalStep)
    try batches.withBatch(at: globalStep) { (features, targets) throws(LanesError) in
      try program.run(features: features, targets: targets)
    }
    globalStep += 1
  }

  /// Over all samples at once: the loss with its regularization.
  public func loss(on data: Dataset, file: String = #fileID, line: Int = #line) throws -> Float {
    try evaluate(data, at: SourceLocation(file, line)).result(0).values.first ?? .nan
  }

  /// Over all samples at once: the loss without its regularization.
  public func dataLoss(on data: Dataset, file: String = #fileID, line: Int = #line) throws -> Float {
    try evaluate(data, at: SourceLocation(file, line)).result(1).values.first ?? .nan
  }

  /// The model's output, [samples, outputs].
  public func predict(_ data: Dataset, file: String = #fileID, line: Int = #line) throws -> Tensor {
    try evaluate(data, at: SourceLocation(file, line)).result(2)
  }

  /// What one step does, for people to read.
  public func describeStep(samples: Int) throws -> String {
    try (steps[samples] ?? makeStep(samples: samples)).program.description
  }

  private func check(_ data: Dataset, at location: SourceLocation) throws(ModelError) {
    guard data.featureCount == featureCount, data.targetCount == targetCount else {
      throw ModelError(
        operation: "trainer", shapes: [[data.count, data.featureCount], [data.count, data.targetCount]],
        reason: "the model takes \(featureCount) features and \(targetCount) targets a sample, but the data has "
          + "\(data.featureCount) and \(data.targetCount)",
        location: location)
    }
  }

  private func evaluate(_ data: Dataset, at location: SourceLocation) throws -> Program {
    try check(data, at: location)
    let program = try evaluation(samples: data.count)
    try data.withSamples(0..<data.count) { (features, targets) throws(LanesError) in
      try program.run(features: features, targets: targets)
    }
    return program.program
  }

  private struct Model {
    let graph = Graph()
    let output: SymbolicTensor, dataLoss: SymbolicTensor, loss: SymbolicTensor
    let parameters: [SymbolicTensor]

    init(_ trainer: Trainer, samples: Int) {
      let features = graph.input(Inputs.features, [samples, trainer.featureCount])
      let targets = graph.input(Inputs.targets, [samples, trainer.targetCount])
      output = trainer.model(features)
      dataLoss = trainer.loss.value(output, targets)
      let trainable = graph.variables.filter(\.isTrainable)
      parameters = trainable.map { [graph] in graph.variable($0) }
      let weights = zip(trainable, parameters).filter { $0.0.role == .weight }.map(\.1)
      loss = trainer.regularizer.penalty(weights).map { [dataLoss] in dataLoss + $0 } ?? dataLoss
    }
  }

  private func makeStep(samples: Int) throws -> SampleProgram {
    let model = Model(self, samples: samples)
    let graph = model.graph
    let gradients = graph.gradients(
      of: model.loss, withRespectTo: model.parameters, at: model.loss.location)
    let updates = optimizer.updates(
      of: model.parameters, by: gradients, rate: graph.input(Inputs.rate, .scalar))
    let program = try Program(graph, updates: updates, state: state, on: backend)
    if let input = program.input(Inputs.rate) { program.bind(input, to: rate.floats) }
    let step = SampleProgram(program)
    steps[samples] = step
    return step
  }

  private func evaluation(samples: Int) throws -> SampleProgram {
    if let program = evaluations[samples] { return program }
    let model = Model(self, samples: samples)
    let results = [model.loss, model.dataLoss, model.output]
    let program = SampleProgram(try Program(model.graph, results: results, state: state, on: backend))
    evaluations[samples] = program
    return program
  }
}

private enum Inputs {
  static let features = "features", targets = "targets", rate = "rate"
}

/// A Program that reads samples.
private struct SampleProgram {
  let program: Program
  private let features: Program.Input?, targets: Program.Input?

  init(_ program: Program) {
    self.program = program
    (features, targets) = (program.input(Inputs.features), program.input(Inputs.targets))
  }

  func run(features: UnsafeBufferPointer<Float>, targets: UnsafeBufferPointer<Float>) throws(LanesError) {
    if let input = self.features, let base = features.baseAddress { program.bind(input, to: base) }
    if let input = self.targets, let base = targets.baseAddress { program.bind(input, to: base) }
    try program.run()
  }
}
