import CTestSupport
import Lanes
import LanesReference
import LanesTrain
import Testing

/// Programs pack parameters that many runs read.
@Suite("Packed operands")
struct PackedOperandTests {
  /// relu(x·op(w) + bias), with w in the state.
  struct Product: Sendable, CustomTestStringConvertible {
    let m: Int, n: Int, k: Int
    let isTransposed: Bool
    var testDescription: String { "\(m) × \(n) × \(k)\(isTransposed ? " transposed" : "")" }
    var shape: Shape { isTransposed ? [n, k] : [k, n] }

    func program(_ state: State, on backend: any Backend, updatesItself: Bool = false) throws -> Program {
      let graph = Graph()
      let w = graph.variable(Variable("w", shape, role: .weight, initializer: .normal(seed: 3)))
      let y = matmul(graph.input("x", [m, k]), w, transposeB: isTransposed)
      let bias = graph.variable(Variable("bias", [n], role: .bias, initializer: .normal(seed: 4)))
      return try Program(
        graph, results: [relu(y + bias)], updates: updatesItself ? [.assign(w, w * 0.5)] : [], state: state, on: backend
      )
    }
  }

  static let products = [
    Product(m: 5, n: 300, k: 257, isTransposed: false), Product(m: 49, n: 2100, k: 33, isTransposed: false),
    Product(m: 2, n: 1, k: 70_000, isTransposed: false), Product(m: 5, n: 7, k: 9, isTransposed: true),
    Product(m: 1, n: 50, k: 100, isTransposed: true), Product(m: 65, n: 33, k: 130, isTransposed: true),
    Product(m: 3, n: 0, k: 4, isTransposed: true), Product(m: 3, n: 4, k: 0, isTransposed: true),
  ]

  @Test("give the bits of the reference, whoever changes the parameter", .tags(.bits), arguments: products)
  func values(_ product: Product) throws {
    var random = Random(7)
    let feeds = ["x": Feed.floats(random.floats(product.m * product.k))]
    let others = (0..<2).map { _ in random.floats(product.shape.count) }
    /// Three runs after each change, of one Program or of new ones, which have nothing packed.
    func results(on backend: any Backend, ofNewPrograms: Bool) throws -> [[UInt32]] {
      let state = State()
      let program = try product.program(state, on: backend)
      let halving = try product.program(state, on: backend, updatesItself: true)
      var results: [[UInt32]] = []
      func runThrice() throws {
        for _ in 0..<3 {
          let program = try ofNewPrograms ? product.program(state, on: backend) : program
          results.append(bits(try run(program, feeds: feeds, results: 1)[0]))
        }
      }
      try runThrice()
      for values in others {
        try state.write(Tensor(product.shape, values), to: "w")
        try runThrice()
        results.append(bits(try run(halving, feeds: feeds, results: 1)[0]))
        try runThrice()
      }
      return results
    }
    let expected = try results(on: ReferenceBackend(), ofNewPrograms: true)
    if product.m * product.n * product.k > 0 { #expect(Set(expected).count == 5) }
    for backend in try allBackends() {
      #expect(try results(on: backend, ofNewPrograms: false) == expected, "\(backend.name)")
    }
  }

  @Test("are packed by the second run with the same values, if at all; other runs allocate nothing")
  func allocations() throws {
    let backend = try NativeBackend(threads: 1)
    func allocations(_ program: Program) throws -> Int {
      let before = test_allocations()
      try program.run()
      return Int(test_allocations() - before)
    }
    for (product, isPacked) in [
      (Product(m: 64, n: 256, k: 300, isTransposed: false), true),
      (Product(m: 64, n: 20, k: 30, isTransposed: true), true),
      (Product(m: 64, n: 20, k: 30, isTransposed: false), false),
      (Product(m: 1, n: 256, k: 300, isTransposed: true), false),
      (Product(m: 300, n: 20, k: 30, isTransposed: true), false),
      (Product(m: 64, n: 10, k: 300, isTransposed: true), false),
    ] {
      let state = State()
      let program = try product.program(state, on: backend)
      let halving = try product.program(state, on: backend, updatesItself: true)
      let input = try #require(program.input("x"))
      let x = [Float](repeating: 1, count: product.m * product.k)
      try x.withUnsafeBufferPointer { x in
        let base = try #require(x.baseAddress)
        program.bind(input, to: base)
        halving.bind(try #require(halving.input("x")), to: base)
        try program.run()
        for _ in 0..<2 {
          #expect(try (allocations(program) > 0) == isPacked, "\(product)")
          for _ in 0..<10 { #expect(try allocations(program) == 0, "\(product)") }
          try halving.run()
          for _ in 0..<10 { #expect(try allocations(halving) == 0, "\(product)") }
          #expect(try allocations(program) == 0, "\(product)")
        }
      }
    }
  }

  @Test("follow training and what a checkpoint restores", .tags(.bits))
  func trainer() throws {
    // Predictions of 20 rows pack the hidden layer.
    var random = Random(5)
    let data = try Dataset(
      features: random.floats(20 * 200), featureCount: 200, targets: random.floats(20), targetCount: 1)
    /// By one trainer, or by new ones, which have nothing packed.
    func predictions(on backend: any Backend, ofNewTrainers: Bool) throws -> [[UInt32]] {
      func trainer(_ state: State) throws -> Trainer {
        try Trainer(
          Sequential(
            Dense(200, 400, activation: .relu, weights: .normal(seed: 1)), Dense(400, 1, weights: .normal(seed: 2))),
          features: 200, loss: .meanSquaredError, optimizer: .gradientDescent(.constant(1e-4)), on: backend,
          state: state)
      }
      let trained = try trainer(State())
      var results: [[UInt32]] = []
      func predictThrice() throws {
        for _ in 0..<3 {
          results.append(bits(try (ofNewTrainers ? trainer(trained.state) : trained).predict(data)))
        }
      }
      let start = trained.checkpoint()
      try predictThrice()
      try trained.train(steps: 2, on: data.batches(of: 20))
      try predictThrice()
      try trained.restore(start)
      try predictThrice()
      return results
    }
    let expected = try predictions(on: ReferenceBackend(), ofNewTrainers: true)
    #expect(expected[0] == expected[8] && expected[0] != expected[3])
    for backend in try allBackends(threads: [1]) {
      #expect(try predictions(on: backend, ofNewTrainers: false) == expected, "\(backend.name)")
    }
  }
}
