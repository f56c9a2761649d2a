import Lanes
import LanesExamples
import LanesReference
import LanesTrain
import Testing

@Suite("Trainer")
struct TrainerTests {
  static func trainer(
    seed: Int = 1, regularizer: Regularizer = .none, optimizer: Optimizer = .adam(.constant(0.01)),
    state: State = State(), on backend: any Backend = ReferenceBackend()
  ) throws -> Trainer {
    try Trainer(
      Sequential(
        Dense(2, 4, activation: .tanh, weights: .normal(seed: seed)), Dense(4, 1, weights: .normal(seed: seed + 1))),
      features: 2, loss: .meanSquaredError, regularizer: regularizer, optimizer: optimizer, on: backend, state: state)
  }

  static func data(_ count: Int = 20) throws -> Dataset { try Dataset.circles(count: count) }

  static let optimizers: [Optimizer] = [
    .adam(.constant(0.01)), .gradientDescent(Schedule { 0.1 / Float($0 + 1) }), .momentum(.constant(0.01)),
    .momentum(.constant(0.01), nesterov: true),
  ]

  @Test("the same seeds give the same bits, other seeds other ones", .tags(.bits), arguments: 0..<4)
  func seeds(optimizer: Int) throws {
    let batches = try Self.data().batches(of: 6)
    func trained(_ seed: Int, _ optimizer: Optimizer) throws -> [[UInt32]] {
      let trainer = try Self.trainer(seed: seed, optimizer: optimizer)
      try trainer.train(steps: 25, on: batches)
      return try bits(trainer.state)
    }
    #expect(try trained(1, Self.optimizers[optimizer]) == trained(1, Self.optimizers[optimizer]))
    #expect(try trained(1, Self.optimizers[optimizer]) != trained(2, Self.optimizers[optimizer]))
    for (index, other) in Self.optimizers.enumerated() where index != optimizer {
      #expect(try trained(1, Self.optimizers[optimizer]) != trained(1, other))
    }
  }

  @Test("steps in several calls are steps in one", .tags(.bits), arguments: [1, 6, 7, 20, 33])
  func split(batch: Int) throws {
    let batches = try Self.data().batches(of: batch)
    let (one, several) = (try Self.trainer(), try Self.trainer())
    try one.train(steps: 40, on: batches)
    for steps in [1, 0, 14, 25] { try several.train(steps: steps, on: batches) }
    #expect(one.globalStep == 40 && several.globalStep == 40)
    #expect(try bits(one.state) == bits(several.state))
  }

  /// What one step must do, computed from the state before it by a program that this test writes itself.
  @Test("a step takes the batch of the global step, short ones too")
  func partialBatch() throws {
    let data = try Self.data(20)
    let batches = try data.batches(of: 7)
    let trainer = try Self.trainer(optimizer: .gradientDescent(.constant(0.5)))
    for step in 0..<6 {
      let samples = Array((step * 7) % 20..<min((step * 7) % 20 + 7, 20))
      let graph = Graph()
      let x = graph.input("x", [samples.count, 2])
      let target = graph.input("y", [samples.count, 1])
      let state = State()
      let parameters = trainer.state.variables.map { variable in
        let values = trainer.state[variable.name]?.values ?? []
        return graph.variable(
          Variable(variable.name, variable.shape, role: variable.role, initializer: Initializer { _ in values }))
      }
      let (w1, b1, w2, b2) = (parameters[0], parameters[1], parameters[2], parameters[3])
      let y = matmul(tanh(matmul(x, w1) + b1), w2) + b2
      let gradients = graph.gradients(of: mean(square(y - target)), withRespectTo: parameters)
      let rate = graph.constant(0.5)
      _ = try run(
        graph, [], updates: zip(parameters, gradients).map { .sgd($0, gradient: $1, rate: rate) },
        feeds: [
          "x": .floats(samples.flatMap { data.features[2 * $0..<2 * $0 + 2] }),
          "y": .floats(samples.map { data.targets[$0] }),
        ], state: state)
      try trainer.step(on: batches)
      #expect(try bits(trainer.state) == bits(state), "step \(step), samples \(samples)")
    }
  }

