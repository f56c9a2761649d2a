import Lanes
import LanesExamples
import LanesReference
import LanesTrain
import Testing

/// What is wrong with a model is said with the operation, the shapes, and the line that the user wrote.
@Suite("Errors", .tags(.errors))
struct ErrorTests {
  /// What compiling the graph throws.
  static func error(
    _ graph: Graph, _ results: [SymbolicTensor] = [], updates: [StateUpdate] = [], state: State = State()
  ) throws -> ModelError {
    try #require(throws: ModelError.self) {
      _ = try Program(graph, results: results, updates: updates, state: state, on: ReferenceBackend())
    }
  }

  static let file = #fileID

  @Test("layers that do not fit: the second one's line")
  func layers() throws {
    let first = Dense(2, 11, activation: .relu)
    let line = #line + 1
    let second = Dense(12, 1)
    let net = Sequential(first, second)
    let error = try #require(throws: ModelError.self) {
      _ = try Trainer(
        net, features: 2, loss: .meanSquaredError, optimizer: .adam(.constant(0.1)), on: ReferenceBackend())
    }
    #expect(error.location == SourceLocation(Self.file, line))
    #expect(error.operation == "matmul" && error.shapes == [[1, 11], [12, 1]])
    #expect(
      error.description
        == "LanesTrainTests/ErrorTests.swift:\(line): matmul: [1, 11] and [12, 1] cannot be multiplied: "
        + "the inner sizes must be the same")
  }

  @Test("the first layer does not fit the features")
  func features() throws {
    let line = #line + 1
    let layer = Dense(3, 1)
    let error = try #require(throws: ModelError.self) {
      _ = try Trainer(
        layer, features: 2, loss: .meanSquaredError, optimizer: .adam(.constant(0.1)), on: ReferenceBackend())
    }
    #expect(error.location == SourceLocation(Self.file, line) && error.shapes == [[1, 2], [3, 1]])
  }

  /// An expression that does not fit; `line` is where it was written.
  struct Misfit: Sendable, CustomTestStringConvertible {
    let operation: String
    let shapes: [Shape]
    var line = #line
    let make: @Sendable (Graph) -> SymbolicTensor
    init(
      _ operation: String, _ shapes: [Shape], line: Int = #line, _ make: @escaping @Sendable (Graph) -> SymbolicTensor
    ) {
      (self.operation, self.shapes, self.line, self.make) = (operation, shapes, line, make)
    }
    var testDescription: String { "\(operation) \(shapes.map(\.description).joined(separator: ", "))" }
  }

  static func x(_ graph: Graph, _ shape: Shape, _ type: ElementType = .float32) -> SymbolicTensor {
    graph.input("\(type) \(shape)", shape, type)
  }

  // Each on one line, or its expression on the next.
  static let misfits = [
    Misfit("matmul", [[2, 3], [2, 3]]) { matmul(x($0, [2, 3]), x($0, [2, 3])) },
    Misfit("matmul", [[2, 3], [2, 3]]) { matmul(x($0, [2, 3]), x($0, [2, 3]), transposeA: true, transposeB: true) },
    Misfit("matmul", [[3], [3, 2]]) { matmul(x($0, [3]), x($0, [3, 2])) },
    Misfit("maximum", [[2, 3], [3, 2]]) { maximum(x($0, [2, 3]), x($0, [3, 2])) },
    Misfit("minimum", [[2], [3]]) { minimum(x($0, [2]), x($0, [3])) },
    Misfit("select", [[2, 3], [2, 3], [4]]) { select(x($0, [2, 3]), x($0, [2, 3]), x($0, [4])) },
    Misfit("reshape", [[2, 3]]) { x($0, [2, 3]).reshaped([7]) },
    Misfit("relu", [[3]]) { relu(x($0, [3], .int32)) },
    Misfit("exp", [[]]) { exp(x($0, [], .int32)) },
    Misfit("softmax", [[3]]) { softmax(x($0, [3], .int32)) },
    Misfit("sum", [[3]]) { sum(x($0, [3], .int32), .eachRow) },
    Misfit("argmax", [[3]]) { argmax(x($0, [3], .int32)) },
    Misfit("clip", [[3], [], []]) { clip(x($0, [3], .int32), 0, 1) },
    Misfit("softmax cross-entropy", [[4, 3], [3]]) {
      softmaxCrossEntropy(logits: x($0, [4, 3]), target: x($0, [3], .int32))
    },
    Misfit("softmax cross-entropy", [[4, 3], [4]]) { softmaxCrossEntropy(logits: x($0, [4, 3]), target: x($0, [4])) },
    Misfit("softmax cross-entropy", [[4, 3], [4, 2]]) {
      softmaxCrossEntropy(logits: x($0, [4, 3]), target: x($0, [4, 2]))
    },
    Misfit("softmax cross-entropy", [[4], [1]]) {
      softmaxCrossEntropy(logits: x($0, [4], .int32), target: x($0, [1], .int32))
    },
    Misfit("shapes", []) { $0.input("shapes", [2, 3, 4]) },
    Misfit("negative", []) { $0.input("negative", [2, -3]) },
    Misfit("huge", []) { $0.input("huge", [.max, .max]) },
    Misfit("constant", []) { $0.constant(1, [-1]) },
    // An operator has no place of its own: that of its most recent operand.
    Misfit("add", [[2, 3], [3, 2]]) { x($0, [2, 3]) + relu(x($0, [3, 2])) },
    Misfit("multiply", [[3, 2], [3]]) {
      relu(x($0, [3, 2])).reshaped([3, 2]) * tanh(x($0, [2])).reshaped([2]).reshaped([2]) * tanh(x($0, [3]))
    },
    Misfit("multiply", [[3], []]) { relu(x($0, [1])) + x($0, [3], .int32) * 2 },
    Misfit("multiply", [[3], []]) { relu(x($0, [1])) + x($0, [3], .int32) * 1 },
  ]

  @Test("shapes and types that do not fit", arguments: misfits.indices)
  func misfit(_ index: Int) throws {
    let misfit = Self.misfits[index]
    let graph = Graph()
    let value = misfit.make(graph)
    // Going on after the mistake is harmless: gradients and all.
    let gradients = graph.gradients(of: sum(exp(value) * 2), withRespectTo: [value])
    let error = try Self.error(graph, gradients)
    #expect(error.operation == misfit.operation)
    #expect(error.shapes == misfit.shapes)
    #expect(error.location.file == Self.file)
    if !["add", "multiply"].contains(misfit.operation) {
      #expect(error.location.line == misfit.line || error.location.line == misfit.line + 1)
    }
    for shape in error.shapes where error.operation != "reshape" && misfit.shapes.count > 1 && shape.rank > 0 {
      #expect(error.description.contains(shape.description) || error.description.contains("labels"))
    }
  }

  /// A loss carries the place of the outputs.
  @Test(
    "options of a loss that do not fit",
    arguments: [
      (.softmaxCrossEntropy(labelSmoothing: 1.5), [4], .int32, "the label smoothing is 1.5"),
      (.softmaxCrossEntropy(labelSmoothing: .nan), [4], .int32, "the label smoothing is nan"),
      (.softmaxCrossEntropy(ignoredLabel: -1), [3], .int32, "[4, 3] need 4 labels"),
      (.softmaxCrossEntropy(ignoredLabel: -1), [4, 3], .float32, "no label to ignore"),
      (.softmaxCrossEntropy(classWeights: [1, 2]), [4], .int32, "2 values do not fill [3]"),
    ] as [(Loss, Shape, ElementType, String)])
  func lossOptions(loss: Loss, target: Shape, type: ElementType, reason: String) throws {
    let graph = Graph()
    let logits = relu(graph.input("logits", [4, 3]))
    let line = #line - 1
    let value = loss(logits, graph.input("target", target, type))
    let error = try Self.error(graph, graph.gradients(of: value, withRespectTo: [logits]))
    #expect(error.location == SourceLocation(Self.file, line))
    #expect(error.description.contains(reason))
  }

  @Test("an operator carries its most recent operand's place")
  func operatorPlace() throws {
    let graph = Graph()
    let first = relu(graph.input("a", [2, 3]))
    let line = #line + 1
    let second = relu(graph.input("b", [3, 2]))
    let third = second
    let error = try Self.error(graph, [third - first])
    #expect(error.location == SourceLocation(Self.file, line))
    #expect(error.description.contains("[3, 2] and [2, 3]"))
  }

  @Test("the first mistake is the one that is told")
  func firstMistake() throws {
    let graph = Graph()
    let line = #line + 1
    let wrong = graph.input("a", [2]).reshaped([3])
    _ = matmul(wrong, wrong)
    _ = softmaxCrossEntropy(logits: wrong, target: graph.input("b", [9]))
    let error = try Self.error(graph, [wrong])
    #expect(error.operation == "reshape" && error.location.line == line)
  }

  // MARK: - Names

  @Test("one name, two shapes: variable, input, state")
  func names() throws {
    let two = Graph()
    _ = two.variable(Variable("w", [2], role: .weight, initializer: .zeros))
    let line = #line + 1
    let w = two.variable(Variable("w", [3], role: .weight, initializer: .zeros))
    let error = try Self.error(two, [w])
    #expect(error.operation == "variable" && error.shapes == [[2], [3]] && error.location.line == line)

    let inputs = Graph()
    let x = inputs.input("x", [2]) + sum(inputs.input("x", [3]))
    #expect(try Self.error(inputs, [x]).shapes == [[2], [3]])
    let types = Graph()
    _ = types.input("x", [2], .int32)
    #expect(try Self.error(types, [types.input("x", [2])]).operation == "input")

    let state = State()
    try state.add([Variable("w", [2], role: .weight, initializer: .constant(4))])
    let larger = Graph()
    let place = #line + 1
    let many = larger.variable(Variable("w", [1000], role: .weight, initializer: .zeros))
    let mismatch = try Self.error(larger, updates: [.assign(many, many * 2)], state: state)
    #expect(mismatch.shapes == [[2], [1000]] && mismatch.location.line == place)
    #expect(throws: ModelError.self) { try state.add([Variable("w", [3], role: .weight, initializer: .zeros)]) }
    #expect(throws: ModelError.self) { try state.add([Variable("v", [-3], role: .weight, initializer: .zeros)]) }
    #expect(state["w"]?.values == [4, 4] && state.variables.count == 1)
  }

  @Test("a tensor of another shape, or an unknown name, is not written")
  func write() throws {
    let state = State()
    try state.add([Variable("w", [2, 3], role: .weight, initializer: .constant(4))])
    let before = state["w"]
    let shape = try #require(throws: ModelError.self) { try state.write(Tensor([3, 2], [1, 2, 3, 4, 5, 6]), to: "w") }
    #expect(shape.shapes == [[2, 3], [3, 2]] && shape.location == SourceLocation(Self.file, #line - 1))
    let name = try #require(throws: ModelError.self) { try state.write(Tensor([], [1]), to: "v") }
    #expect(name.reason.contains("'v'") && name.reason.contains("w"))
    #expect(state["w"] == before && state["v"] == nil)
    let values = try #require(throws: ModelError.self) { try Tensor([2, 2], [1, 2, 3]) }
    #expect(values.location == SourceLocation(Self.file, #line - 1) && values.reason.contains("3 values"))
    #expect(throws: ModelError.self) { try Tensor([-1], []) }
    #expect(throws: ModelError.self) { try Tensor([1, 1, 1], [1]) }
  }

  // MARK: - Graphs

  @Test("graphs cannot be mixed")
  func mixing() throws {
    // Nodes of the same numbers on both sides, which must not be taken for one another.
    func pair() -> (Graph, SymbolicTensor, SymbolicTensor) {
      let graph = Graph()
      let (a, b) = (graph.input("a", [2]), graph.input("b", [2]))
      _ = a + b
      return (graph, a, b)
    }
    let (one, a, _) = pair()
    let (_, _, foreign) = pair()
    #expect(try Self.error(one, [a + foreign]).reason.contains("different graphs"))
    for mix in [
      { (a: SymbolicTensor, b: SymbolicTensor) in a * b.graph.constant(1, [2]) },
      { a, b in maximum(a, exp(exp(exp(b)))) }, { a, b in matmul(a.reshaped([1, 2]), b.reshaped([2, 1])) },
      { a, b in select(a, a, b) },
      { a, b in softmaxCrossEntropy(logits: a.reshaped([1, 2]), target: b.reshaped([1, 2])) },
      { a, b in a.graph.constant(1) + b.graph.constant(2) },
    ] {
      let (graph, a, _) = pair()
      let value = mix(a, foreign)
      let gradients = graph.gradients(of: sum(value), withRespectTo: [a])
      #expect(try Self.error(graph, gradients).reason.contains("different graphs"))
    }
    let (clean, x, _) = pair()
    #expect(try Self.error(clean, [foreign]).operation == "program")
    #expect(try Self.error(clean, updates: [.assign(foreign, foreign)]).operation == "assign")
    for (loss, target) in [(sum(foreign), x), (sum(x), exp(exp(foreign)))] {
      let (graph, y, _) = pair()
      let gradients = graph.gradients(of: target.graph === clean ? loss : sum(y), withRespectTo: [target])
      #expect(try Self.error(graph, gradients).reason.contains("different graphs"))
    }
  }

  @Test("the gradient of what is no scalar")
  func noScalar() throws {
    let graph = Graph()
    let x = graph.input("x", [2, 3])
    let line = #line + 1
    let gradients = graph.gradients(of: exp(x), withRespectTo: [x])
    let error = try Self.error(graph, gradients)
    #expect(error.operation == "gradients" && error.shapes == [[2, 3]] && error.location.line == line)
  }

  @Test("a loss that is no scalar: the line of its expression")
  func lossIsNoScalar() throws {
    let line = #line + 1
    let loss = Loss { y, target in square(y - target) }
    let trainer = try Trainer(
      Dense(2, 1), features: 2, loss: loss, optimizer: .gradientDescent(.constant(0.1)), on: ReferenceBackend())
    let error = try #require(throws: ModelError.self) { try trainer.step(on: TrainerTests.data().batches(of: 5)) }
    #expect(error.operation == "gradients" && error.shapes == [[5, 1]])
    #expect(error.location == SourceLocation(Self.file, line))
    #expect(trainer.globalStep == 0)
  }

  @Test("outputs and targets of different shapes are not broadcast in the mean squared error")
  func outputsAndTargets() throws {
    let line = #line + 1
    let net = Dense(2, 3)
    let error = try #require(throws: ModelError.self) {
      _ = try Trainer(
        net, features: 2, loss: .meanSquaredError, optimizer: .adam(.constant(0.1)), on: ReferenceBackend())
    }
    #expect(error.location == SourceLocation(Self.file, line) && error.shapes == [[1, 3], [1, 1]])
  }

  @Test("what has no gradient of its own says so")
  func secondDerivative() throws {
    let graph = Graph()
    let x = graph.input("x", [2])
    let first = graph.gradients(of: sum(tanh(x)), withRespectTo: [x])[0]
    let second = graph.gradients(of: sum(first), withRespectTo: [x])
    #expect(try Self.error(graph, second).description.contains("no gradient"))
  }

  @Test("updates that do not fit")
  func updates() throws {
    let graph = Graph()
    let w = graph.variable(Variable("w", [2], role: .weight, initializer: .zeros))
    let (wrong, right, rate) = (graph.input("wrong", [3]), graph.input("right", [2]), graph.constant(0.1))
    let labels = graph.input("labels", [2], .int32)
    for update in [
      StateUpdate.sgd(w, gradient: wrong, rate: rate), .sgd(w, gradient: right, rate: right),
      .sgd(right, gradient: right, rate: rate), .assign(w, wrong), .assign(w, labels), .assign(w * 2, right),
      .momentum(w, velocity: right, gradient: right, rate: rate, momentum: 0.9, nesterov: false),
      .movingAverage(w, of: wrong, decay: rate), .movingAverage(w, of: right, decay: right),
      .adam(w, moments: (w, wrong), gradient: right, rate: rate, beta1: 0.9, beta2: 0.9, epsilon: 1),
    ] {
      let error = try Self.error(graph, updates: [update])
      #expect(error.location.file == Self.file && !error.shapes.isEmpty)
    }
  }

  // MARK: - Data and runs

  @Test("data that do not fit the trainer")
  func data() throws {
    let trainer = try TrainerTests.trainer()
    let before = try bits(trainer.state)
    let narrow = try Dataset(features: [1, 2, 3], featureCount: 1, targets: [0, 0, 0], targetCount: 1)
    let wide = try Dataset(features: [1, 2, 3, 4], featureCount: 2, targets: [0, 0, 0, 0], targetCount: 2)
    for data in [narrow, wide] {
      for attempt in [
        { try trainer.train(steps: 1, on: data.batches(of: 1)) }, { try trainer.step(on: data.batches(of: 2)) },
        { _ = try trainer.loss(on: data) }, { _ = try trainer.dataLoss(on: data) }, { _ = try trainer.predict(data) },
      ] {
        let error = try #require(throws: ModelError.self, performing: attempt)
        #expect(error.location.file == Self.file && error.shapes[0] == [data.count, data.featureCount])
        #expect(error.reason.contains("2 features and 1 targets"))
      }
    }
    #expect(try bits(trainer.state) == before && trainer.globalStep == 0)
  }

  @Test("inputs that are not bound are named")
  func unbound() throws {
    let graph = Graph()
    let program = try Program(
      graph, results: [graph.input("x", [2]) + graph.input("y", [2]) * graph.input("z", [2])], state: State(),
      on: ReferenceBackend())
    let error = try #require(throws: LanesError.self) { try run(program, feeds: ["y": .floats([1, 2])], results: 1) }
    #expect(error.description == "run: these inputs are not bound: x, z")
  }

  @Test("a label out of range leaves everything as it was", arguments: [-1, 3, .max, .min] as [Int32])
  func label(_ label: Int32) throws {
    for backend in [ReferenceBackend(), try NativeBackend(threads: 1)] as [any Backend] {
      let graph = Graph()
      let w = graph.variable(Variable("w", [2, 3], role: .weight, initializer: .normal(seed: 3)))
      let steps = graph.variable(Variable("steps", [], role: .slot, initializer: .zeros))
      let logits = matmul(graph.input("x", [4, 2]), w)
      let loss = mean(softmaxCrossEntropy(logits: logits, target: graph.input("labels", [4], .int32)))
      let gradient = graph.gradients(of: loss, withRespectTo: [w])[0]
      let state = State()
      let program = try Program(
        graph, results: [loss],
        updates: [.assign(steps, steps + 1), .sgd(w, gradient: gradient, rate: graph.constant(0.1))], state: state,
        on: backend)
      let x = Feed.floats([1, 2, 3, 4, 5, 6, 7, 8])
      let before = try bits(state)
      let error = try #require(throws: LanesError.self) {
        try run(program, feeds: ["x": x, "labels": .labels([0, 2, label, 1])], results: 1)
      }
      #expect(error.reason == .labelOutOfRange(row: 2, label: Int(label), classes: 3))
      #expect(try bits(state) == before)
      _ = try run(program, feeds: ["x": x, "labels": .labels([0, 2, 1, 1])], results: 1)
      #expect(try bits(state) != before)
    }
  }

  @Test("memory that no machine has is an error")
  func memory() throws {
    let graph = Graph()
    let x = graph.input("x", [1 << 29, 1 << 29])
    #expect(throws: LanesError("\(1 << 58) floats of memory", .outOfMemory)) {
      try Program(graph, results: [exp(x)], state: State(), on: ReferenceBackend())
    }
  }
}
