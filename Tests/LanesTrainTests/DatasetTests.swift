import LanesTrain
import Testing

@Suite("Dataset")
struct DatasetTests {
  @Test("circles are NumPy's points and labels", arguments: ["circles_plain", "circles_l2"])
  func circles(example: String) throws {
    let golden = try Golden.load(example)
    let points = Dataset.circlesPoints(count: 300, seed: golden.seed)
    #expect(points == golden.features)
    let circles = try Dataset.circles(count: 300, seed: golden.seed)
    #expect(circles.features == golden.features.map { Float($0) })
    #expect(circles.targets == golden.targets.map { Float($0) })
    #expect(circles.count == 300 && circles.featureCount == 2 && circles.targetCount == 1)
    #expect(try circles == Dataset.circles())
  }

  @Test("a data set of no samples is refused", arguments: [0, -1, .min])
  func noCircles(count: Int) {
    #expect(throws: DatasetError.noSamples(count: count)) { try Dataset.circles(count: count) }
  }

  /// The arguments of `Dataset.init`, with sizes that do not fit.
  struct Misfit: Sendable, CustomTestStringConvertible {
    var features = 6
    var featureCount = 2
    var targets = 3
    var targetCount = 1
    var featureNames: [String] = []
    var targetNames: [String] = []
    let error: DatasetError
    var testDescription: String { error.description }
  }

  @Test(
    "sizes that do not fit are an error that names them",
    arguments: [
      Misfit(featureCount: 0, error: .noColumns(name: "features", columns: 0)),
      Misfit(targetCount: -1, error: .noColumns(name: "targets", columns: -1)),
      Misfit(features: 0, targets: 0, error: .noSamples(count: 0)),
      Misfit(features: 7, error: .incompleteRow(name: "features", values: 7, columns: 2)),
      Misfit(targetCount: 2, error: .incompleteRow(name: "targets", values: 3, columns: 2)),
      Misfit(targets: 4, error: .differentCounts(features: 3, targets: 4)),
      Misfit(featureNames: ["a"], error: .wrongNames(name: "features", names: 1, columns: 2)),
      Misfit(targetNames: ["a", "b"], error: .wrongNames(name: "targets", names: 2, columns: 1)),
    ])
  func misfits(_ misfit: Misfit) {
    #expect(throws: misfit.error) {
      try Dataset(
        features: Array(repeating: 0, count: misfit.features), featureCount: misfit.featureCount,
        targets: Array(repeating: 0, count: misfit.targets), targetCount: misfit.targetCount,
        featureNames: misfit.featureNames, targetNames: misfit.targetNames)
    }
  }

  @Test("batches are the slices X[k:k+batch] with k = (step·batch) mod count")
  func ranges() throws {
    let ten = try counting(10)
    let three = try ten.batches(of: 3)
    #expect((0..<8).map(three.range(at:)) == [0..<3, 3..<6, 6..<9, 9..<10, 2..<5, 5..<8, 8..<10, 1..<4])
    #expect(three.largest == 3)
    let five = try ten.batches(of: 5)
    #expect((0..<3).map(five.range(at:)) == [0..<5, 5..<10, 0..<5])
    let more = try ten.batches(of: 12)
    #expect((0..<3).map(more.range(at:)) == [0..<10, 2..<10, 4..<10])
    #expect(more.largest == 10)
    #expect(three.range(at: -1) == 7..<10)
  }

  @Test("every step's batch is in the data, however far the step", arguments: [1, 3, 10, 11, .max])
  func distantSteps(size: Int) throws {
    let batches = try counting(10).batches(of: size)
    for step in [0, 1, 39_999, Int.max, Int.max - 1, .min] {
      let range = batches.range(at: step)
      #expect(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= 10)
      // (step·size) mod 10 from the last digits alone.
      #expect(range.lowerBound == ((step % 10) * (size % 10) % 10 + 10) % 10)
    }
  }

  @Test("a batch shows the rows of its samples where they lie")
  func contents() throws {
    let batches = try counting(10).batches(of: 4)
    for (step, samples) in [(0, [0, 1, 2, 3]), (2, [8, 9]), (3, [2, 3, 4, 5])] {
      let (features, targets) = batches.withBatch(at: step) { (Array($0), Array($1)) }
      #expect(features == samples.flatMap { [Float(2 * $0), Float(2 * $0 + 1)] })
      #expect(targets == samples.map { Float(-$0) })
    }
    let place = batches.dataset.features.withUnsafeBufferPointer { $0.baseAddress }
    #expect(batches.withBatch(at: 1) { features, _ in features.baseAddress } == place?.advanced(by: 8))
  }

  @Test("a batch of no samples is refused", arguments: [0, -1])
  func batchSize(size: Int) throws {
    let ten = try counting(10)
    #expect(throws: DatasetError.batchSize(size)) { try ten.batches(of: size) }
  }

  /// `count` samples; sample i has the features 2i and 2i + 1 and the target −i.
  private func counting(_ count: Int) throws -> Dataset {
    try Dataset(
      features: (0..<2 * count).map { Float($0) }, featureCount: 2, targets: (0..<count).map { Float(-$0) },
      targetCount: 1)
  }
}
