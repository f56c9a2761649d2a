import LanesExamples
import LanesTrain

/// One training from its first step to its last, as every example that trains has it.
struct TrainingRun<Example: TrainingExample> {
  let example: Example
  let steps: Int
  let trainer: Trainer
  let data: Dataset
  /// Whether curves are wanted.
  let hasHistory: Bool

  init(_ example: Example, options: RunOptions, backend: ChosenBackend) throws {
    (self.example, steps, hasHistory) = (example, options.steps ?? example.steps, options.report != nil)
    trainer = try example.trainer(on: backend.backend)
    data = try example.batches().dataset
  }

  /// The progress line looks at the clock this often.
  private static var progressInterval: Int { 50 }
  /// A curve has about so many points.
  private static var historyPoints: Int { 400 }
  /// Parameters are printed where there are at most so many numbers.
  private static var printedParameters: Int { 2 }

  /// Trains; writes the loss every so often.
  func run(
    accuracy: ((Trainer, Dataset) throws -> Double)? = nil, output: (String) throws -> Void
  ) throws -> (result: ExampleResult, history: TrainingHistory) {
    var progress = ProgressLine(total: steps, unit: "steps")
    defer { progress.clear() }
    var history = TrainingHistory(trainer)
    let historyInterval = max(steps / Self.historyPoints, 1)
    var trace = Trace(columns: [])
    let time = try ContinuousClock().measure {
      trace = try example.train(trainer, steps: steps) { trainer in
        let step = trainer.globalStep
        if step % example.traceInterval == 0 || step == steps {
          let loss = try trainer.loss(on: data)
          guard loss.isFinite else { throw Divergence(what: "the loss", value: loss, step: step) }
          progress.clear()
          try output("step \(Table.padded("\(step)", toLeft: 7))  loss \(loss)\(parametersText())\n")
        }
        if hasHistory, step % historyInterval == 0 || step == steps { try history.add(trainer, data) }
        if step % Self.progressInterval == 0 { progress.show(step) }
      }
    }
    progress.clear()
    var result = ExampleResult(steps: trainer.globalStep, trace: trace)
    let loss = try trainer.loss(on: data)
    result.loss = loss
    result.accuracy = try accuracy?(trainer, data)
    result.parameters = tensors { $0 }
    if trainer.movingAverage != nil { result.shadow = tensors(MovingAverage.name) }
    result.text = Self.text(steps: steps, time: time, loss: loss, accuracy: result.accuracy)
    return (result, history)
  }

  /// The parameters, or what lives under another name beside each.
  private func tensors(_ name: (String) -> String) -> [ExampleResult.Parameter] {
    trainer.state.variables.filter(\.isTrainable).compactMap { variable in
      trainer.state[name(variable.name)].map { ExampleResult.Parameter(name: variable.name, value: $0) }
    }
  }

  private func parametersText() -> String {
    let values = tensors { $0 }.flatMap(\.value.values)
    return values.count > Self.printedParameters ? "" : "  w \(values.map { "\($0)" }.joined(separator: ", "))"
  }

  private static func text(steps: Int, time: Duration, loss: Float, accuracy: Double?) -> String {
    let seconds = time / .seconds(1)
    let rate = seconds > 0 ? ", \(Int(Double(steps) / seconds)) steps/s" : ""
    return """
      \(steps) steps in \((seconds * 100).rounded() / 100) s\(rate)
      loss \(loss)\(accuracy.map { ", accuracy \($0)" } ?? "")

      """
  }
}
