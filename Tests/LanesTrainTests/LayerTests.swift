import Lanes
import LanesReference
import LanesTrain
import Testing

@Suite("Layers, initializers, moving averages, classes")
struct LayerTests {
  @Test("Dropout drops its share in training, scales the rest, and does nothing otherwise", .tags(.bits))
  func dropout() throws {
    let count = 40_000
    let data = try Dataset(
      features: [Float](repeating: 1, count: count), featureCount: count, targets: [0], targetCount: 1)
    /// With a loss of Σ y·w the gradient of w is what Dropout lets through.
    func mask(steps: Int, on backend: any Backend) throws -> [Float] {
      let scale = Lambda { x in
        x
          * x.graph.variable(
            Variable("w", [1, count], role: .weight, initializer: .zeros))
      }
      let trainer = try Trainer(
        Sequential(Dropout(0.25, seed: 3), scale), features: count,
        loss: Loss { y, target in sum(y) + 0 * sum(target) },
        optimizer: .gradientDescent(.constant(-1)), on: backend)
      try trainer.train(steps: steps, on: data.batches(of: 1))
      #expect(try trainer.predict(data).values == #require(trainer.state["w"]).values)
      return try #require(trainer.state["w"]).values
    }
    let first = try mask(steps: 1, on: ReferenceBackend())
    #expect(Set(first) == [0, 1 / (1 - 0.25)])
    let dropped = Double(first.count { $0 == 0 }) / Double(count)
    #expect(abs(dropped - 0.25) < 0.01)
    #expect(try mask(steps: 1, on: NativeBackend()).map(\.bitPattern) == first.map(\.bitPattern))
    // The second step drops others: after both, some values got through twice, once and never.
    #expect(Set(try mask(steps: 2, on: ReferenceBackend())).count == 3)
    #expect(throws: ModelError.self) {
      try Trainer(
        Dropout(1), features: 1, loss: .meanSquaredError, optimizer: .gradientDescent(.constant(1)),
        on: ReferenceBackend())
    }
  }

  @Test("initializers have their ranges and spreads")
  func initializers() throws {
    func values(_ initializer: Initializer, _ shape: Shape = [200, 100]) throws -> [Double] {
      let state = State()
      try state.add([Variable("w", shape, role: .weight, initializer: initializer)])
      return try #require(state["w"]).values.map(Double.init)
    }
    func spread(_ x: [Double]) -> Double {
      let mean = x.reduce(0, +) / Double(x.count)
      return (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)).squareRoot()
    }
    let truncated = try values(.truncatedNormal(mean: 1, standardDeviation: 0.5, seed: 4))
    #expect(truncated.allSatisfy { abs($0 - 1) <= 1 } && abs(spread(truncated) - 0.5 * 0.8796) < 0.01)
    #expect(abs(spread(try values(.heNormal(seed: 1))) - (2.0 / 200).squareRoot()) < 0.002)
    let glorot = try values(.glorotUniform(seed: 1))
    let limit = (6.0 / 300).squareRoot()
    #expect(glorot.allSatisfy { abs($0) <= limit } && abs(spread(glorot) - limit / 3.0.squareRoot()) < 0.002)
    let uniform = try values(.uniform(from: 2, to: 3, seed: 1))
    #expect(uniform.allSatisfy { $0 >= 2 && $0 < 3 })
    #expect(try values(.values([1, 2, 3]), [3]) == [1, 2, 3])
  }

  @Test("the moving average follows, is read by evaluations, and starts as the parameter does")
  func movingAverage() throws {
    let data = try Dataset(features: [1], featureCount: 1, targets: [10], targetCount: 1)
    let trainer = try Trainer(
      Dense(1, 1, weights: .constant(2), bias: nil), features: 1, loss: .meanSquaredError,
      optimizer: .gradientDescent(.constant(0.1)), movingAverage: .adaptive(0.5), on: ReferenceBackend())
    var (w, shadow) = (2.0, 2.0)
    #expect(trainer.state["dense1/weights/moving_average"]?.values == [2])
    for step in 1...12 {
      try trainer.step(on: data.batches(of: 1))
      w -= 0.1 * 2 * (w - 10)
      let d = min(0.5, (1 + Double(step)) / (10 + Double(step)))
      shadow = d * shadow + (1 - d) * w
      #expect(abs(Double(try trainer.predict(data).values[0]) - w) < 1e-5)
      #expect(abs(Double(try trainer.predict(data, averaged: true).values[0]) - shadow) < 1e-5)
    }
    #expect(abs(Double(try trainer.loss(on: data, averaged: true)) - (shadow - 10) * (shadow - 10)) < 1e-5)
  }

  @Test("classes are learned from labels", arguments: [Batches.Order.wrapping, .shuffled(seed: 5)])
  func classes(order: Batches.Order) throws {
    var random = Random(3)
    let features = random.floats(600)
    let labels = stride(from: 0, to: 600, by: 2).map { Int32(features[$0] > 0 ? (features[$0 + 1] > 0 ? 2 : 1) : 0) }
    let data = try Dataset(features: features, featureCount: 2, labels: labels, classNames: ["left", "low", "high"])
    func trained(on backend: any Backend) throws -> Trainer {
      let trainer = try Trainer(
        Sequential(Dense(2, 16, activation: .relu), Dense(16, 3)), features: 2, targets: .classes,
        loss: .softmaxCrossEntropy(), optimizer: .adam(.constant(0.02)), on: backend)
      try trainer.train(steps: 300, on: data.batches(of: 50, order: order))
      return trainer
    }
    let native = try trained(on: NativeBackend())
    #expect(try native.accuracy(on: data) > 0.95)
    #expect(try bits(native.state) == bits(trained(on: ReferenceBackend()).state))
    let numbers = try Dataset(features: [1, 2], featureCount: 2, targets: [1], targetCount: 1)
    #expect(throws: ModelError.self) { try native.step(on: numbers.batches(of: 1)) }
  }
}
