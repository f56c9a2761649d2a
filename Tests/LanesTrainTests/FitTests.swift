import Lanes
import LanesReference
import LanesTrain
import Testing

@Suite("Training by epochs")
struct FitTests {
  static func trainer(
    rate: Float = 0.02, average: MovingAverage? = nil, seed: Int = 1
  ) throws -> Trainer {
    try Trainer(
      Sequential(
        Dense(2, 6, activation: .relu, weights: .normal(seed: seed)), Dropout(0.1),
        Dense(6, 2, weights: .normal(seed: seed + 1))),
      features: 2, targets: .classes, loss: .softmaxCrossEntropy(), optimizer: .adam(.constant(rate)),
      movingAverage: average, on: ReferenceBackend())
  }

  static func parts(_ count: Int = 60) throws -> (training: Batches, validation: Dataset) {
    let circles = try Dataset.circles(count: count)
    let data = try Dataset(
      features: circles.features, featureCount: 2, labels: circles.targets.map { Int32($0) },
      classNames: ["outside", "inside"])
    let split = try data.split(validation: 0.3, seed: 4)
    return (try split.training.batches(of: 8, order: .shuffled(seed: 2)), split.validation)
  }

  @Test("epochs are reported with the losses that evaluation gives")
  func reports() throws {
    let (training, validation) = try Self.parts()
    let trainer = try Self.trainer(average: .constant(0.9))
    var epochs: [Fit.Epoch] = []
    let end = try Fit(trainer, training: training, validation: validation, epochs: 5).run { epoch in
      let loss = try trainer.dataLoss(on: validation, averaged: true)
      let accuracy = try trainer.accuracy(on: validation, averaged: true)
      #expect(epoch.validationLoss == loss && epoch.accuracy == accuracy)
      epochs.append(epoch)
    }
    #expect(end == .allEpochs && epochs.map(\.number) == [1, 2, 3, 4, 5])
    #expect(epochs.map(\.step) == (1...5).map { $0 * training.stepsPerEpoch })
    #expect(epochs.allSatisfy { $0.rate == 0.02 })

    // The mean of the batches' losses, as they were before each update; without Dropout it is what evaluation gives.
    let plain = try Trainer(
      Dense(2, 2, weights: .normal(seed: 3)), features: 2, targets: .classes, loss: .softmaxCrossEntropy(),
      optimizer: .gradientDescent(.constant(0)), on: ReferenceBackend())
    let expected = try plain.dataLoss(on: training.dataset)
    try plain.fit(training: training, epochs: 1) { #expect(abs($0.trainingLoss - expected) < 1e-6) }
  }

  @Test("patience ends a run, and the best parameters are left")
  func patience() throws {
    let (training, validation) = try Self.parts()
    let trainer = try Self.trainer(rate: 0.5)
    var losses: [Float] = []
    let end = try trainer.fit(training: training, validation: validation, epochs: 500, patience: 4) {
      losses.append(try #require($0.validationLoss))
      #expect($0.isBest == (losses.dropLast().allSatisfy { $0 > (losses.last ?? .nan) }))
    }
    let best = try #require(losses.indices.min { losses[$0] < losses[$1] })
    #expect(end == .noImprovement && losses.count == best + 1 + 4 && losses.count < 500)
    #expect(try trainer.dataLoss(on: validation) == losses[best])
  }

  @Test("cancelled at any step and restored, a run ends in the same bits, and at the same epoch", .tags(.bits))
  func resumed() throws {
    let (training, validation) = try Self.parts()
    func fit(seed: Int = 1) throws -> Fit {
      try Fit(
        Self.trainer(rate: 0.3, average: .adaptive(0.95), seed: seed), training: training, validation: validation,
        epochs: 12, patience: 3)
    }
    let whole = try fit()
    var wholeEpochs: [Fit.Epoch] = []
    let wholeEnd = try whole.run { wholeEpochs.append($0) }
    var random = Random(8)
    var stored = try Safetensors.encode(fit().checkpoint())
    var epochs: [Fit.Epoch] = []
    var end = Fit.End.cancelled
    while end == .cancelled {
      let part = try fit(seed: 50)
      try part.restore(Safetensors.decode(stored))
      let last = part.trainer.globalStep + Int.random(in: 1...9, using: &random)
      end = try part.run(report: { epochs.append($0) }, while: { $0.trainer.globalStep < last })
      stored = try Safetensors.encode(part.checkpoint())
    }
    #expect(end == wholeEnd && epochs == wholeEpochs)
    #expect(try stored == Safetensors.encode(whole.checkpoint()))

    // Prediction from the checkpoint is by the best parameters.
    whole.useBest()
    let reader = try Self.trainer(average: .adaptive(0.95), seed: 70)
    try reader.restoreBest(Safetensors.decode(stored))
    #expect(try bits(reader.predict(validation)) == bits(whole.trainer.predict(validation)))
  }

  @Test("damaged memory of a run is refused, and nothing is changed", .tags(.errors))
  func refused() throws {
    let (training, validation) = try Self.parts()
    let fit = try Fit(Self.trainer(), training: training, validation: validation, epochs: 2)
    try fit.run()
    for name in ["fit/loss_sum", "fit/samples", "fit/best_validation_loss", "fit/best/dense1/bias"] {
      var checkpoint = fit.checkpoint()
      checkpoint.arrays[name] = nil
      let other = try Fit(Self.trainer(seed: 9), training: training, validation: validation, epochs: 2)
      let before = try bits(other.trainer.state)
      let error = #expect(throws: CheckpointError.self) { try other.restore(checkpoint) }
      #expect(try #require(error).description.contains(name))
      #expect(try bits(other.trainer.state) == before && other.trainer.globalStep == 0)
    }
  }

  @Test("counts below 1 and patience without validation are refused", .tags(.errors))
  func counts() throws {
    let (training, validation) = try Self.parts()
    let trainer = try Self.trainer()
    #expect(throws: TrainingError.count("number of epochs", 0)) { try trainer.fit(training: training, epochs: 0) }
    #expect(throws: TrainingError.noValidation) { try trainer.fit(training: training, epochs: 1, patience: 1) }
    #expect(throws: TrainingError.count("patience", 0)) {
      try trainer.fit(training: training, validation: validation, epochs: 1, patience: 0)
    }
  }
}

@Suite("What is not finite")
struct NotFiniteTests {
  /// y = x·w, and a loss with the logarithm of a number that gets below 0.
  private static func trainer(rate: Float, line: inout Int) throws -> Trainer {
    line = #line + 2
    let loss = Loss { y, target in
      mean(square(log(y) - target))
    }
    return try Trainer(
      Dense(1, 1, weights: .constant(1), bias: nil), features: 1, loss: loss,
      optimizer: .gradientDescent(.constant(rate)), on: ReferenceBackend())
  }

