import Foundation
import Lanes
import LanesExamples
import LanesReference
import LanesTrain
import Testing

/// The lecture's small examples against what TensorFlow computed, from the seeds alone.
@Suite("Lecture", .tags(.golden))
struct LectureGoldenTests {
  /// A golden file that has its own keys.
  private static func load<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
    let file = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  struct YogurtCase: Sendable, CustomTestStringConvertible {
    let golden: String
    let example: Yogurt
    var testDescription: String { golden }
  }

  static let yogurts = [
    YogurtCase(golden: "yogurt_mse", example: Yogurt()),
    YogurtCase(golden: "yogurt_custom_cost1_profit9", example: Yogurt(.custom(cost: 1, profit: 9))),
    YogurtCase(golden: "yogurt_custom_cost9_profit1", example: Yogurt(.custom(cost: 9, profit: 1))),
  ]

  @Test("yogurt: data, start, losses on the way and the end are TensorFlow's", arguments: yogurts)
  func yogurt(_ yogurt: YogurtCase) throws {
    let golden = try Golden.load(yogurt.golden)
    let batches = try yogurt.example.batches()
    #expect(batches.dataset.features == golden.features.map { Float($0) })
    #expect(batches.dataset.targets == golden.targets.map { Float($0) })
    #expect(batches.size == golden.batch && yogurt.example.steps == golden.steps)
    #expect(Float(golden.learningRate) == Yogurt.learningRate)

    let trainer = try yogurt.example.trainer(on: NativeBackend(threads: 1))
    let start = try #require(trainer.state[Yogurt.weights]).values
    try #require(start.count == 2 && golden.initial.first?.count == 2)
    for (value, wanted) in zip(start, golden.initial[0].map { Float($0) }) {
      #expect(abs(value - wanted) <= wanted.ulp)
    }

    let trace = try yogurt.example.train(trainer)
    #expect(trace.columns == golden.traceColumns)
    try #require(trace.rows.count == golden.trace.count)
    for (row, wanted) in zip(trace.rows, golden.trace) {
      #expect(Double(row[0]) == wanted[0])
      // After thousands of steps rounding has added up, as between TensorFlow and NumPy.
      let tolerance = wanted[0] < 50 ? 1e-6 : 5e-6
      #expect(abs(Double(row[1]) - wanted[1]) <= tolerance * abs(wanted[1]), "\(row), TensorFlow \(wanted)")
      for (w, expected) in zip(row[2...], wanted[2...]) { #expect(abs(Double(w) - expected) <= 1e-5) }
    }
    let end = try #require(trainer.state[Yogurt.weights]).values
    for (value, wanted) in zip(end, golden.final[0]) { #expect(abs(Double(value) - wanted) <= 1e-4) }
  }

  private struct DescentFile: Decodable {
    let initial_w: Double, learning_rate: Double, final_w: Double
    let trace_columns: [String]
    let trace: [[Double]]
  }

  struct DescentCase: Sendable, CustomTestStringConvertible {
    let golden: String
    let example: Descent
    var testDescription: String { golden }
  }

  static let descents = [
    DescentCase(golden: "descent_rate_0.2", example: Descent()),
    DescentCase(golden: "descent_rate_1", example: Descent(rate: .constant(1))),
    DescentCase(golden: "descent_rate_0.0001", example: Descent(rate: .constant(0.0001))),
    DescentCase(golden: "descent_decay_staircase", example: Decay.example()),
  ]

  @Test("descent and decay: every row of the table is TensorFlow's", arguments: descents)
  func descent(_ descent: DescentCase) throws {
    let golden = try Self.load(descent.golden, as: DescentFile.self)
    let trainer = try descent.example.trainer(on: NativeBackend(threads: 1))
    #expect(trainer.state["w"]?.values == [Float(golden.initial_w)])
    #expect(trainer.optimizer.schedule(0) == Float(golden.learning_rate))
    let trace = try descent.example.train(trainer)
    #expect(trace.columns == golden.trace_columns)
    try #require(trace.rows.count == golden.trace.count)
    for (row, wanted) in zip(trace.rows, golden.trace) {
      for (value, expected) in zip(row, wanted) {
        #expect(abs(Double(value) - expected) <= 1e-6 * max(1, abs(expected)), "\(row), TensorFlow \(wanted)")
      }
    }
    #expect(abs(Double(trace.column("w").last ?? .nan) - golden.final_w) <= 1e-6)
  }

  private struct MovingAverageFile: Decodable {
    let decay: Double, final: Double
    let columns: [String]
    let rows: [[Double]]
  }

  @Test("moving average: every row of the table is TensorFlow's")
  func movingAverage() throws {
    let golden = try Self.load("moving_average", as: MovingAverageFile.self)
    let trace = try Shadow().run(on: NativeBackend(threads: 1))
    #expect(Float(golden.decay) == Shadow.average.decay)
    #expect(trace.columns == golden.columns)
    try #require(trace.rows.count == golden.rows.count)
    for (row, wanted) in zip(trace.rows, golden.rows) {
      for (value, expected) in zip(row, wanted) { #expect(abs(Double(value) - expected) <= 1e-6, "\(row)") }
    }
    #expect(abs(Double(trace.column("shadow").last ?? .nan) - golden.final) <= 1e-6)
  }

  private struct CrossEntropyFile: Decodable {
    let logits: [[Double]], labels: [Int32], softmax: [[Double]], loss: [Double], mean_gradient: [[Double]]
    let clipped_probabilities: [[Double]], clipped_target: [Double]
    let clipped_mean_loss_natural_log: [Double], clipped_sum_log10_first_two: [Double]
  }

  @Test("cross-entropy: values and gradient are TensorFlow's")
  func crossEntropy() throws {
    let golden = try Self.load("cross_entropy", as: CrossEntropyFile.self)
    #expect(CrossEntropy.logits == golden.logits.map { $0.map { Float($0) } } && CrossEntropy.labels == golden.labels)
    #expect(CrossEntropy.answers == golden.clipped_probabilities.map { $0.map { Float($0) } })
    #expect(CrossEntropy.target == golden.clipped_target.map { Float($0) })
    let result = try CrossEntropy().run(on: NativeBackend(threads: 1))
    func compare(_ values: [Float], _ wanted: [Double], _ what: String) {
      #expect(values.count == wanted.count)
      for (value, expected) in zip(values, wanted) {
        #expect(abs(Double(value) - expected) <= 1e-6 * max(1, abs(expected)), "\(what): \(value), \(expected)")
      }
    }
    compare(result.softmax.values, golden.softmax.flatMap { $0 }, "softmax")
    compare(result.losses.values, golden.loss, "loss")
    compare([result.mean], [golden.loss.reduce(0, +) / 4], "mean loss")
    compare(result.gradient.values, golden.mean_gradient.flatMap { $0 }, "gradient")
    compare(result.clippedMean.values, golden.clipped_mean_loss_natural_log, "clipped")
    compare(Array(result.clippedSumBase10.values.prefix(2)), golden.clipped_sum_log10_first_two, "base 10")
    // The lecture's figures: natural 0.511 and 0.223, to the base 10 0.222 and 0.097.
    for (value, figure) in zip(result.clippedSum.values, [Float(0.511), 0.223]) { #expect(abs(value - figure) < 5e-4) }
    for (value, figure) in zip(result.clippedSumBase10.values, [Float(0.222), 0.097]) {
      #expect(abs(value - figure) < 5e-4)
    }
  }

  @Test("complexity: 3-4-2 has 26 parameters and 2 layers")
  func complexity() throws {
    let summary = try Complexity().summary()
    #expect(summary.layerCount == 2 && summary.parameters == 26)
    #expect(summary.layers.map(\.name) == ["Dense, relu", "Dense"])
    #expect(summary.layers.map(\.outputs) == [4, 2] && summary.layers.map(\.parameters) == [16, 10])
    #expect(try Complexity().sum() == "3·4 + 4 + 4·2 + 2 = 26")
    #expect(summary.description.hasSuffix("2 layers, 26 parameters"))
    let net = Sequential(Dense(2, 3), Sequential(Activation(.tanh), Dropout(0.5)), Dense(3, 1, bias: nil))
    let parts = try ModelSummary(net, features: 2)
    #expect(parts.layers.map(\.name) == ["Dense", "tanh", "Dropout", "Dense"])
    #expect(parts.layerCount == 2 && parts.parameters == 12)
    #expect(throws: ModelError.self) { try ModelSummary(net, features: 3) }
  }

  @Test("activations: derivatives are the slopes of the curves")
  func activations() throws {
    let inputs = Activations.inputs
    let curves = try Activations().run(on: NativeBackend(threads: 1))
    #expect(curves.map(\.function) == Activations.functions)
    for curve in curves {
      for index in inputs.indices.dropFirst().dropLast() {
        let rise = curve.values[index + 1] - curve.values[index - 1]
        let slope = rise / (inputs[index + 1] - inputs[index - 1])
        // At a kink the slope across is between those of both sides.
        let near = curve.derivatives[(index - 1)...(index + 1)]
        let (low, high) = (near.min() ?? .nan, near.max() ?? .nan)
        #expect(low - 1e-3 <= slope && slope <= high + 1e-3, "\(curve.function) at \(inputs[index])")
      }
    }
  }
}
