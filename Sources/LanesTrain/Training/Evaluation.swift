import Lanes

/// The model's output for so many samples, and the losses.
///
/// One Program computes them from all samples at once. Where the model keeps rows apart and there are many samples, one
/// computes the output, some samples after the others, and another one the losses from it: the bits are the same, and what
/// lies between features and output is never held for all samples.
final class Evaluation {
  /// Its results are the losses with and without regularization, and the output unless `pieces` give that.
  let program: SampleProgram
  private let pieces: OutputInPieces?
  private let samples: Int

  init(_ program: SampleProgram, samples: Int, pieces: OutputInPieces? = nil) {
    (self.program, self.samples, self.pieces) = (program, samples, pieces)
  }

  var isInPieces: Bool { pieces != nil }

  func run(_ shape: SampleShape, _ data: Dataset) throws(LanesError) {
    try pieces?.run(shape, data)
    try program.run(shape, data, 0..<samples)
  }

  var loss: Float { program.program.resultFloats(0).first ?? .nan }
  var dataLoss: Float { program.program.resultFloats(1).first ?? .nan }
  var output: Tensor { pieces?.output ?? program.program.result(2) }
}

/// The model on a fixed number of samples, keeping rows apart.
struct RowwiseModel {
  let model: SampleModel
  let program: SampleProgram
  let rows: Int

  var columns: Int { model.output.shape.columns }

  /// Whether a model for another number of samples does the same with each.
  func fits(_ other: SampleModel) -> Bool {
    model.output.node == other.output.node
      && model.graph.hasSameOperations(as: other.graph, through: model.output.node)
  }
}

/// The output for many samples by a model on some.
struct OutputInPieces {
  private let model: RowwiseModel
  private let memory: Memory
  private let shape: Shape

  init(_ model: RowwiseModel, samples: Int) throws(LanesError) {
    (self.model, shape) = (model, [samples, model.columns])
    memory = try Memory(count: shape.count)
  }

  /// The last piece ends with the last sample, and so may begin within the one before.
  func run(_ sampleShape: SampleShape, _ data: Dataset) throws(LanesError) {
    for start in stride(from: 0, to: shape.rows, by: model.rows) {
      let first = min(start, shape.rows - model.rows)
      try model.program.run(sampleShape, data, first..<first + model.rows)
      guard let floats = model.program.program.resultFloats().baseAddress else { return }
      (memory.floats + first * model.columns).update(from: floats, count: model.rows * model.columns)
    }
  }

  func bind(to program: Program) {
    if let input = program.input(Inputs.prediction) { program.bind(input, to: memory.floats) }
  }

  var output: Tensor { Tensor(shape: shape, copying: memory.floats) }
}
