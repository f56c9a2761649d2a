import Lanes
import LanesTrain
import Testing

/// The programs of `AveragedParameters.md`.
@Suite("Tutorial: averaged parameters")
struct AveragedParametersTests {
  @Test("the lecture's table")
  func table() throws {
    // snippet
    let average = MovingAverage.adaptive(0.99)
    print(average(0), average(100))  // 0.1, and 101/110: about 0.918
    // end
    #expect(average(0) == 0.1 && abs(average(100) - 0.9181818) < 1e-6 && average(100_000) == 0.99)

    // snippet
    let parameter = Variable("w", .scalar, role: .weight, initializer: .zeros)
    let shadow = Variable(
      MovingAverage.name(of: "w"), .scalar, role: .slot, initializer: .copy(of: "w"))
    let state = State()
    try state.add([parameter, shadow])

    func follow(_ w: Float, at step: Int) throws -> Float? {
      try state.write(Tensor(.scalar, [w]), to: "w")
      let graph = Graph()
      let update = StateUpdate.movingAverage(
        graph.variable(shadow), of: graph.variable(parameter), decay: graph.constant(average(step)))
      try Program(graph, updates: [update], state: state, on: NativeBackend()).run()
      return state[shadow.name]?.values.first
    }

    let first = try follow(1, at: 0)  // 0.9
    let later = try (0..<3).map { _ in try follow(10, at: 100) }  // 1.6445, 2.3282, 2.9559
    // end
    #expect(abs((first ?? 0) - 0.9) < 1e-6)
    try #require(later.count == 3)
    for (value, expected) in zip(later, [1.6445453, 2.3281732, 2.955868] as [Float]) {
      #expect(abs((value ?? 0) - expected) < 2e-6)
    }
  }

  @Test("averages of a trainer's parameters")
  func trainer() throws {
    // snippet
    let data = try Dataset.circles(count: 300, seed: 2)
    let net = Sequential(Dense(2, 11, activation: .relu), Dense(11, 1))
    let trainer = try Trainer(
      net, features: 2, loss: .meanSquaredError, optimizer: .adam(.constant(0.01)), movingAverage: .adaptive(0.99),
      on: NativeBackend())
    try trainer.train(steps: 2_000, on: data.batches(of: 30))

    let shadow = trainer.state[MovingAverage.name(of: "dense1/weights")]
    print(shadow?.values ?? [])
    print(try trainer.loss(on: data), try trainer.loss(on: data, averaged: true))
    let outputs = try trainer.predict(data, averaged: true)
    // end
    #expect(shadow?.shape == [2, 11] && shadow != trainer.state["dense1/weights"])
    #expect(try outputs.shape == [300, 1] && outputs != trainer.predict(data))
    #expect(try trainer.loss(on: data, averaged: true) < 0.1)
  }
}
