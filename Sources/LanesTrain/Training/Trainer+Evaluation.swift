import Lanes

/// Which evaluation a Program does.
struct EvaluationKey: Hashable {
  let samples: Int
  let isAveraged: Bool
}

extension Trainer {
  /// Over all samples at once: the loss with its regularization.
  /// - Parameter averaged: with the moving averages in place of the parameters.
  public func loss(
    on data: Dataset, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Float {
    try evaluate(data, averaged, at: SourceLocation(file, line)).result(0).values.first ?? .nan
  }

  /// Over all samples at once: the loss without its regularization.
  public func dataLoss(
    on data: Dataset, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Float {
    try evaluate(data, averaged, at: SourceLocation(file, line)).result(1).values.first ?? .nan
  }

  /// The model's output, [samples, outputs].
  public func predict(
    _ data: Dataset, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Tensor {
    try evaluate(data, averaged, at: SourceLocation(file, line)).result(2)
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
    let program = try evaluate(data, averaged, at: location)
    return (program.result(1).values.first ?? .nan, accuracy(of: program.result(2), on: data, threshold: 0.5))
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

  private func evaluate(_ data: Dataset, _ averaged: Bool, at location: SourceLocation) throws -> Program {
    try shape.check(data, at: location)
    if averaged, movingAverage == nil {
      throw ModelError(
        operation: "trainer", shapes: [], reason: "there are no moving averages: the trainer was made without",
        location: location)
    }
    let program = try evaluation(samples: data.count, averaged: averaged)
    try program.run(shape, data)
    return program.program
  }

  func evaluation(samples: Int, averaged: Bool) throws -> SampleProgram {
    let key = EvaluationKey(samples: samples, isAveraged: averaged)
    if let program = evaluations[key] { return program }
    let model = SampleModel(self, Graph(isAveraged: averaged), samples: samples)
    let results = [model.loss, model.dataLoss, model.output]
    let program = SampleProgram(try Program(model.graph, results: results, state: state, on: backend), scalars)
    evaluations[key] = program
    return program
  }
}
