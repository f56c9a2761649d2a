import Lanes

/// Training epoch by epoch, with validation, early stopping, and a check of every loss.
///
/// An epoch is `training.stepsPerEpoch` steps; epochs are counted by the trainer's global step, so a trainer that has
/// trained already goes on where it is. Where the trainer keeps moving averages, validation uses them.
/// ```swift
/// let fit = try Fit(trainer, training: batches, validation: held, epochs: 100, patience: 5)
/// try fit.run { print($0.number, $0.trainingLoss, $0.validationLoss ?? .nan) }
/// fit.useBest()
/// ```
/// Not Sendable, as its Trainer is not.
public final class Fit {
  public let trainer: Trainer
  public let training: Batches
  public let validation: Dataset?
  public let epochs: Int
  /// Epochs without a smaller loss on the validation data after which training stops; nil: never.
  public let patience: Int?
  /// Whether the operation that made a loss NaN or infinite is looked for, by taking the steps of the epoch again. Keeps a
  /// copy of the State from the epoch's beginning.
  public let findsNotFinite: Bool

  /// What is known at the end of an epoch. Losses are without regularization.
  public struct Epoch: Sendable, Hashable {
    /// From 1.
    public let number: Int
    /// Updates so far.
    public let step: Int
    /// The mean over the epoch's samples, of each batch before its update. Samples with the loss's ignored label do not count.
    public let trainingLoss: Float
    /// Nil without validation data.
    public let validationLoss: Float?
    /// Of the validation data; nil where there is none, or its targets are not classes.
    public let accuracy: Double?
    /// The learning rate of the epoch's last step.
    public let rate: Float
    /// Whether no epoch before had so small a loss on the validation data; true without these.
    public let isBest: Bool
  }

  /// The epoch with the smallest loss on the validation data, and the parameters and moving averages after it.
  public struct Best: Sendable, Hashable {
    public let epoch: Int
    public let validationLoss: Float
    let values: [String: Tensor]
  }

  /// Why a run ended.
  public enum End: Sendable, Hashable { case allEpochs, noImprovement, cancelled }

  public internal(set) var best: Best?
  /// Of the epoch that has begun: Σ loss·samples, and samples, of those that count.
  var lossSum = 0.0, samples = 0
  private let reader: BatchReader
  private let location: SourceLocation
  private var start: (step: Int, values: [(name: String, value: Tensor)])?

  /// - Throws: `TrainingError` for counts below 1, or patience without validation data; `ModelError` where data do not fit
  ///   the model.
  public init(
    _ trainer: Trainer, training: Batches, validation: Dataset? = nil, epochs: Int, patience: Int? = nil,
    findsNotFinite: Bool = false, file: String = #fileID, line: Int = #line
  ) throws {
    location = SourceLocation(file, line)
    if epochs < 1 { throw TrainingError.count("number of epochs", epochs) }
    if let patience {
      if patience < 1 { throw TrainingError.count("patience", patience) }
      if validation == nil { throw TrainingError.noValidation }
    }
    try trainer.shape.check(training.dataset, at: location)
    if let validation { try trainer.shape.check(validation, at: location) }
    (self.trainer, self.training, self.validation) = (trainer, training, validation)
    (self.epochs, self.patience, self.findsNotFinite) = (epochs, patience, findsNotFinite)
    reader = BatchReader(training)
  }

  /// Whole epochs so far.
  public var epoch: Int { training.epoch(at: trainer.globalStep) }

  /// Why there is nothing left to do; nil while there is.
  public var end: End? {
    if let patience, let best, epoch - best.epoch >= patience { return .noImprovement }
    return epoch >= epochs ? .allEpochs : nil
  }

