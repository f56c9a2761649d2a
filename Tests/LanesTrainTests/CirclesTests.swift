import Lanes
import LanesExamples
import LanesReference
import LanesTrain
import Testing

/// The lecture's circles against what TensorFlow computed, from the seeds alone.
@Suite("Circles", .tags(.golden))
struct CirclesTests {
  struct Example: Sendable, CustomTestStringConvertible {
    let golden: String
    let regularizer: Regularizer
    var testDescription: String { golden }

    func trainer(on backend: any Backend) throws -> Trainer {
      try Circles(regularizer: regularizer).trainer(on: backend)
    }
  }

  static let examples = [
    Example(golden: "circles_plain", regularizer: .none), Example(golden: "circles_l2", regularizer: .l2(0.01)),
  ]
  /// TensorFlow's order: w1, b1, w2, b2.
  static let parameters = ["dense1/weights", "dense1/bias", "dense2/weights", "dense2/bias"]

  @Test("the example is the golden file's", arguments: examples)
  func settings(_ example: Example) throws {
    let golden = try Golden.load(example.golden)
    #expect(golden.batch == Circles.batchSize && golden.steps == Circles.steps && golden.hidden == 11)
    #expect(Float(golden.learningRate) == Circles.learningRate)
    #expect(Float(golden.regularizer ?? 0) == example.regularizer.l2)
    let data = try Circles.data()
    #expect(data.features == golden.features.map { Float($0) })
    #expect(data.targets == golden.targets.map { Float($0) })
    #expect(data.count == 300)
  }

  @Test("the parameters start within 1 ULP of TensorFlow's", arguments: examples)
  func start(_ example: Example) throws {
    let golden = try Golden.load(example.golden)
    let state = try example.trainer(on: ReferenceBackend()).state
    try #require(golden.initial.count == Self.parameters.count)
    for (name, expected) in zip(Self.parameters, golden.initial) {
      let values = try #require(state[name]).values
      try #require(values.count == expected.count)
      for (value, wanted) in zip(values, expected.map { Float($0) }) {
        #expect(abs(value - wanted) <= wanted.ulp, "\(name)")
      }
    }
  }

  @Test("the loss over all samples follows TensorFlow's, step by step", arguments: examples)
  func firstSteps(_ example: Example) throws {
    let golden = try Golden.load(example.golden)
    let rows = try #require(golden.firstStepsTotalLoss)
    try #require(rows.count == 50)
    let data = try Circles.data()
    let batches = try data.batches(of: Circles.batchSize)
    let trainer = try example.trainer(on: NativeBackend(threads: 1))
    for (step, row) in rows.enumerated() {
      #expect(Int(row[0]) == step && trainer.globalStep == step)
      try trainer.step(on: batches)
      let loss = Double(try trainer.loss(on: data))
      #expect(abs(loss - row[1]) <= 1e-6 * abs(row[1]), "step \(step): \(loss), TensorFlow \(row[1])")
    }
  }

  @Test("after all steps the parameters are TensorFlow's", arguments: examples)
  func end(_ example: Example) throws {
    let golden = try Golden.load(example.golden)
    let data = try Circles.data()
    let trainer = try example.trainer(on: NativeBackend(threads: 1))
    try trainer.train(steps: golden.steps, on: data.batches(of: golden.batch))
    try #require(golden.final.count == Self.parameters.count)
    for (name, expected) in zip(Self.parameters, golden.final) {
      let values = try #require(trainer.state[name]).values
      try #require(values.count == expected.count)
      for (value, wanted) in zip(values, expected) { #expect(abs(Double(value) - wanted) <= 1e-4, "\(name)") }
    }
    #expect(try Circles.accuracy(trainer, on: data) == golden.finalAccuracy)
  }

  /// Enough steps for an error in the last bit to spread everywhere; all 40,000 on every backend take minutes in debug.
  static let comparedSteps = 2000

  @Test("every backend gives the same bits", .tags(.bits), arguments: examples)
  func everywhere(_ example: Example) throws {
    let batches = try Circles.data().batches(of: Circles.batchSize)
    func trained(on backend: any Backend) throws -> [[UInt32]] {
      let trainer = try example.trainer(on: backend)
      try trainer.train(steps: Self.comparedSteps, on: batches)
      return try bits(trainer.state)
    }
    let expected = try trained(on: ReferenceBackend())
    #expect(expected.joined().count > 3 * (22 + 11 + 11 + 1))
    for backend in try nativeBackends(threads: [1, 2, 3, 5]) {
      #expect(try trained(on: backend) == expected, "\(backend.name)")
    }
  }
}
