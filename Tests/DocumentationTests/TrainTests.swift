import Foundation
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

  @Test("epochs, a checkpoint, and a run that goes on from it")
  func checkpoint() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("lanes-\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    // snippet
    let parts = try Dataset.circles(count: 300, seed: 2).split(validation: 0.2, seed: 1)
    let batches = try parts.training.batches(of: 30, order: .shuffled(seed: 1))

    func fit(epochs: Int) throws -> Fit {
      let net = Sequential(Dense(2, 11, activation: .relu), Dropout(0.1), Dense(11, 1))
      let trainer = try Trainer(
        net, features: 2, loss: .meanSquaredError, optimizer: .adam(.constant(0.01)), movingAverage: .adaptive(0.99),
        on: NativeBackend())
      return try Fit(trainer, training: batches, validation: parts.validation, epochs: epochs, patience: 20)
    }

    let first = try fit(epochs: 20)
    try first.run { epoch in print(epoch.number, epoch.trainingLoss, epoch.validationLoss ?? .nan) }
    try Safetensors.write(first.checkpoint(), to: path)

    let second = try fit(epochs: 40)
    try second.restore(Safetensors.read(path))
    try second.run()
    second.useBest()
    // end
    let whole = try fit(epochs: 40)
    try whole.run()
    whole.useBest()
    #expect(whole.trainer.globalStep == second.trainer.globalStep && whole.best == second.best)
    for variable in whole.trainer.state.variables {
      #expect(whole.trainer.state[variable.name] == second.trainer.state[variable.name], "\(variable.name)")
    }
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
