import LanesReference
import LanesTrain
import Testing

/// Samples that have no class, in data, training and evaluation.
@Suite("Ignored labels")
struct IgnoredLabelTests {
  static let classNames = ["a", "b", "c"]

  /// Sample i has the features i and i², made small; every third has the label `ignored`.
  static func data(_ count: Int = 30, ignored: Int32? = -100) throws -> Dataset {
    try Dataset(
      features: (0..<count).flatMap { [Float($0) / 10, Float($0 * $0) / 500] }, featureCount: 2,
      labels: labels(count, ignored: ignored), classNames: classNames, ignoredLabel: ignored)
  }
  static func labels(_ count: Int, ignored: Int32?) -> [Int32] {
    (0..<count).map { index in index % 3 == 1 ? ignored ?? 0 : Int32(index * 7 % 3) }
  }
  /// The samples that count.
  static func counted(_ count: Int = 30) throws -> Dataset {
    let all = try data(count, ignored: nil)
    return try all.selecting((0..<count).filter { $0 % 3 != 1 })
  }

  static func trainer(ignored: Int32?, rate: Float = 0.1) throws -> Trainer {
    try Trainer(
      Dense(2, 3, weights: .normal(seed: 4)), features: 2, targets: .classes,
      loss: .softmaxCrossEntropy(ignoredLabel: ignored), optimizer: .gradientDescent(.constant(rate)),
      on: ReferenceBackend())
  }

  // MARK: - Data

  @Test("data take the one label that is no class, and no other", .tags(.errors))
  func labelChecks() throws {
    func make(_ labels: [Int32], ignored: Int32?) throws -> Dataset {
      try Dataset(features: [1, 2], featureCount: 1, labels: labels, classNames: ["a", "b"], ignoredLabel: ignored)
    }
    let data = try make([-100, 1], ignored: -100)
    #expect(data.classes?.labels == [-100, 1] && data.classes?.ignoredLabel == -100)
    #expect(try make([0, .min], ignored: .min).classes?.labels == [0, .min])
    #expect(throws: DatasetError.labelOutOfRange(-100, sample: 0, classes: 2)) { try make([-100, 1], ignored: nil) }
    #expect(throws: DatasetError.labelOutOfRange(-1, sample: 1, classes: 2)) { try make([-100, -1], ignored: -100) }
    #expect(throws: DatasetError.labelOutOfRange(2, sample: 1, classes: 2)) { try make([-100, 2], ignored: -100) }
  }

  @Test("classes are counted without ignored labels")
  func numberedClasses() throws {
    func make(_ labels: [Int32], ignored: Int32?) throws -> Dataset {
      try Dataset(
        features: StoredArray(.float32([1, 2, 3])), labels: StoredArray(.int32(labels)), ignoredLabel: ignored)
    }
    #expect(try make([0, 255, 1], ignored: 255).classes?.names == ["0", "1"])
    #expect(try make([0, 255, 1], ignored: nil).classes?.names.count == 256)
    #expect(throws: DatasetError.classCount(0)) { try make([-1, -1, -1], ignored: -1) }
  }

  @Test("a split takes ignored samples along, stratified as one class more")
  func splits() throws {
    let data = try Self.data()
    let parts = try data.split(validation: 0.5, seed: 3, stratified: true)
    for part in [parts.training, parts.validation] {
      #expect(part.classes?.ignoredLabel == -100 && part.classes?.labels.filter { $0 == -100 }.count == 5)
    }
    #expect(try data.shuffled(seed: 1).classes?.ignoredLabel == -100)
    #expect(try Standardization(fitting: data).standardized(data).classes == data.classes)
  }

  @Test("a sample without a class has no row of targets", .tags(.errors))
  func oneHot() throws {
    #expect(throws: DatasetError.ignoredLabel(-100, sample: 1)) { try Self.data().oneHot() }
    #expect(try Self.counted().oneHot().targetCount == 3)
  }

  // MARK: - Training and evaluation

