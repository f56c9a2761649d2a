import Foundation
import Lanes
import LanesPlot
import LanesTrain
import Testing

/// The programs of `Regularization.md`.
@Suite("Tutorial: regularization")
struct RegularizationTests {
  @Test("circles without and with L2, and their pictures")
  func circles() throws {
    // snippet
    let data = try Dataset.circles(count: 300, seed: 2)

    func trained(_ regularizer: Regularizer) throws -> Trainer {
      let net = Sequential(
        Dense(2, 11, activation: .relu, weights: .normal(seed: 1), bias: .constant(0.01)),
        Dense(11, 1, weights: .normal(seed: 2), bias: .constant(0.01)))
      let trainer = try Trainer(
        net, features: 2, loss: .meanSquaredError, regularizer: regularizer, optimizer: .adam(.constant(0.0001)),
        on: NativeBackend())
      try trainer.train(steps: 40_000, on: data.batches(of: 30))
      return trainer
    }

    let plain = try trained(.none)
    let regularized = try trained(.l2(0.01))
    print(try plain.accuracy(on: data), try regularized.accuracy(on: data))
    print(try regularized.loss(on: data), try regularized.dataLoss(on: data))  // with the price of the weights, without
    // end
    // TensorFlow, at step 38,000: 0.1326 with the price of the weights, 0.0719 without; at the end, the same accuracies.
    #expect(try (0.129...0.1326).contains(regularized.loss(on: data)))
    #expect(abs(try regularized.dataLoss(on: data) - 0.072) < 5e-4)
    #expect(try plain.accuracy(on: data) == 284.0 / 300 && regularized.accuracy(on: data) == 0.94)
    #expect(try regularized.dataLoss(on: data) < regularized.loss(on: data))
    #expect(try plain.dataLoss(on: data) == plain.loss(on: data))

    // snippet
    func points(of target: Float) -> [Point] {
      (0..<data.count).filter { data.targets[$0] == target }
        .map { Point(Double(data.features[2 * $0]), Double(data.features[2 * $0 + 1])) }
    }
    let classes = [Series("outside", points(of: 0)), Series("inside", points(of: 1))]
    let scatter = ScatterChart(title: "Circles", x: "x0", y: "x1", classes: classes)

    let ticks = (0...120).map { -3 + Float($0) / 20 }
    let grid = ticks.flatMap { x1 in ticks.flatMap { x0 in [x0, x1] } }
    let plane = try Dataset(
      features: grid, featureCount: 2, targets: [Float](repeating: 0, count: ticks.count * ticks.count),
      targetCount: 1)

    func decision(_ trainer: Trainer, _ title: String) throws -> DecisionChart {
      let field = try ScalarGrid(
        x: -3...3, columns: ticks.count, y: -3...3, rows: ticks.count, values: trainer.predict(plane).values)
      return DecisionChart(title: title, x: "x0", y: "x1", field: field, level: 0.5, classes: classes)
    }

    let folder = FileManager.default.temporaryDirectory
    for (name, picture) in [
      ("data", scatter.svg()), ("plain", try decision(plain, "Without regularization").svg()),
      ("l2", try decision(regularized, "L2, 0.01").svg()),
    ] {
      try Data(picture.utf8).write(to: folder.appendingPathComponent("circles-\(name).svg"))
    }
    // end
    for name in ["data", "plain", "l2"] {
      let file = folder.appendingPathComponent("circles-\(name).svg")
      #expect(try String(contentsOf: file, encoding: .utf8).contains("</svg>"))
      try FileManager.default.removeItem(at: file)
    }
  }
}