  /// Trains until the last epoch, or until patience ends.
  /// - Parameters:
  ///   - report: gets what is known at the end of each epoch. A checkpoint can be taken in it.
  ///   - shouldContinue: is asked before each step; false ends the run. A checkpoint can be taken in it.
  /// - Throws: `TrainingError.notFinite` where a loss is; the State is of no use then.
  @discardableResult public func run(
    report: (Epoch) throws -> Void = { _ in }, while shouldContinue: (Fit) throws -> Bool = { _ in true }
  ) throws -> End {
    remember()
    while true {
      if let end { return end }
      if try !shouldContinue(self) { return .cancelled }
      let count = reader.count(at: trainer.globalStep, ignoring: trainer.loss.ignoredLabel)
      let loss = try trainer.lossStep(on: reader)
      if !loss.isFinite { throw try notFinite("the loss of the batch is \(loss.isNaN ? "NaN" : "\(loss)")") }
      lossSum += Double(loss) * Double(count)
      samples += count
      if trainer.globalStep % training.stepsPerEpoch == 0 { try report(endEpoch()) }
    }
  }

  private func endEpoch() throws -> Epoch {
    let measured = try validation.map {
      try trainer.measure($0, averaged: trainer.movingAverage != nil, at: location)
    }
    if let variable = trainer.notFiniteVariable() { throw try notFinite(variable.what) }
    if let loss = measured?.loss, !loss.isFinite { throw try notFinite("the loss of the validation data is \(loss)") }
    let isBest = measured.map { new in best.map { new.loss < $0.validationLoss } ?? true } ?? true
    if isBest, let measured {
      best = Best(epoch: epoch, validationLoss: measured.loss, values: trainer.modelValues)
    }
    let result = Epoch(
      number: epoch, step: trainer.globalStep, trainingLoss: Float(lossSum / Double(max(samples, 1))),
      validationLoss: measured?.loss, accuracy: validation?.classes == nil ? nil : measured?.accuracy,
      rate: trainer.optimizer.schedule(trainer.globalStep - 1), isBest: isBest)
    (lossSum, samples) = (0, 0)
    remember()
    return result
  }

  /// Puts the best epoch's parameters and moving averages into the State, where there is validation data. What the optimizer
  /// remembers stays as it is: take the checkpoint to resume from before.
  public func useBest() {
    for (name, value) in best?.values ?? [:] { trainer.state.overwrite(name, with: value.values) }
  }

  private func remember() {
    guard findsNotFinite else { return }
    let state = trainer.state
    start = (
      trainer.globalStep, state.variables.compactMap { variable in state[variable.name].map { (variable.name, $0) } }
    )
  }

  /// The error for what was found after the last step.
  private func notFinite(_ what: String) throws -> TrainingError {
    let last = trainer.globalStep - 1
    if let start, let found = try trainer.firstNotFinite(from: start, through: last, reader) { return found }
    return .notFinite(step: last, what: what, location: nil)
  }
}

extension Trainer {
  /// Trains epoch by epoch, and leaves the parameters of the epoch with the smallest loss on the validation data, where
  /// there are such; `Fit` is the same in parts, for runs that are interrupted and resumed.
  @discardableResult public func fit(
    training: Batches, validation: Dataset? = nil, epochs: Int, patience: Int? = nil, findsNotFinite: Bool = false,
    file: String = #fileID, line: Int = #line, report: (Fit.Epoch) throws -> Void = { _ in },
    while shouldContinue: (Fit) throws -> Bool = { _ in true }
  ) throws -> Fit.End {
    let fit = try Fit(
      self, training: training, validation: validation, epochs: epochs, patience: patience,
      findsNotFinite: findsNotFinite, file: file, line: line)
    let end = try fit.run(report: report, while: shouldContinue)
    fit.useBest()
    return end
  }

  /// Parameters and their moving averages.
  var modelValues: [String: Tensor] {
    var values: [String: Tensor] = [:]
    for name in modelNames { values[name] = state[name] }
    return values
  }

  var modelNames: [String] {
    let names = state.variables.filter(\.isTrainable).map(\.name)
    return movingAverage == nil ? names : names + names.map(MovingAverage.name(of:))
  }
}
