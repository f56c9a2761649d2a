/// What training by epochs remembers beside the trainer's state: the epoch that has begun, and the best one.
extension Fit {
  private enum Name {
    static let best = Trainer.CheckpointName.fit + "best/"
    static let bestEpoch = Trainer.CheckpointName.fit + "best_epoch"
    static let bestLoss = Trainer.CheckpointName.fit + "best_validation_loss"
    static let lossSum = Trainer.CheckpointName.fit + "loss_sum"
    static let samples = Trainer.CheckpointName.fit + "samples"
  }

  /// The trainer's checkpoint, and beside it, under `fit/`, the best epoch's parameters and what was summed up since the last
  /// epoch ended.
  public func checkpoint(metadata: [String: String] = [:]) -> Checkpoint {
    var checkpoint = trainer.checkpoint(metadata: metadata)
    checkpoint.arrays[Name.lossSum] = StoredArray(checked: .scalar, .float64([lossSum]))
    checkpoint.arrays[Name.samples] = StoredArray(checked: .scalar, .int64([Int64(samples)]))
    if let best {
      checkpoint.arrays[Name.bestEpoch] = StoredArray(checked: .scalar, .int64([Int64(best.epoch)]))
      checkpoint.arrays[Name.bestLoss] = StoredArray(checked: .scalar, .float32([best.validationLoss]))
      for (name, value) in best.values { checkpoint[Name.best + name] = value }
    }
    return checkpoint
  }

  /// Goes on from a checkpoint of a run with the same model, data and settings.
  /// - Throws: `CheckpointError` with every difference. Nothing is changed then.
  public func restore(_ checkpoint: Checkpoint) throws(CheckpointError) {
    guard case .float64(let sum) = checkpoint.arrays[Name.lossSum]?.elements, sum.count == 1 else {
      throw CheckpointError(problems: [.fit(Name.lossSum)])
    }
    guard let seen = checkpoint.integers(Name.samples, count: 1)?.first, seen >= 0 else {
      throw CheckpointError(problems: [.fit(Name.samples)])
    }
    let best = try Self.best(in: checkpoint, of: trainer)
    try trainer.restore(checkpoint)
    (lossSum, samples, self.best) = (sum[0], seen, best)
  }

  /// The best epoch that a checkpoint holds, nil where it holds none.
  /// - Throws: `CheckpointError` where it is not of this trainer.
  public static func best(in checkpoint: Checkpoint, of trainer: Trainer) throws(CheckpointError) -> Best? {
    guard checkpoint.arrays[Name.bestEpoch] != nil else { return nil }
    guard let epoch = checkpoint.integers(Name.bestEpoch, count: 1)?.first else {
      throw CheckpointError(problems: [.fit(Name.bestEpoch)])
    }
    guard let loss = checkpoint[Name.bestLoss]?.values, loss.count == 1 else {
      throw CheckpointError(problems: [.fit(Name.bestLoss)])
    }
    var values: [String: Tensor] = [:]
    for variable in trainer.state.variables where trainer.modelNames.contains(variable.name) {
      if let problem = checkpoint.problem(Name.best + variable.name, as: variable) {
        throw CheckpointError(problems: [problem])
      }
      values[variable.name] = checkpoint[Name.best + variable.name]
    }
    return Best(epoch: epoch, validationLoss: loss[0], values: values)
  }
}

extension Trainer {
  /// Reads a model to predict with: a checkpoint's best parameters where a `Fit` has kept such, else its last ones.
  /// - Throws: `CheckpointError` with every difference. Nothing is changed then.
  public func restoreBest(_ checkpoint: Checkpoint) throws(CheckpointError) {
    let best = try Fit.best(in: checkpoint, of: self)
    try restore(checkpoint)
    for (name, value) in best?.values ?? [:] { state.overwrite(name, with: value.values) }
  }
}
