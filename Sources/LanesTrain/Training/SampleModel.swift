import Lanes

/// What is to be predicted for a sample: some numbers, or a class.
public enum Targets: Sendable, Hashable, ExpressibleByIntegerLiteral {
  case numbers(Int)
  case classes

  public init(integerLiteral count: Int) { self = .numbers(count) }
}

/// What a model reads for each sample.
struct SampleShape {
  let features: Int
  let targets: Targets
  /// The loss's.
  let ignoredLabel: Int32?

  func targets(of samples: Int, in graph: Graph) -> SymbolicTensor {
    switch targets {
    case .numbers(let count): graph.input(Inputs.targets, [samples, count])
    case .classes: graph.input(Inputs.targets, [samples], .int32)
    }
  }

  /// Throws where data has other features or targets, or samples without a class that the loss would count.
  func check(_ data: Dataset, at location: SourceLocation) throws(ModelError) {
    let targetCount =
      switch targets {
      case .numbers(let count): count
      case .classes: data.classes == nil ? -1 : data.targetCount
      }
    if data.featureCount == features, data.targetCount == targetCount {
      guard let label = data.classes?.ignoredLabel, label != ignoredLabel else { return }
      throw ModelError(
        operation: "trainer", shapes: [[data.count, data.featureCount], [data.count, data.targetCount]],
        reason: "samples with the label \(label) have no class, but the loss "
          + (ignoredLabel.map { "ignores the label \($0)" } ?? "ignores no label"), location: location)
    }
    let wanted = targets == .classes ? "a class" : "\(targetCount) targets"
    let found = targets == .classes ? "\(data.targetCount) numbers as targets" : "\(data.targetCount)"
    throw ModelError(
      operation: "trainer", shapes: [[data.count, data.featureCount], [data.count, data.targetCount]],
      reason: "the model takes \(features) features and \(wanted) a sample, but the data has \(data.featureCount) and "
        + found, location: location)
  }
}

enum Inputs {
  static let features = "features", targets = "targets", prediction = "prediction", rate = "rate",
    decay = "moving average decay", step = "step"
}

/// A model applied to a graph, with its loss.
struct SampleModel {
  let graph: Graph
  let output: SymbolicTensor
  /// The loss without and with its regularization.
  let dataLoss: SymbolicTensor, loss: SymbolicTensor
  let parameters: [(variable: Variable, value: SymbolicTensor)]

  init(_ trainer: Trainer, _ graph: Graph, samples: Int) {
    let features = graph.input(Inputs.features, [samples, trainer.shape.features])
    let targets = trainer.shape.targets(of: samples, in: graph)
    self.init(trainer, graph, output: trainer.model(features), targets: targets)
  }

  init(_ trainer: Trainer, _ graph: Graph, output: SymbolicTensor, targets: SymbolicTensor) {
    (self.graph, self.output) = (graph, output)
    dataLoss = trainer.loss.value(output, targets)
    parameters = graph.parameters.map { ($0, graph.variable($0)) }
    let weights = parameters.filter { $0.variable.role == .weight }.map(\.value)
    loss = trainer.regularizer.penalty(weights).map { [dataLoss] in dataLoss + $0 } ?? dataLoss
  }
}

/// The numbers that change from step to step, in memory that step Programs read.
final class StepScalars {
  private let floats: Memory
  private let integers: UnsafeMutablePointer<Int32>

  init() throws(LanesError) {
    floats = try Memory(count: 2)
    integers = .allocate(capacity: 2)
    integers.initialize(repeating: 0, count: 2)
  }

  deinit { integers.deallocate() }

  /// - Parameter step: both halves are read, as two labels.
  func set(step: Int, rate: Float, decay: Float) {
    (floats.floats[0], floats.floats[1]) = (rate, decay)
    integers[0] = Int32(truncatingIfNeeded: step)
    integers[1] = Int32(truncatingIfNeeded: step >> 32)
  }

  func bind(to program: Program) {
    if let input = program.input(Inputs.rate) { program.bind(input, to: floats.floats) }
    if let input = program.input(Inputs.decay) { program.bind(input, to: floats.floats + 1) }
    if let input = program.input(Inputs.step) { program.bind(input, to: UnsafePointer(integers)) }
  }
}

/// A Program that reads samples.
struct SampleProgram {
  let program: Program
  private let features: Program.Input?, targets: Program.Input?

  init(_ program: Program, _ scalars: StepScalars) {
    self.program = program
    (features, targets) = (program.input(Inputs.features), program.input(Inputs.targets))
    scalars.bind(to: program)
  }

  func run(_ shape: SampleShape, _ data: Dataset, _ samples: Range<Int>) throws(LanesError) {
    if shape.targets == .classes {
      try data.withLabels(samples) { (x, labels) throws(LanesError) in try run(x, labels: labels) }
    } else {
      try data.withSamples(samples) { (x, y) throws(LanesError) in try run(x, numbers: y) }
    }
  }

  func run(_ shape: SampleShape, _ reader: BatchReader, at step: Int) throws(LanesError) {
    if shape.targets == .classes {
      try reader.withLabels(at: step) { (x, labels) throws(LanesError) in try run(x, labels: labels) }
    } else {
      try reader.withBatch(at: step) { (x, y) throws(LanesError) in try run(x, numbers: y) }
    }
  }

  func run(_ shape: SampleShape, _ batches: Batches, at step: Int) throws(LanesError) {
    if case .shuffled = batches.order { return try run(shape, BatchReader(batches), at: step) }
    try run(shape, batches.dataset, batches.range(at: step))
  }

  private func run(
    _ x: UnsafeBufferPointer<Float>, numbers y: UnsafeBufferPointer<Float>
  ) throws(LanesError) {
    if let features, let base = x.baseAddress { program.bind(features, to: base) }
    if let targets, let base = y.baseAddress { program.bind(targets, to: base) }
    try program.run()
  }

  private func run(
    _ x: UnsafeBufferPointer<Float>, labels: UnsafeBufferPointer<Int32>
  ) throws(LanesError) {
    if let features, let base = x.baseAddress { program.bind(features, to: base) }
    if let targets, let base = labels.baseAddress { program.bind(targets, to: base) }
    try program.run()
  }
}
