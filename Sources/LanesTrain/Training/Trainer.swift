import Lanes

/// Trains a model: batch after batch, one global step each.
///
/// The model is compiled once for each batch size, on first use; all share the `State`, in which parameters can be read and
/// written by name. Not Sendable: use it from one thread at a time.
public final class Trainer {
  public let backend: any Backend
  public let state: State
  public let movingAverage: MovingAverage?
  /// Updates so far.
  public internal(set) var globalStep = 0

  let model: any Layer
  let loss: Loss
  let regularizer: Regularizer
  public let optimizer: Optimizer
  let shape: SampleShape
  let scalars: StepScalars
  private var steps: [StepKey: SampleProgram] = [:]
  /// The step program of the last batch's size: batches are of one size but for the last.
  private var recent: (key: StepKey, step: SampleProgram)?
  var evaluations: [EvaluationKey: Evaluation] = [:]
  /// By whether it reads the moving averages; nil where the model mixes rows.
  var rowwiseModels: [Bool: RowwiseModel?] = [:]
  /// Samples that an evaluation computes at once, where it may choose; more than 64.
  var rowsAtOnce = 4096

  /// - Parameters:
  ///   - features: numbers a sample.
  ///   - targets: numbers a sample, as an integer literal, or `.classes`.
  ///   - movingAverage: shadow parameters, updated after each step.
  ///   - state: to go on with parameters that exist already.
  /// - Throws: `ModelError` where layers, loss or sizes do not fit; `LanesError` where memory is short.
  public init(
    _ model: any Layer, features: Int, targets: Targets = 1, loss: Loss, regularizer: Regularizer = .none,
    optimizer: Optimizer, movingAverage: MovingAverage? = nil, on backend: any Backend, state: State = State()
  ) throws {
    (self.model, self.loss, self.regularizer, self.optimizer) = (model, loss, regularizer, optimizer)
    (self.movingAverage, self.backend, self.state) = (movingAverage, backend, state)
    shape = SampleShape(features: features, targets: targets, ignoredLabel: loss.ignoredLabel)
    scalars = try StepScalars()
    _ = try makeStep(StepKey(samples: 1, givesLoss: false))
    _ = try evaluation(samples: 1, averaged: false)
  }

  /// Runs so many steps from the global step on, over batches that wrap around.
  /// - Parameters:
  ///   - reportEvery: calls `report` before each step whose number is a multiple of this, and after the last.
  ///   - report: gets the trainer; return false to stop.
  public func train(
    steps count: Int, on batches: Batches, reportEvery: Int = 0, file: String = #fileID, line: Int = #line,
    _ report: (Trainer) throws -> Bool = { _ in true }
  ) throws {
    try shape.check(batches.dataset, at: SourceLocation(file, line))
    let reader = BatchReader(batches)
    let end = globalStep + count
    while globalStep < end {
      if reportEvery > 0, globalStep % reportEvery == 0, try !report(self) { return }
      try step(on: reader)
    }
    if reportEvery > 0 { _ = try report(self) }
  }

  /// One update, from the batch of the global step. Allocates nothing once there is a Program for the batch's size, where
  /// the batches come in order.
  public func step(on batches: Batches, file: String = #fileID, line: Int = #line) throws {
    try shape.check(batches.dataset, at: SourceLocation(file, line))
    _ = try update(StepKey(samples: batches.range(at: globalStep).count, givesLoss: false)) { program in
      try program.run(shape, batches, at: globalStep)
    }
  }

  /// One update, from the reader's batch of the global step. Allocates nothing once there is a Program for the batch's size.
  func step(on reader: BatchReader) throws {
    _ = try update(StepKey(samples: reader.batches.range(at: globalStep).count, givesLoss: false)) { program in
      try program.run(shape, reader, at: globalStep)
    }
  }

  /// As `step(on:)`. Gives the loss of the batch, without its regularization, from before the update.
  func lossStep(on reader: BatchReader) throws -> Float {
    let program = try update(StepKey(samples: reader.batches.range(at: globalStep).count, givesLoss: true)) {
      try $0.run(shape, reader, at: globalStep)
    }
    return program.program.resultFloats().first ?? .nan
  }

  private func update(_ key: StepKey, _ run: (SampleProgram) throws -> Void) throws -> SampleProgram {
    let program: SampleProgram
    if let recent, recent.key == key {
      program = recent.step
    } else {
      program = try steps[key] ?? makeStep(key)
      recent = (key, program)
    }
    setScalars()
    try run(program)
    globalStep += 1
    return program
  }

  /// Puts the numbers of the step that comes next where Programs read them.
  func setScalars() {
    scalars.set(step: globalStep, rate: optimizer.schedule(globalStep), decay: movingAverage?(globalStep + 1) ?? 0)
  }

  /// What one step does, for people to read.
  public func describeStep(samples: Int) throws -> String {
    let key = StepKey(samples: samples, givesLoss: false)
    return try (steps[key] ?? makeStep(key)).program.description
  }

  private func makeStep(_ key: StepKey) throws -> SampleProgram {
    let model = SampleModel(self, Graph(isTraining: true), samples: key.samples)
    let graph = model.graph
    let gradients = graph.gradients(
      of: model.loss, withRespectTo: model.parameters.map(\.value), at: model.loss.location)
    var updates = optimizer.updates(
      of: model.parameters, by: gradients, rate: graph.input(Inputs.rate, .scalar))
    if movingAverage != nil {
      let decay = graph.input(Inputs.decay, .scalar)
      for (index, parameter) in model.parameters.enumerated() {
        updates[index] = updates[index].averaging(into: graph.variable(parameter.variable.average), decay: decay)
      }
    }
    let results = key.givesLoss ? [model.dataLoss] : []
    let program = try Program(graph, results: results, updates: updates, state: state, on: backend)
    let step = SampleProgram(program, scalars)
    steps[key] = step
    return step
  }
}

/// Which step a Program does.
private struct StepKey: Hashable {
  let samples: Int
  /// Whether the loss of the batch is a result.
  let givesLoss: Bool
}
