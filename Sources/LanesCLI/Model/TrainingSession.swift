import LanesTrain

/// One run of `lanes train`: epochs with their reports, saved as they go.
struct TrainingSession {
  let fit: Fit
  let model: ModelDescription
  let path: String
  let interval: CheckpointInterval
  let metrics: OutputFile?
  let format: OutputFormat

  /// How many epochs are printed, about.
  private static let printedEpochs = 20

  /// Trains until the end, or until a signal comes. Whatever the end, the model is saved.
  func run() throws -> Fit.End {
    let first = fit.trainer.globalStep
    let (product, isEndless) = fit.training.stepsPerEpoch.multipliedReportingOverflow(by: fit.epochs)
    let total = isEndless ? Int.max : product
    var progress = ProgressLine(total: total - first, unit: "steps")
    defer { progress.clear() }
    let clock = ContinuousClock()
    var (saved, savedStep) = (clock.now, first)
    func save() throws {
      try SavedModel.write(fit, model, to: path)
      (saved, savedStep) = (clock.now, fit.trainer.globalStep)
    }
    if format == .text, first < total { try Output.write(Self.heading) }
    let start = clock.now
    let end = try fit.run { epoch in
      try metrics?.write(json(epoch, seconds: (clock.now - start) / .seconds(1)).description + "\n")
      if interval.isDue(afterEpoch: epoch.number, sinceLast: clock.now - saved) { try save() }
      if format == .text, epoch.number % max(fit.epochs / Self.printedEpochs, 1) == 0 || epoch.number == fit.epochs {
        progress.clear()
        try Output.write(Self.line(epoch))
      }
    } while: { fit in
      let step = fit.trainer.globalStep
      if step > savedStep, interval.isDue(atStep: step) { try save() }
      progress.show(step - first)
      return Interrupt.number == nil
    }
    try save()
    return end
  }

  private func json(_ epoch: Fit.Epoch, seconds: Double) -> JSON {
    .object([
      ("epoch", .integer(epoch.number)), ("step", .integer(epoch.step)), ("trainingLoss", .float(epoch.trainingLoss)),
      ("validationLoss", epoch.validationLoss.map { .float($0) } ?? .null),
      ("validationAccuracy", epoch.accuracy.map { .double($0) } ?? .null), ("rate", .float(epoch.rate)),
      ("isBest", .bool(epoch.isBest)), ("seconds", .double(seconds)),
    ])
  }

  private static let widths = [6, 8, 15, 15, 8]

  private static var heading: String { row(["epoch", "step", "training loss", "validation loss", "accuracy"]) }

  private static func line(_ epoch: Fit.Epoch) -> String {
    row([
      "\(epoch.number)", "\(epoch.step)", "\(epoch.trainingLoss)", epoch.validationLoss.map { "\($0)" } ?? "-",
      epoch.accuracy.map { percent($0) } ?? "-",
    ])
  }

  private static func row(_ cells: [String]) -> String {
    zip(cells, widths).map { Table.padded($0, toLeft: $1) }.joined(separator: "  ") + "\n"
  }

  /// With two digits after the point.
  static func percent(_ share: Double) -> String {
    let hundredths = Int((share * 10_000).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }
}
