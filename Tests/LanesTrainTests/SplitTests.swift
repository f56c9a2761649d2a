import LanesTrain
import Testing

@Suite("Dataset: classes, splits, orders")
struct SplitTests {
  /// Sample i has the feature i; every third is of class 1, but for that of class 0; the last of class 2.
  private func classed(_ count: Int) throws -> Dataset {
    try Dataset(
      features: (0..<count).map { Float($0) }, featureCount: 1,
      labels: (0..<count).map { $0 == count - 1 ? 2 : $0 % 3 == 0 ? 1 : 0 }, classNames: ["a", "b", "c"],
      featureNames: ["x"], targetName: "kind")
  }

  @Test("the yogurt data are NumPy's, exactly, as the lecture draws them")
  func yogurt() throws {
    let golden = try Golden.load("yogurt_mse")
    let samples = Dataset.yogurtSamples(count: 32, seed: golden.seed)
    #expect(samples.features == golden.features)
    #expect(samples.targets == golden.targets)
    let data = try Dataset.yogurt()
    #expect(data.features == golden.features.map { Float($0) } && data.targets == golden.targets.map { Float($0) })
    #expect(data.count == 32 && data.featureCount == 2 && data.targetCount == 1)
    #expect(throws: DatasetError.noSamples(count: .min)) { try Dataset.yogurt(count: .min) }
    #expect(Dataset.yogurtSamples(count: -1).targets.isEmpty)
  }

  @Test("a class is a number, too, and can be made one-hot")
  func classes() throws {
    let data = try classed(4)
    #expect(data.targets == [1, 0, 0, 2] && data.targetCount == 1 && data.targetNames == ["kind"])
    #expect(data.classes?.labels == [1, 0, 0, 2] && data.classes?.names == ["a", "b", "c"])
    let hot = try data.oneHot()
    #expect(hot.targets == [0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1] && hot.targetNames == ["a", "b", "c"])
    #expect(hot.classes == nil)
    #expect(throws: DatasetError.notClasses) { try hot.oneHot() }
  }

  @Test("labels and class names that do not fit are errors")
  func misfits() {
    func make(_ labels: [Int32], _ names: [String]) throws -> Dataset {
      try Dataset(features: [1, 2], featureCount: 1, labels: labels, classNames: names)
    }
    #expect(throws: DatasetError.labelOutOfRange(2, sample: 1, classes: 2)) { try make([0, 2], ["a", "b"]) }
    #expect(throws: DatasetError.labelOutOfRange(-1, sample: 0, classes: 2)) { try make([-1, 0], ["a", "b"]) }
    #expect(throws: DatasetError.duplicateClass("a")) { try make([0, 0], ["a", "a"]) }
    #expect(throws: DatasetError.classCount(0)) { try make([0, 0], []) }
    #expect(throws: DatasetError.differentCounts(features: 2, targets: 1)) { try make([0], ["a"]) }
  }

  @Test("a number that is not finite is named")
  func notFinite() throws {
    let data = try Dataset(
      features: [1, 2, 3, .nan], featureCount: 2, targets: [1, 2], targetCount: 1, featureNames: ["a", "b"])
    let error = #expect(throws: DatasetError.self) { try data.checkFinite() }
    #expect(error?.description == "feature 'b' of sample 1 is nan")
    #expect(throws: DatasetError.self) { try Standardization(fitting: data) }
    let infinite = try Dataset(features: [1], featureCount: 1, targets: [.infinity], targetCount: 1)
    #expect(throws: DatasetError.notFinite("target 0", sample: 0, value: "inf")) { try infinite.checkFinite() }
  }

  @Test("a split holds out the share, takes every sample once, and is a function of the seed")
  func split() throws {
    let data = try classed(100)
    let parts = try data.split(validation: 0.2, seed: 7)
    #expect(parts.validation.count == 20 && parts.training.count == 80)
    #expect((parts.training.features + parts.validation.features).sorted() == data.features)
    #expect(parts.training.classes?.names == data.classes?.names && parts.validation.featureNames == ["x"])
    for part in [parts.training, parts.validation] {
      for (feature, label) in zip(part.features, part.classes?.labels ?? []) {
        #expect(data.classes?.labels[Int(feature)] == label)
      }
    }
    #expect(try data.split(validation: 0.2, seed: 7) == parts)
    #expect(try data.split(validation: 0.2, seed: 8) != parts)
    // Its permutation begins 6, 8, 11.
    #expect(try classed(12).splitIndices(validation: 0.25, seed: 1).validation == [6, 8, 11])
  }