  @Test("loss and accuracy are those of the other samples", arguments: [-100, 1] as [Int32])
  func evaluation(ignored: Int32) throws {
    // A label in range that the loss ignores is ignored too, whether the data know of it or not.
    let all = try Self.data(ignored: ignored)
    let labels = try #require(all.classes?.labels)
    let others = try all.selecting(labels.indices.filter { labels[$0] != ignored })
    let unaware =
      ignored < 0
      ? all
      : try Dataset(
        features: all.features, featureCount: 2, labels: labels, classNames: Self.classNames)
    let trainer = try Self.trainer(ignored: ignored)
    let accuracy = try trainer.accuracy(on: others)
    #expect(accuracy > 0 && accuracy < 1)
    for data in [all, unaware] {
      #expect(try trainer.accuracy(on: data) == accuracy)
      #expect(try trainer.dataLoss(on: data) == trainer.dataLoss(on: others))
      #expect(try trainer.predict(data).shape == [30, 3])
    }
    let none = try all.selecting(labels.indices.filter { labels[$0] == ignored })
    #expect(try trainer.accuracy(on: none).isNaN && trainer.dataLoss(on: none) == 0)
  }

  @Test(
    "an epoch's loss is the mean over the samples that count", arguments: [Batches.Order.epochs, .shuffled(seed: 5)])
  func epochs(order: Batches.Order) throws {
    let trainer = try Self.trainer(ignored: -100, rate: 0)
    let expected = try trainer.dataLoss(on: Self.data())
    // Batches of 7 have 2, 3, or other numbers of ignored samples.
    let batches = try Self.data().batches(of: 7, order: order)
    var epochs: [Fit.Epoch] = []
    try trainer.fit(training: batches, validation: Self.data(), epochs: 2) { epochs.append($0) }
    #expect(epochs.count == 2)
    for epoch in epochs {
      #expect(abs(epoch.trainingLoss - expected) < 1e-6)
      #expect(try epoch.validationLoss == expected && epoch.accuracy == trainer.accuracy(on: Self.counted()))
    }
  }

  @Test("training sees the samples that count alone")
  func training() throws {
    let (ignoring, plain) = (try Self.trainer(ignored: -100), try Self.trainer(ignored: nil))
    try ignoring.train(steps: 20, on: Self.data().batches(of: 30))
    try plain.train(steps: 20, on: Self.counted().batches(of: 20))
    let (x, y) = (try ignoring.predict(Self.data()).values, try plain.predict(Self.data(ignored: nil)).values)
    #expect(zip(x, y).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("data with samples without a class need a loss that ignores them", .tags(.errors))
  func mismatch() throws {
    for (ignored, message) in [(nil, "ignores no label"), (-1, "ignores the label -1")] as [(Int32?, String)] {
      let trainer = try Self.trainer(ignored: ignored)
      let error = #expect(throws: ModelError.self) { try trainer.step(on: Self.data().batches(of: 4)) }
      #expect(error?.description.contains("samples with the label -100 have no class, but the loss \(message)") == true)
      #expect(throws: ModelError.self) { try trainer.accuracy(on: Self.data()) }
      #expect(throws: ModelError.self) { try trainer.fit(training: Self.data().batches(of: 4), epochs: 1) }
      #expect(trainer.globalStep == 0)
    }
  }

  @Test("a loss of one's own says what it ignores")
  func ownLoss() throws {
    let standard = Loss.softmaxCrossEntropy(ignoredLabel: -100)
    let own = Loss(ignoredLabel: -100) { y, target in 2 * standard(y, target) }
    #expect(own.ignoredLabel == -100 && standard.ignoredLabel == -100 && Loss.meanSquaredError.ignoredLabel == nil)
    let trainer = try Trainer(
      Dense(2, 3, weights: .normal(seed: 4)), features: 2, targets: .classes, loss: own,
      optimizer: .gradientDescent(.constant(0)), on: ReferenceBackend())
    #expect(try trainer.dataLoss(on: Self.data()) == 2 * Self.trainer(ignored: -100).dataLoss(on: Self.data()))
    #expect(try trainer.accuracy(on: Self.data()) == Self.trainer(ignored: nil).accuracy(on: Self.counted()))
  }
}
