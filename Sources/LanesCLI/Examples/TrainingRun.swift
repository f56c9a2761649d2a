import LanesTrain

/// One training from its first step to its last, as every example that trains a net has it.
struct TrainingRun {
  /// The loss is reported this often.
  static let reportInterval = 2000
  /// The progress line looks at the clock this often.
  private static let progressInterval = 50

  let example: String
  /// What is special about this run, for people to read.
  let settings: String
  let backend: ChosenBackend
  let trainer: Trainer
  let data: Dataset
  let batches: Batches
  let steps: Int
  /// Nil where outputs are not classes.
  let accuracy: ((Trainer, Dataset) throws -> Double)?

  /// Trains, and writes the results.
  func run(format: OutputFormat) throws {
    switch format {
    case .json:
      try train { _, _ in }
      try Output.write(result().json.description + "\n")
    case .text:
      try Output.write("\(example): \(settings); \(backend.description)\n")
      let clock = ContinuousClock()
      let time = try clock.measure {
        try train { step, loss in try Output.write("step \(Table.padded("\(step)", toLeft: 7))  loss \(loss)\n") }
      }
      try Output.write(result().text(time: time))
    }
  }

  private func train(report: (_ step: Int, _ loss: Float) throws -> Void) throws {
    var progress = ProgressLine(total: steps, unit: "steps")
    defer { progress.clear() }
    try trainer.train(steps: steps, on: batches, reportEvery: Self.progressInterval) { trainer in
      let step = trainer.globalStep
      if step % Self.reportInterval == 0 || step == steps {
        let loss = try trainer.loss(on: data)
        guard loss.isFinite else { throw Divergence(what: "the loss", value: loss, step: step) }
        progress.clear()
        try report(step, loss)
      }
      progress.show(step)
      return true
    }
  }

  private func result() throws -> TrainingResult {
    let parameters = trainer.state.variables.filter(\.isTrainable).compactMap { variable in
      trainer.state[variable.name].map { TrainingResult.Parameter(name: variable.name, value: $0) }
    }
    for parameter in parameters {
      guard let index = parameter.value.values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw Divergence(
        what: "\(parameter.name), element \(index),", value: parameter.value.values[index], step: trainer.globalStep)
    }
    return TrainingResult(
      example: example, backend: backend, steps: trainer.globalStep, loss: try trainer.loss(on: data),
      accuracy: try accuracy?(trainer, data), parameters: parameters)
  }
}

/// Training went where float32 ends.
struct Divergence: Error, CustomStringConvertible {
  let what: String
  let value: Float
  let step: Int

  var description: String { "training diverged: \(what) is \(value.isNaN ? "NaN" : "\(value)") after \(step) steps" }
}