  @Test("a stratified split gives every class its share")
  func stratified() throws {
    let data = try Dataset(
      features: Array(repeating: 0, count: 100), featureCount: 1,
      labels: (0..<100).map { $0 < 70 ? 0 : $0 < 95 ? 1 : 2 },
      classNames: ["a", "b", "c"])
    for seed in 0..<20 as Range<UInt64> {
      let labels = try #require(
        try data.split(validation: 0.2, seed: seed, stratified: true).validation.classes?.labels)
      #expect((0..<3).map { label in labels.filter { $0 == label }.count } == [14, 5, 1])
    }
    // 33 of 100 are 23.1, 8.25 and 1.65: the third gets the one that is left.
    let odd = try #require(try data.split(validation: 0.33, seed: 3, stratified: true).validation.classes?.labels)
    #expect((0..<3).map { label in odd.filter { $0 == label }.count } == [23, 8, 2])
    #expect(throws: DatasetError.notClasses) { try Dataset.yogurt().split(validation: 0.5, seed: 1, stratified: true) }
  }

  @Test("a split without one of its parts is refused", arguments: [0, 1, -1, .nan, .infinity, 0.04, 0.96])
  func emptySplits(fraction: Double) throws {
    #expect(throws: DatasetError.self) { try classed(10).split(validation: fraction, seed: 1) }
  }

  @Test("shuffling takes every sample once; selecting takes what it is told")
  func shuffling() throws {
    let data = try classed(50)
    let shuffled = try data.shuffled(seed: 3)
    #expect(shuffled != data && shuffled.features.sorted() == data.features)
    #expect(try data.shuffled(seed: 3) == shuffled)
    #expect(try data.selecting([3, 3, 0]).features == [3, 3, 0])
    #expect(throws: DatasetError.sampleOutOfRange(50, count: 50)) { try data.selecting([50]) }
    #expect(throws: DatasetError.sampleOutOfRange(-1, count: 50)) { try data.selecting([-1]) }
    #expect(throws: DatasetError.noSamples(count: 0)) { try data.selecting([]) }
  }

  // From a Python program that is independent of ours, with Philox as in the paper:
  //
  //   def permutation(n, seed, stream):
  //       p = list(range(n))
  //       for i in range(n - 1, 0, -1):
  //           w = philox([i % 2**32, i >> 32, stream % 2**32, stream >> 32], [seed % 2**32, seed >> 32])
  //           j = ((w[1] << 32 | w[0]) * (i + 1)) >> 64
  //           p[i], p[j] = p[j], p[i]
  //       return p
  @Test("permutations do not change from version to version, so neither do splits and epochs")
  func fixedPermutations() throws {
    #expect(Philox(seed: 2).permutation(10, stream: 0) == [1, 4, 3, 9, 8, 7, 2, 0, 5, 6])
    #expect(Philox(seed: (1 << 40) + 3).permutation(5, stream: (1 << 33) + 1) == [2, 1, 0, 4, 3])
    let data = try classed(12)
    #expect(try data.shuffled(seed: 1).features == [6, 8, 5, 3, 11, 7, 2, 10, 4, 1, 0, 9])
    let batches = try classed(10).batches(of: 5, order: .shuffled(seed: 2))
    #expect(batches.samples(at: 2) + batches.samples(at: 3) == [4, 8, 9, 5, 7, 0, 2, 6, 3, 1])
  }

  @Test("a permutation is one, of every size, and all are equally likely")
  func permutations() {
    for count in 0..<70 {
      let permutation = Philox(seed: 5).permutation(count, stream: 9)
      #expect(permutation.sorted() == Array(0..<count))
    }
    #expect(Philox(seed: 5).permutation(-1, stream: 0).isEmpty)
    var counts: [[Int]: Int] = [:]
    for stream in 0..<24_000 as Range<UInt64> {
      counts[Philox(seed: 1).permutation(4, stream: stream), default: 0] += 1
    }
    #expect(counts.count == 24)
    // χ² of 23 degrees of freedom is above 50 once in a thousand.
    #expect(counts.values.reduce(0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 } < 50)
  }

  @Test("columns become mean 0 and deviation 1; constant ones 0")
  func standardization() throws {
    let data = try Dataset(
      features: [1, 0.1, 10, 3, 0.1, 20, 5, 0.1, 60], featureCount: 3, targets: [1, 2, 3], targetCount: 1)
    let scale = try Standardization(fitting: data)
    #expect(scale.means == [3, 0.1, 30])
    // √(8/3), 1, √(1400/3)
    #expect(scale.deviations == [1.6329932, 1, 21.602468])
    let scaled = try scale.standardized(data)
    #expect(scaled.features[0] == -1.2247448 && scaled.features[1] == 0 && scaled.targets == data.targets)
    #expect(try scale.restored(scaled.features) == data.features)
    // A constant far from 0, whose mean is not exact in a sum.
    let constant = try Standardization(fitting: Array(repeating: 16_777_217.3, count: 1000), columns: 1)
    #expect(constant.deviations == [1] && constant.means == [Float(16_777_217.3)])
    #expect(throws: DatasetError.differentColumns(expected: 3, found: 2)) { try scale.standardized(Dataset.yogurt()) }
    #expect(throws: DatasetError.self) { try scale.standardized([1, 2]) }
    #expect(throws: DatasetError.self) { try Standardization(fitting: [], columns: 1) }
    #expect(throws: DatasetError.self) { try Standardization(fitting: [1, 2, 3], columns: 2) }
  }

  @Test("epochs begin at the first sample; a shuffled one takes every sample once, in an order of its own")
  func epochs() throws {
    let data = try classed(10)
    let inOrder = try data.batches(of: 4, order: .epochs)
    #expect(inOrder.stepsPerEpoch == 3)
    #expect((0..<4).map(inOrder.range(at:)) == [0..<4, 4..<8, 8..<10, 0..<4])
    #expect(inOrder.range(at: -1) == 8..<10 && inOrder.epoch(at: -1) == -1 && inOrder.epoch(at: 3) == 1)
    let shuffled = try data.batches(of: 4, order: .shuffled(seed: 2))
    let orders = (0..<5).map { epoch in (0..<3).flatMap { shuffled.samples(at: 3 * epoch + $0) } }
    #expect(orders.allSatisfy { $0.sorted() == Array(0..<10) })
    #expect(Set(orders).count == 5)
    #expect(try data.batches(of: 4, order: .shuffled(seed: 3)).samples(at: 0) != shuffled.samples(at: 0))
    // A batch of all samples, and steps at the ends of what can be counted.
    for order in [Batches.Order.wrapping, .epochs, .shuffled(seed: 1)] {
      for step in [Int.min, -1, 0, .max] {
        for size in [1, 3, 10, .max] {
          let batches = try data.batches(of: size, order: order)
          #expect(batches.range(at: step).clamped(to: 0..<10) == batches.range(at: step))
        }
      }
    }
  }

  @Test(
    "a reader shows what the batches are, in any sequence of steps",
    arguments: [
      Batches.Order.wrapping, .epochs, .shuffled(seed: 6),
    ])
  func reader(order: Batches.Order) throws {
    let data = try classed(10)
    let batches = try data.batches(of: 4, order: order)
    let reader = BatchReader(batches)
    for step in [0, 1, 2, 3, 4, 5, 17, 2, 0, -1] {
      let samples = batches.samples(at: step)
      #expect(reader.withBatch(at: step) { features, _ in Array(features) } == samples.map { Float($0) })
      #expect(reader.withBatch(at: step) { _, targets in Array(targets) } == samples.map { data.targets[$0] })
      #expect(batches.withBatch(at: step) { features, _ in Array(features) } == samples.map { Float($0) })
      #expect(reader.withLabels(at: step) { _, labels in Array(labels) } == samples.map { data.classes?.labels[$0] })
    }
    let numbers = BatchReader(try Dataset.yogurt().batches(of: 5, order: order))
    #expect(numbers.withLabels(at: 1) { features, labels in features.count == 10 && labels.isEmpty })
  }

  @Test("numbers and labels from arrays")
  func arrays() throws {
    let features = try StoredArray([2, 2], .float64([1, 2, 3, 4]))
    let data = try Dataset(features: features, labels: StoredArray(.int64([0, 2])))
    #expect(data.features == [1, 2, 3, 4] && data.classes?.names == ["0", "1", "2"])
    #expect(try Dataset(features: features, targets: features).targetCount == 2)
    #expect(throws: DatasetError.notClasses) {
      try Dataset(features: features, labels: StoredArray(.float32([0.5, 1])))
    }
    #expect(throws: DatasetError.self) { try Dataset(features: features, labels: StoredArray(.int32([-1, 0]))) }
    #expect(throws: DatasetError.self) { try Dataset(features: features, targets: StoredArray(.float32([1, .nan]))) }
    #expect(throws: ModelError.self) { try StoredArray([2, 2], .bool([true])) }
  }
}
