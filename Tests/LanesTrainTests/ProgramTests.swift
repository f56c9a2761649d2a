import Lanes
import LanesReference
import LanesTrain
import Testing

@Suite("Program")
struct ProgramTests {
  // MARK: - Fusion

  struct Epilogue: Sendable, CustomTestStringConvertible {
    let name: String
    let activation: @Sendable (SymbolicTensor) -> SymbolicTensor
    var testDescription: String { name }
  }

  static let epilogues = [
    Epilogue(name: "relu") { relu($0) }, Epilogue(name: "sigmoid") { sigmoid($0) }, Epilogue(name: "tanh") { tanh($0) },
    Epilogue(name: "exp") { exp($0) }, Epilogue(name: "log") { log($0) }, Epilogue(name: "sqrt") { sqrt($0) },
    Epilogue(name: "square") { square($0) }, Epilogue(name: "abs") { abs($0) }, Epilogue(name: "negate") { -$0 },
    Epilogue(name: "reciprocal") { reciprocal($0) },
  ]
  /// m, n, k: both orders of the contract, and a bias of one value.
  static let sizes = [(1, 1, 1), (5, 7, 3), (33, 17, 65), (1, 9, 200), (4, 4, 150), (6, 1, 2), (2, 3, 0)]

  @Test("a fused epilogue gives the bits of its parts", .tags(.bits), arguments: epilogues)
  func fusion(_ epilogue: Epilogue) throws {
    var random = Random(11)
    for (m, n, k) in Self.sizes {
      for biasShape in [[n], [1, n]] as [Shape] {
        var feeds: [String: Feed] = [:]
        for (name, count) in [("a", m * k), ("b", k * n), ("bias", n)] {
          var values = random.floats(count)
          if count > 2 { values[count / 2] = -0.0 }
          if name == "bias", count > 2 { values[count - 1] = .nan }
          feeds[name] = .floats(values)
        }
        func graph(biasFirst: Bool) -> (Graph, [SymbolicTensor]) {
          let graph = Graph()
          let product = matmul(graph.input("a", [m, k]), graph.input("b", [k, n]))
          let bias = graph.input("bias", biasShape)
          let biased = biasFirst ? bias + product : product + bias
          return (graph, [product, biased, epilogue.activation(biased), epilogue.activation(product)])
        }
        for backend in try allBackends() {
          // Apart: every value is kept, so that nothing may be merged.
          let (whole, all) = graph(biasFirst: false)
          let apart = try Program(whole, results: all, state: State(), on: backend)
          #expect(!apart.description.contains("+ bias") && !apart.description.contains("+ \(epilogue.name)"))
          let expected = try run(apart, feeds: feeds, results: all.count).map { bits($0) }
          for biasFirst in [false, true] {
            let (merged, values) = graph(biasFirst: biasFirst)
            let program = try Program(merged, results: [values[2]], state: State(), on: backend)
            #expect(program.description.contains("matmul + bias + \(epilogue.name) ([\(m), \(k)]"))
            #expect(program.description.contains("1 steps"))
            #expect(
              try bits(run(program, feeds: feeds, results: 1)[0]) == expected[2], "\(backend.name) \(m) \(n) \(k)")
          }
          let (plain, values) = graph(biasFirst: false)
          let program = try Program(plain, results: [values[3]], state: State(), on: backend)
          #expect(program.description.contains("matmul + \(epilogue.name) "))
          #expect(try bits(run(program, feeds: feeds, results: 1)[0]) == expected[3], "\(backend.name) \(m) \(n) \(k)")
        }
      }
    }
  }

  @Test("what is added to a product is a bias only where it is a row")
  func notABias() throws {
    for shape in [[3, 4], [3, 1], []] as [Shape] {
      let graph = Graph()
      let product = matmul(graph.input("a", [3, 2]), graph.input("b", [2, 4]))
      let y = relu(product + graph.input("c", shape))
      let program = try Program(graph, results: [y], state: State(), on: ReferenceBackend())
      #expect(!program.description.contains("bias"))
      let feeds = [
        "a": Feed.floats([1, 2, 3, 4, 5, 6]), "b": .floats([1, 0, 0, 1, 0, 1, 1, 0]),
        "c": .floats((0..<shape.count).map { Float($0) - 8 }),
      ]
      let products: [Float] = [1, 2, 2, 1, 3, 4, 4, 3, 5, 6, 6, 5]
      let expected = products.enumerated().map { index, value in
        max(value + (shape.count == 12 ? Float(index) : shape.count == 3 ? Float(index / 4) : 0) - 8, 0)
      }
      #expect(try run(program, feeds: feeds, results: 1)[0].values == expected)
    }
  }

  /// The product's memory is the reshaped value's: merging the product into its first user would leave the second nothing.
  @Test("a product that is used through a reshape as well is kept", arguments: [false, true])
  func reshapedProduct(reshapeIsResult: Bool) throws {
    func results(keepsAll: Bool) throws -> [[UInt32]] {
      let graph = Graph()
      let product = matmul(graph.input("a", [3, 2]), graph.input("b", [2, 4]))
      let y = relu(product + graph.input("c", [4]))
      let flat = product.reshaped([12])
      let other = reshapeIsResult ? flat : square(flat)
      let all = [y, other] + (keepsAll ? [product, product + graph.input("c", [4])] : [])
      var random = Random(5)
      let feeds = ["a": Feed.floats(random.floats(6)), "b": .floats(random.floats(8)), "c": .floats(random.floats(4))]
      return try run(graph, all, feeds: feeds, on: NativeBackend(threads: 1)).prefix(2).map { bits($0) }
    }
    #expect(try results(keepsAll: false) == results(keepsAll: true))
  }

  @Test("a product that only a reshape uses gives the reshape its values")
  func productOnlyReshaped() throws {
    let graph = Graph()
    let y = relu(matmul(graph.input("a", [2, 1]), graph.input("b", [1, 2])).reshaped([4]))
    #expect(
      try run(graph, [y], feeds: ["a": .floats([1, -1]), "b": .floats([2, 3])], on: NativeBackend())[0].values
        == [2, 3, 0, 0])
  }

  @Test("a description lists the steps, what was fused, updates and memory")
  func description() throws {
    let graph = Graph()
    let w = graph.variable(Variable("w", [2, 3], role: .weight, initializer: .zeros))
    let y = relu(matmul(graph.input("x", [4, 2]), w) + graph.constant(1, [3]))
    let program = try Program(
      graph, results: [sum(y)], updates: [.assign(w, w * 2)], state: State(), on: ReferenceBackend())
    // y needs 12 floats, rounded up to a cache line; so do the sum and the product w·2. None can share.
    #expect(
      program.description == """
        matmul + bias + relu ([4, 2], [2, 3], [3]) → [4, 3]
        sum ([4, 3]) → []
        multiply ([2, 3], []) → [2, 3]
        assign w [2, 3]
        4 steps, \(program.arenaBytes) bytes of arena
        """)
    #expect(program.arenaBytes >= 2 * 64 && program.arenaBytes <= 3 * 64)
  }

  // MARK: - Values

  @Test("inputs, variables, constants and views of them can be results")
  func leaves() throws {
    let graph = Graph()
    let x = graph.input("x", [2, 2])
    let w = graph.variable(Variable("w", [3], role: .weight, initializer: Initializer { _ in [7, 8, 9] }))
    let values = try run(
      graph, [x, w, graph.constant(2.5, [2, 1]), x.reshaped([4]), x, graph.constant(-0.0)],
      feeds: ["x": .floats([1, 2, 3, 4])])
    #expect(values.map(\.values) == [[1, 2, 3, 4], [7, 8, 9], [2.5, 2.5], [1, 2, 3, 4], [1, 2, 3, 4], [0]])
    #expect(values.map(\.shape) == [[2, 2], [3], [2, 1], [4], [2, 2], []])
    #expect(values[5].values[0].sign == .minus)
  }

  @Test("an input that nothing needs need not be bound, and has no place")
  func unusedInput() throws {
    let graph = Graph()
    let (x, unused) = (graph.input("x", [2]), graph.input("unused", [2]))
    _ = exp(unused) + x
    let program = try Program(graph, results: [-x], state: State(), on: ReferenceBackend())
    #expect(program.input("unused") == nil && program.input("never made") == nil)
    #expect(try run(program, feeds: ["x": .floats([1, 2])], results: 1)[0].values == [-1, -2])
  }

  @Test("equal expressions are one step")
  func commonWork() throws {
    let graph = Graph()
    let x = graph.input("x", [2])
    let y = (exp(x) + 1) * (exp(x) + 1) - exp(graph.input("x", [2]))
    let program = try Program(graph, results: [y], state: State(), on: ReferenceBackend())
    #expect(program.description.split(separator: "\n").filter { $0.hasPrefix("exp ") }.count == 1)
    #expect(program.description.contains("4 steps"))  // exp, add, multiply, subtract
    // Different numbers are different values, and so are +0 and −0.
    let zeros = reciprocal(graph.constant(0))
    let minus = reciprocal(graph.constant(-0.0))
    #expect(try run(graph, [zeros, minus], on: ReferenceBackend()).map(\.values) == [[.infinity], [-.infinity]])
  }

  @Test("a run can be repeated, with other memory and other values")
  func rebinding() throws {
    let graph = Graph()
    let x = graph.input("x", [3])
    let program = try Program(graph, results: [x * 2 + 1], state: State(), on: NativeBackend())
    #expect(try run(program, feeds: ["x": .floats([1, 2, 3])], results: 1)[0].values == [3, 5, 7])
    #expect(try run(program, feeds: ["x": .floats([-1, 0, 9])], results: 1)[0].values == [-1, 1, 19])
    #expect(Array(program.resultFloats()) == [-1, 1, 19])
  }

  @Test("tensors without elements are computed")
  func empty() throws {
    for backend in try allBackends() {
      let graph = Graph()
      let (x, w) = (graph.input("x", [0, 3]), graph.input("w", [3, 2]))
      let none = graph.input("none", [3, 0])
      let feeds = ["w": Feed.floats([1, 1, 1, 1, 1, 1]), "x": .floats([]), "none": .floats([])]
      let results = [
        relu(x), matmul(x, w), matmul(x, x, transposeA: true), sum(x), max(x, .eachRow), max(x, .eachColumn),
        mean(none, .eachRow), matmul(none, x), x + graph.constant(1, [1, 3]),
      ]
      let values = try run(graph, results, feeds: feeds, on: backend)
      let zeros = [Float](repeating: 0, count: 9)
      let least = [Float](repeating: -.infinity, count: 3)
      let nan = [Float](repeating: .nan, count: 3)
      #expect(values.map { bits($0) } == [[], [], zeros, [0], [], least, nan, zeros, []].map { bits($0) })
    }
  }

  // MARK: - Updates

  static func variable(_ graph: Graph, _ name: String, _ values: [Float]) -> SymbolicTensor {
    graph.variable(Variable(name, [values.count], role: .weight, initializer: Initializer { _ in values }))
  }

  @Test("updates and results see values from before the run, a moving average those after")
  func updateOrder() throws {
    for backend in try allBackends() {
      let graph = Graph()
      let (a, b) = (Self.variable(graph, "a", [1, 2]), Self.variable(graph, "b", [10, 20]))
      let average = Self.variable(graph, "average", [0, 0])
      let state = State()
      let program = try Program(
        graph, results: [a, b, a + b],
        updates: [
          .assign(a, b), .assign(b, a), .movingAverage(average, of: a, decay: graph.constant(0.75)),
        ], state: state, on: backend)
      try program.run()
      #expect((0..<3).map { program.result($0).values } == [[1, 2], [10, 20], [11, 22]])
      #expect(state["a"]?.values == [10, 20] && state["b"]?.values == [1, 2])
      #expect(state["average"]?.values == [2.5, 5])
      try program.run()
      #expect(state["a"]?.values == [1, 2] && state["b"]?.values == [10, 20])
    }
  }

  @Test("gradients that are variables themselves, or views of them, are taken from before the run")
  func gradientIsAVariable() throws {
    let graph = Graph()
    let (v, w) = (Self.variable(graph, "v", [1, 2]), Self.variable(graph, "w", [10, 20]))
    let gradients = graph.gradients(of: sum(v * w), withRespectTo: [v, w])
    let rate = graph.constant(0.5)
    let state = State()
    let program = try Program(
      graph, updates: zip([v, w], gradients).map { .sgd($0, gradient: $1, rate: rate) }, state: state,
      on: NativeBackend())
    try program.run()
    #expect(state["v"]?.values == [-4, -8])
    #expect(state["w"]?.values == [9.5, 19])  // with the new v it would be [12, 24]

    // By itself: an overlap that the kernels would refuse.
    let shrink = try Program(graph, updates: [.sgd(v, gradient: v, rate: rate)], state: state, on: NativeBackend())
    try shrink.run()
    #expect(state["v"]?.values == [-2, -4])
  }

  @Test("every update rule reaches the backend with its own operands")
  func rules() throws {
    // Two elements, one step, numbers by hand from the contract's row C7.
    func updated(_ make: (SymbolicTensor, SymbolicTensor, SymbolicTensor, SymbolicTensor) -> StateUpdate) throws
      -> [[Float]]
    {
      let graph = Graph()
      let w = Self.variable(graph, "w", [1, -2])
      let (first, second) = (Self.variable(graph, "first", [0.5, 1]), Self.variable(graph, "second", [4, 16]))
      let state = State()
      let gradient = graph.input("gradient", [2])
      _ = try run(
        graph, [], updates: [make(w, first, second, gradient)], feeds: ["gradient": .floats([2, 4])], state: state,
        on: NativeBackend())
      return try ["w", "first", "second"].map { try #require(state[$0]).values }
    }
    #expect(
      try updated { w, _, _, g in .sgd(w, gradient: g, rate: w.graph.constant(0.5)) } == [
        [0, -4], [0.5, 1], [4, 16],
      ])
    // v = 0.5·v + g = [2.25, 4.5]; w − 0.5·v
    #expect(
      try updated { w, v, _, g in
        .momentum(w, velocity: v, gradient: g, rate: w.graph.constant(0.5), momentum: 0.5, nesterov: false)
      } == [[-0.125, -4.25], [2.25, 4.5], [4, 16]])
    // w − 0.5·(0.5·v + g), v the new one
    #expect(
      try updated { w, v, _, g in
        .momentum(w, velocity: v, gradient: g, rate: w.graph.constant(0.5), momentum: 0.5, nesterov: true)
      } == [[-0.5625, -5.125], [2.25, 4.5], [4, 16]])
    // m + 0.5·(g − m) = [1.25, 2.5]; v + 0.75·(g² − v) = [4, 16]; w − 0.5·m / (√v + 0.5)
    #expect(
      try updated { w, m, v, g in
        .adam(w, moments: (m, v), gradient: g, rate: w.graph.constant(0.5), beta1: 0.5, beta2: 0.25, epsilon: 0.5)
      } == [[1 - 0.625 / 2.5, -2 - 1.25 / 4.5], [1.25, 2.5], [4, 16]])
    #expect(try updated { w, _, _, g in .assign(w, g + 1) } == [[3, 5], [0.5, 1], [4, 16]])
    #expect(
      try updated { w, s, _, _ in .movingAverage(s, of: w, decay: w.graph.constant(0.5)) }
        == [[1, -2], [0.75, -0.5], [4, 16]])
  }

  @Test("programs share a state")
  func sharedState() throws {
    let state = State()
    func program(_ make: (Graph, SymbolicTensor) -> ([SymbolicTensor], [StateUpdate])) throws -> Program {
      let graph = Graph()
      let (results, updates) = make(graph, Self.variable(graph, "w", [1, 2]))
      return try Program(graph, results: results, updates: updates, state: state, on: NativeBackend())
    }
    let double = try program { _, w in ([], [.assign(w, w * 2)]) }
    let total = try program { _, w in ([sum(w)], []) }
    try double.run()
    try double.run()
    try total.run()
    #expect(total.result().values == [12])
    try state.write(Tensor([2], [5, 6]), to: "w")
    try total.run()
    #expect(total.result().values == [11])
    #expect(state.variables.map(\.name) == ["w"])
  }

  @Test("cross-entropy of a value with itself does not write over its target")
  func ownTarget() throws {
    let graph = Graph()
    let x = softmax(graph.input("x", [2, 3]))
    let gradient = graph.gradients(of: sum(softmaxCrossEntropy(logits: x, target: x)), withRespectTo: [x])[0]
    let feeds = ["x": Feed.floats([1, 2, 3, 0, 0, 5])]
    let alone = try run(graph, [gradient], feeds: feeds, on: NativeBackend())
    let kept = try run(graph, [gradient, x], feeds: feeds, on: ReferenceBackend())
    #expect(bits(alone[0]) == bits(kept[0]))
  }

  @Test("argmax gives labels that cross-entropy takes")
  func argmaxLabels() throws {
    let graph = Graph()
    let x = graph.input("x", [2, 3])
    let loss = softmaxCrossEntropy(logits: x, target: argmax(x))
    let feeds = ["x": Feed.floats([1, 5, 2, 9, 0, 0])]
    let labelled = graph.input("labels", [2], .int32)
    let expected = softmaxCrossEntropy(logits: x, target: labelled)
    let values = try run(graph, [loss, expected], feeds: feeds.merging(["labels": .labels([1, 0])]) { $1 })
    #expect(bits(values[0]) == bits(values[1]))
  }
}
