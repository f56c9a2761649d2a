import Lanes
import LanesTrain
import Testing

/// The programs of `LanesTrain.md`.
@Suite("Training, as documented")
struct TrainTests {
  @Test("a trainer")
  func trainer() throws {
    // snippet
    let data = try Dataset.circles(count: 300, seed: 2)
    let net = Sequential(Dense(2, 11, activation: .relu), Dense(11, 1))
    let trainer = try Trainer(
      net, features: 2, loss: .meanSquaredError, regularizer: .l2(0.01), optimizer: .adam(.constant(0.01)),
      on: NativeBackend())
    try trainer.train(steps: 2_000, on: data.batches(of: 30))
    print(try trainer.accuracy(on: data))
    // end
    #expect(try trainer.accuracy(on: data) > 0.85)
  }

  @Test("a graph, its gradient, and a program")
  func graph() throws {
    // snippet
    let graph = Graph()
    let w = graph.variable(Variable("w", .scalar, role: .weight, initializer: .constant(5)))
    let loss = square(w + 1)
    let gradient = graph.gradients(of: loss, withRespectTo: [w])[0]

    let state = State()
    let step = try Program(
      graph, results: [loss], updates: [.sgd(w, gradient: gradient, rate: graph.constant(0.2))], state: state,
      on: NativeBackend())
    for _ in 0..<40 { try step.run() }
    print(state["w"]?.values ?? [])  // [-1.0]
    print(step)  // what is computed, what was fused, how much memory it takes
    // end
    #expect(abs((state["w"]?.values[0] ?? 0) + 1) < 1e-6)
  }

  @Test("a mistake in a model")
  func mistake() throws {
    // snippet
    do {
      let net = Sequential(Dense(2, 11), Dense(12, 1))
      _ = try Trainer(
        net, features: 2, loss: .meanSquaredError, optimizer: .adam(.constant(0.01)), on: NativeBackend())
    } catch let error as ModelError {
      print(error.shapes, error)  // [[1, 11], [12, 1]], then file and line of the Dense(12, 1), and why
    }
    // end
    do {
      let net = Sequential(Dense(2, 11), Dense(12, 1))
      _ = try Trainer(
        net, features: 2, loss: .meanSquaredError, optimizer: .adam(.constant(0.01)), on: NativeBackend())
      Issue.record("nothing was thrown")
    } catch let error as ModelError {
      #expect(error.shapes == [[1, 11], [12, 1]])
      #expect("\(error)".contains("TrainTests.swift"))
    }
  }
}
