import Lanes

/// Which evaluation a Program does.
struct EvaluationKey: Hashable {
  let samples: Int
  let isAveraged: Bool
}

extension Trainer {
  /// Over all samples: the loss with its regularization.
  /// - Parameter averaged: with the moving averages in place of the parameters.
  public func loss(
    on data: Dataset, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Float {
    try evaluate(data, averaged, at: SourceLocation(file, line)).loss
  }

  /// Over all samples: the loss without its regularization.
  public func dataLoss(
    on data: Dataset, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Float {
    try evaluate(data, averaged, at: SourceLocation(file, line)).dataLoss
  }

  /// The model's output, [samples, outputs]. Computed for 4096 samples after the others where there are more and the model
  /// keeps them apart, as layers do.
  public func predict(
    _ data: Dataset, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try evaluate(data, averaged, at: SourceLocation(file, line)).output
  }

  /// The share of samples whose class has the largest output; for one output, which is right if it is above `threshold` for
  /// targets above a half, and not for others. Samples with the loss's ignored label do not count. NaN where none does, where
  /// the output is not a row a sample, and of no classes and several outputs.
  public func accuracy(
    on data: Dataset, threshold: Float = 0.5, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Double {
    accuracy(of: try predict(data, averaged: averaged, file: file, line: line), on: data, threshold: threshold)
  }

  /// Loss without its regularization, and accuracy, from one evaluation.
  func measure(_ data: Dataset, averaged: Bool, at location: SourceLocation) throws -> (loss: Float, accuracy: Double) {
    let evaluation = try evaluate(data, averaged, at: location)
    return (evaluation.dataLoss, accuracy(of: evaluation.output, on: data, threshold: 0.5))
  }

  private func accuracy(of output: Tensor, on data: Dataset, threshold: Float) -> Double {
    let (columns, values, labels) = (output.shape.columns, output.values, data.classes?.labels)
    guard columns == 1 || labels != nil, values.count == data.count * columns else { return .nan }
    var (right, counted) = (0, 0)
    for sample in 0..<data.count {
      if let labels, labels[sample] == loss.ignoredLabel { continue }
      counted += 1
      let row = sample * columns..<(sample + 1) * columns
      if columns == 1 {
        if (values[sample] > threshold) == (data.targets[sample] > 0.5) { right += 1 }
      } else if let labels, let best = row.max(by: { values[$0] < values[$1] }) {
        if best - row.lowerBound == Int(labels[sample]) { right += 1 }
      }
    }
    return Double(right) / Double(counted)
  }

  private func evaluate(_ data: Dataset, _ averaged: Bool, at location: SourceLocation) throws -> Evaluation {
    try shape.check(data, at: location)
    if averaged, movingAverage == nil {
      throw ModelError(
        operation: "trainer", shapes: [], reason: "there are no moving averages: the trainer was made without",
        location: location)
    }
    let evaluation = try evaluation(samples: data.count, averaged: averaged)
    try evaluation.run(shape, data)
    return evaluation
  }

  func evaluation(samples: Int, averaged: Bool) throws -> Evaluation {
    let key = EvaluationKey(samples: samples, isAveraged: averaged)
    if let evaluation = evaluations[key] { return evaluation }
    let whole = SampleModel(self, Graph(isAveraged: averaged), samples: samples)
    let evaluation: Evaluation
    if samples > rowsAtOnce, let rowwise = try rowwiseModel(averaged: averaged), rowwise.fits(whole) {
      evaluation = try self.evaluation(samples: samples, averaged: averaged, by: rowwise)
    } else {
      let program = try Program(
        whole.graph, results: [whole.loss, whole.dataLoss, whole.output], state: state, on: backend)
      evaluation = Evaluation(SampleProgram(program, scalars), samples: samples)
    }
    evaluations[key] = evaluation
    return evaluation
  }

  private func evaluation(samples: Int, averaged: Bool, by rowwise: RowwiseModel) throws -> Evaluation {
    let pieces = try OutputInPieces(rowwise, samples: samples)
    let graph = Graph(isAveraged: averaged)
    // In the order of the model, which regularization adds them up in.
    for parameter in rowwise.model.parameters { _ = graph.variable(parameter.variable) }
    let model = SampleModel(
      self, graph, output: graph.input(Inputs.prediction, [samples, rowwise.columns]),
      targets: shape.targets(of: samples, in: graph))
    let program = try Program(graph, results: [model.loss, model.dataLoss], state: state, on: backend)
    pieces.bind(to: program)
    return Evaluation(SampleProgram(program, scalars), samples: samples, pieces: pieces)
  }

  private func rowwiseModel(averaged: Bool) throws -> RowwiseModel? {
    if let known = rowwiseModels[averaged] { return known }
    let model = SampleModel(self, Graph(isAveraged: averaged), samples: rowsAtOnce)
    var rowwise: RowwiseModel?
    if model.graph.keepsRowsApart(model.output, from: Inputs.features, rows: rowsAtOnce) {
      let program = try Program(model.graph, results: [model.output], state: state, on: backend)
      rowwise = RowwiseModel(model: model, program: SampleProgram(program, scalars), rows: rowsAtOnce)
    }
    rowwiseModels[averaged] = .some(rowwise)
    return rowwise
  }
}