  @Test("the loss is the data's loss and the regularizer's price of weights, not of biases")
  func losses() throws {
    let data = try Self.data(9)
    let regularizer = Regularizer.l1l2(l1: 0.25, l2: 0.5)
    let trainer = try Self.trainer(regularizer: regularizer)
    try trainer.train(steps: 3, on: data.batches(of: 4))
    let outputs = try trainer.predict(data)
    #expect(outputs.shape == [9, 1])
    let meanSquare = zip(outputs.values, data.targets).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / 9
    #expect(abs(Double(try trainer.dataLoss(on: data)) - meanSquare) < 1e-6)
    let weights = try ["dense1/weights", "dense2/weights"].flatMap {
      try #require(trainer.state[$0]).values.map(Double.init)
    }
    let price = weights.reduce(0) { $0 + 0.25 * abs($1) + 0.25 * $1 * $1 }
    #expect(abs(Double(try trainer.loss(on: data)) - meanSquare - price) < 1e-5)
  }

  @Test("reports come before each so many steps and after the last, and can stop")
  func reports() throws {
    let batches = try Self.data().batches(of: 5)
    let trainer = try Self.trainer()
    var steps: [Int] = []
    try trainer.train(steps: 10, on: batches, reportEvery: 4) {
      steps.append($0.globalStep)
      return true
    }
    #expect(steps == [0, 4, 8, 10])
    try trainer.train(steps: 10, on: batches, reportEvery: 4) { _ in false }
    #expect(trainer.globalStep == 12)
  }

  @Test("the schedule's rate is that of the global step")
  func schedule() throws {
    let batches = try Self.data().batches(of: 5)
    let trainer = try Self.trainer(optimizer: .gradientDescent(Schedule { $0 < 3 ? 0 : 0.1 }))
    let before = try bits(trainer.state)
    try trainer.train(steps: 3, on: batches)
    #expect(try bits(trainer.state) == before)
    try trainer.step(on: batches)
    #expect(try bits(trainer.state) != before)
  }

  @Test("a trainer goes on with a state that it is given")
  func givenState() throws {
    let data = try Self.data()
    let first = try Self.trainer()
    try first.train(steps: 5, on: data.batches(of: 5))
    let second = try Self.trainer(seed: 7, state: first.state)
    #expect(try bits(second.predict(data)) == bits(first.predict(data)))
    try second.step(on: data.batches(of: 5))
    #expect(try bits(second.predict(data)) == bits(first.predict(data)))
  }

  @Test("Adam's step is TensorFlow 1's, powers of β included")
  func adam() throws {
    // One weight, y = w·x with x = 1 and target 0: the gradient of the mean square is 2w.
    let data = try Dataset(features: [1], featureCount: 1, targets: [0], targetCount: 1)
    let trainer = try Trainer(
      Dense(1, 1, weights: .constant(3), bias: nil), features: 1, loss: .meanSquaredError,
      optimizer: .adam(.constant(0.1)), on: ReferenceBackend())
    var (w, m, v) = (3.0, 0.0, 0.0)
    for t in 1...20 {
      try trainer.step(on: data.batches(of: 1))
      let g = 2 * w
      m = 0.9 * m + 0.1 * g
      v = 0.999 * v + 0.001 * g * g
      func power(_ base: Double) -> Double { (0..<t).reduce(1.0) { product, _ in product * base } }
      w -= 0.1 * (1 - power(0.999)).squareRoot() / (1 - power(0.9)) * m / (v.squareRoot() + 1e-8)
      let trained = Double(try #require(trainer.state["dense1/weights"]).values[0])
      #expect(abs(trained - w) < 2e-5, "step \(t)")
    }
    #expect(
      trainer.state.variables.map(\.name) == [
        "dense1/weights", "adam/beta1_power", "adam/beta2_power", "dense1/weights/adam_m", "dense1/weights/adam_v",
      ])
  }
}
