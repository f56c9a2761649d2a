import Foundation
import Lanes
import LanesExamples
import LanesReference
import LanesTrain
import Testing

/// Settings for which there is no golden file, against the same training in plain loops; and the bits of every example on
/// every backend.
@Suite("Lecture, other settings")
struct LectureReplayTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let example: Circles
    let replay: @Sendable ([[Double]]) -> Replay
  }

  static let settings = [
    Setting(testDescription: "L1", example: Circles(regularizer: .l1(0.01))) {
      Replay(parameters: $0, penalty: .l1(0.01), rate: .init(base: 0.0001), averageDecay: nil)
    },
    Setting(
      testDescription: "smooth decay",
      example: Circles(rate: .exponentialDecay(from: 0.001, rate: 0.999, every: 10, staircase: false))
    ) {
      Replay(
        parameters: $0, penalty: .none, rate: .init(base: 0.001, decay: 0.999, every: 10, isStaircase: false),
        averageDecay: nil)
    },
    Setting(
      testDescription: "decay, L2 and moving average",
      example: Circles(
        regularizer: .l2(0.01), rate: .exponentialDecay(from: 0.001, rate: 0.999, every: 10),
        movingAverage: .adaptive(0.99))
    ) {
      Replay(
        parameters: $0, penalty: .l2(0.01), rate: .init(base: 0.001, decay: 0.999, every: 10), averageDecay: 0.99)
    },
    Setting(testDescription: "another seed", example: Circles(regularizer: .l2(0.01), seed: 7)) {
      Replay(parameters: $0, penalty: .l2(0.01), rate: .init(base: 0.0001), averageDecay: nil)
    },
  ]

  static let steps = 4000

  @Test("circles end where the plain loops end", arguments: settings)
  func circles(_ setting: Setting) throws {
    let batches = try setting.example.batches()
    let trainer = try setting.example.trainer(on: NativeBackend(threads: 1))
    func values(_ name: String) throws -> [Double] { try #require(trainer.state[name]).values.map { Double($0) } }
    var replay = setting.replay(try CirclesTests.parameters.map(values))
    let (features, targets) = (batches.dataset.features.map { Double($0) }, batches.dataset.targets.map { Double($0) })
    for step in 0..<Self.steps {
      try trainer.step(on: batches)
      replay.step(features, targets, batch: Circles.batchSize)
      guard step < 50 else { continue }
      let (loss, wanted) = (Double(try trainer.loss(on: batches.dataset)), replay.loss(features, targets))
      #expect(abs(loss - wanted) <= 1e-6 * wanted, "step \(step): \(loss), plain loops \(wanted)")
    }
    for (index, name) in CirclesTests.parameters.enumerated() {
      for (value, wanted) in zip(try values(name), replay.parameters[index]) {
        #expect(abs(value - wanted) <= 1e-4, "\(name)")
      }
      guard replay.averageDecay != nil else { continue }
      for (value, wanted) in zip(try values(MovingAverage.name(of: name)), replay.shadow[index]) {
        #expect(abs(value - wanted) <= 1e-4, "the shadow of \(name)")
      }
    }
  }

  @Test("yogurt, another seed and price, ends where the plain loops end")
  func yogurt() throws {
    let example = Yogurt(.custom(cost: 2, profit: 3), seed: 5)
    let data = try example.batches().dataset
    let trainer = try example.trainer(on: NativeBackend(threads: 1))
    var w = try #require(trainer.state[Yogurt.weights]).values.map { Double($0) }
    _ = try example.train(trainer, steps: 500)
    let (x, sales) = (data.features.map { Double($0) }, data.targets.map { Double($0) })
    for step in 0..<500 {
      var gradient = [0.0, 0.0]
      for sample in (step * 8 % 32)..<(step * 8 % 32 + 8) {
        let y = w[0] * x[2 * sample] + w[1] * x[2 * sample + 1]
        let slope = y > sales[sample] ? 2.0 : -3.0
        for index in 0..<2 { gradient[index] += slope * x[2 * sample + index] }
      }
      for index in 0..<2 { w[index] -= 0.001 * gradient[index] }
    }
    for (value, wanted) in zip(try #require(trainer.state[Yogurt.weights]).values, w) {
      #expect(abs(Double(value) - wanted) <= 1e-4)
    }
  }

  @Test("descent with a smooth decay goes where the plain loop goes")
  func smoothDescent() throws {
    let example = Decay.example(base: 0.2, rate: 0.9, every: 5, isSmooth: true)
    let trace = try example.train(example.trainer(on: NativeBackend(threads: 1)))
    var w = 5.0
    for row in trace.rows {
      let step = Double(row[0])
      w -= 0.2 * pow(0.9, (step - 1) / 5) * 2 * (w + 1)
      #expect(abs(Double(row[2]) - w) <= 1e-6 * max(1, abs(w)), "\(row)")
      #expect(abs(Double(row[1]) - 0.2 * pow(0.9, step / 5)) <= 1e-6)
    }
  }

  /// An example on a backend, as the bits of what it leaves.
  struct Example: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bits: @Sendable (any Backend) throws -> [[UInt32]]
  }

  private static func training(_ name: String, _ example: some TrainingExample, steps: Int) -> Example {
    Example(testDescription: name) { backend in
      let trainer = try example.trainer(on: backend)
      let trace = try example.train(trainer, steps: steps)
      return try LanesTrainTests.bits(trainer.state) + trace.rows.map { LanesTrainTests.bits($0) }
    }
  }

  static let examples =
    settings.map { training("circles, \($0.testDescription)", $0.example, steps: 300) } + [
      training("circles, closing", Circles.closing, steps: 300),
      training("yogurt", Yogurt(), steps: 1000),
      training("yogurt, custom", Yogurt(.custom(cost: 1, profit: 9)), steps: 1000),
      training("descent", Descent(), steps: 40), training("decay", Decay.example(), steps: 40),
      Example(testDescription: "moving-average") { try Shadow().run(on: $0).rows.map { LanesTrainTests.bits($0) } },
      Example(testDescription: "cross-entropy") { backend in
        let result = try CrossEntropy().run(on: backend)
        return [
          result.softmax, result.losses, result.gradient, result.clippedMean, result.clippedSum,
          result.clippedSumBase10,
        ].map { LanesTrainTests.bits($0) } + [[result.mean.bitPattern]]
      },
      Example(testDescription: "activations") { backend in
        try Activations().run(on: backend).flatMap {
          [LanesTrainTests.bits($0.values), LanesTrainTests.bits($0.derivatives)]
        }
      },
    ]

  @Test("every backend gives the same bits", .tags(.bits), arguments: examples)
  func everywhere(_ example: Example) throws {
    let expected = try example.bits(ReferenceBackend())
    #expect(expected.joined().count >= 1)
    for backend in try nativeBackends(threads: [1, 2, 3]) {
      #expect(try example.bits(backend) == expected, "\(backend.name)")
    }
  }
}
