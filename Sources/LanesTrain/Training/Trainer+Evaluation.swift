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
  /// targets above a half, and not for others. Of no classes and several outputs, NaN.
  public func accuracy(
    on data: Dataset, threshold: Float = 0.5, averaged: Bool = false, file: String = #fileID, line: Int = #line
  ) throws -> Double {
    Self.accuracy(of: try predict(data, averaged: averaged, file: file, line: line), on: data, threshold: threshold)
  }

  /// Loss without its regularization, and accuracy, from one evaluation.
  func measure(_ data: Dataset, averaged: Bool, at location: SourceLocation) throws -> (loss: Float, accuracy: Double) {
    let program = try evaluate(data, averaged, at: location)
    return (program.result(1).values.first ?? .nan, Self.accuracy(of: program.result(2), on: data, threshold: 0.5))
  }

  private static func accuracy(of output: Tensor, on data: Dataset, threshold: Float) -> Double {
    let columns = output.shape.columns
    var right = 0
    if columns == 1 {
      right = zip(output.values, data.targets).filter { ($0 > threshold) == ($1 > 0.5) }.count
    } else if let labels = data.classes?.labels {
      for (row, label) in labels.enumerated() {
        let outputs = output.values[(row * columns)..<((row + 1) * columns)]
        let best = outputs.indices.max { outputs[$0] < outputs[$1] } ?? outputs.startIndex
        if best - outputs.startIndex == Int(label) { right += 1 }
      }
    } else {
      return .nan
    }
    return Double(right) / Double(data.count)
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