  private static func batches(_ features: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]) throws -> Batches {
    try Dataset(features: features, featureCount: 1, targets: features.map { _ in 0 }, targetCount: 1)
      .batches(of: 2, order: .epochs)
  }

  @Test("the operation that made a loss NaN is named with its line, and the step")
  func operation() throws {
    var line = 0
    let batches = try Self.batches()
    // w is 1; a large rate takes it below 0 in the first step of which log is not 0, so the next one's log is NaN.
    let trainer = try Self.trainer(rate: 10, line: &line)
    let error = #expect(throws: TrainingError.self) {
      try trainer.fit(training: batches, epochs: 3, findsNotFinite: true)
    }
    #expect(
      error
        == .notFinite(
          step: 1, what: "log [2, 1], row 0, column 0, is NaN",
          location: SourceLocation("LanesTrainTests/FitTests.swift", line)))
    #expect(error?.description.contains("FitTests.swift:\(line): training diverged in step 1: log") == true)
    #expect(try trainer.state["dense1/weights"]?.values[0].isNaN == false, "the step was not taken")
  }

  @Test("without the search the step is known, and the loss")
  func unlocated() throws {
    var line = 0
    let trainer = try Self.trainer(rate: 10, line: &line)
    #expect(throws: TrainingError.notFinite(step: 1, what: "the loss of the batch is NaN", location: nil)) {
      try trainer.fit(training: Self.batches(), epochs: 3)
    }
  }

  @Test("inputs and parameters are named before what is computed from them")
  func inputs() throws {
    var line = 0
    let trainer = try Self.trainer(rate: 0, line: &line)
    #expect(try trainer.firstNotFinite(on: Self.batches()) == nil)
    let bad = try Self.batches([1, 2, 3, .nan])
    #expect(try trainer.firstNotFinite(on: bad) == nil, "the first batch is in order")
    try trainer.step(on: bad)
    #expect(
      try trainer.firstNotFinite(on: bad)
        == NotFinite(what: "input 'features' [2, 1], row 1, column 0, is NaN", location: nil))
    try trainer.state.write(Tensor([1, 1], [.infinity]), to: "dense1/weights")
    #expect(
      try trainer.firstNotFinite(on: bad)
        == NotFinite(what: "'dense1/weights' [1, 1], row 0, column 0, is inf", location: nil))
  }

  @Test("an update that overflows is found though every loss was finite")
  func update() throws {
    let trainer = try Trainer(
      Dense(1, 1, weights: .constant(1), bias: nil), features: 1, loss: .meanSquaredError,
      optimizer: .gradientDescent(.constant(.greatestFiniteMagnitude)), on: ReferenceBackend())
    let batches = try Dataset(features: [3], featureCount: 1, targets: [0], targetCount: 1).batches(of: 1)
    let error = #expect(throws: TrainingError.self) {
      try trainer.fit(training: batches, epochs: 1, findsNotFinite: true)
    }
    #expect(
      error
        == .notFinite(step: 0, what: "'dense1/weights' [1, 1], row 0, column 0, is -inf", location: nil))
  }
}
