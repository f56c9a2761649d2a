import Lanes
import LanesTrain
import Testing

/// The programs of `Neurons.md`.
@Suite("Tutorial: neurons and losses")
struct NeuronsTests {
  @Test("activations and complexity")
  func activations() throws {
    // snippet
    let backend = try NativeBackend()
    let x: [Float] = [-2, 0, 2]
    for activation in [UnaryOperation.relu, .sigmoid, .tanh] {
      var y = x
      try backend.unary(activation, count: x.count, x, into: &y)
      print(activation, y)
    }
    // end
    var y = x
    try backend.unary(.sigmoid, count: x.count, x, into: &y)
    for (value, expected) in zip(y, [0.1192029, 0.5, 0.8807971] as [Float]) { #expect(abs(value - expected) < 1e-6) }

    // snippet
    let net = Sequential(Dense(3, 4, activation: .relu), Dense(4, 2))
    let summary = try ModelSummary(net, features: 3)
    print(summary)
    // end
    #expect(summary.parameters == 26 && summary.layerCount == 2)
    #expect(try Articles.text("Sources/LanesTrain/LanesTrain.docc/Neurons.md").contains("```\n\(summary)\n```"))
  }

  @Test("yogurt")
  func yogurt() throws {
    // snippet
    let data = try Dataset.yogurt(count: 32, seed: 23_455)
    let batches = try data.batches(of: 8)

    func weights(after steps: Int, of loss: Loss) throws -> [Float] {
      let trainer = try Trainer(
        Dense(2, 1, weights: .normal(seed: 1), bias: nil), features: 2, loss: loss,
        optimizer: .gradientDescent(.constant(0.001)), on: NativeBackend())
      try trainer.train(steps: steps, on: batches)
      return trainer.state["dense1/weights"]?.values ?? []
    }

    let fitted = try weights(after: 20_000, of: .meanSquaredError)
    print(fitted)  // about 0.98 and 1.02
    // end
    try Self.expect(fitted, [0.98, 1.02])

    // snippet
    func money(cost: Float, profit: Float) -> Loss {
      Loss { y, sales in sum(select(y .> sales, cost * (y - sales), profit * (sales - y))) }
    }

    let generous = try weights(after: 3_000, of: money(cost: 1, profit: 9))
    let careful = try weights(after: 3_000, of: money(cost: 9, profit: 1))
    print(generous, careful)  // about 1.03 and 1.05; about 0.96 and 0.97
    // end
    try Self.expect(generous, [1.03, 1.05])
    try Self.expect(careful, [0.96, 0.97])
  }

  /// To the two digits that the article prints.
  private static func expect(_ weights: [Float], _ expected: [Float]) throws {
    try #require(weights.count == expected.count)
    for (weight, wanted) in zip(weights, expected) { #expect(abs(weight - wanted) < 0.005) }
  }

  @Test("cross-entropy of probabilities")
  func crossEntropy() throws {
    // snippet
    let graph = Graph()
    let target = graph.literal([1, 0], [2])
    let answers = graph.literal([0.6, 0.4, 0.8, 0.2], [2, 2])
    let losses = -sum(target * log(clip(answers, 1e-12, 1)), .eachRow)
    let program = try Program(graph, results: [losses], state: State(), on: NativeBackend())
    try program.run()
    print(program.result().values)  // about 0.511 and 0.223
    // end
    let values = program.result().values
    try #require(values.count == 2)
    for (value, expected) in zip(values, [0.5108256, 0.2231436] as [Float]) { #expect(abs(value - expected) < 1e-6) }
    for (value, lecture) in zip(values, [0.222, 0.097] as [Float]) { #expect(abs(value * 0.4342945 - lecture) < 5e-4) }
  }

  @Test("classes")
  func classes() throws {
    // snippet
    let circles = try Dataset.circles(count: 300, seed: 2)
    let data = try Dataset(
      features: circles.features, featureCount: 2, labels: circles.targets.map { Int32($0) },
      classNames: ["outside", "inside"])
    let net = Sequential(Dense(2, 16, activation: .tanh), Dense(16, 2))  // ends with the logits
    let trainer = try Trainer(
      net, features: 2, targets: .classes, loss: .softmaxCrossEntropy(), optimizer: .adam(.constant(0.01)),
      on: NativeBackend())
    try trainer.train(steps: 2_000, on: data.batches(of: 30))
    print(try trainer.accuracy(on: data))
    // end
    #expect(try trainer.accuracy(on: data) > 0.95)
  }
}
