import Lanes
import LanesReference
import Testing

@testable import LanesTrain

/// A linear layer under softmax cross-entropy as one step of a Program.
@Suite("Linear + cross-entropy")
struct LinearCrossEntropyFusionTests {
  /// rows, inputs and classes; x, w and bias are in the state, so that all of them can be trained.
  struct Layer: Sendable, CustomTestStringConvertible {
    let rows: Int, inputs: Int, classes: Int
    var biasShape: Shape?
    var testDescription: String { "\(rows) × \(inputs) × \(classes), bias \(biasShape?.description ?? "none")" }

    var labels: [Int32] { (0..<rows).map { Int32(($0 * 7 + 3) % classes) } }

    func parameters(_ graph: Graph) -> [SymbolicTensor] {
      func variable(_ name: String, _ shape: Shape, _ seed: Int) -> SymbolicTensor {
        graph.variable(Variable(name, shape, role: .weight, initializer: .normal(seed: seed)))
      }
      return [variable("x", [rows, inputs], 1), variable("w", [inputs, classes], 2)]
        + (biasShape.map { [variable("bias", $0, 3)] } ?? [])
    }

    func logits(_ parameters: [SymbolicTensor]) -> SymbolicTensor {
      let product = matmul(parameters[0], parameters[1])
      return parameters.count == 3 ? product + parameters[2] : product
    }

    func losses(_ logits: SymbolicTensor) -> SymbolicTensor {
      softmaxCrossEntropy(logits: logits, target: logits.graph.input("labels", [rows], .int32))
    }

    func expectNoAllocations(_ program: Program) throws {
      let input = try #require(program.input("labels"))
      try labels.withUnsafeBufferPointer { labels in
        program.bind(input, to: try #require(labels.baseAddress))
        try LanesTrainTests.expectNoAllocations(program, runs: 3, after: 3)
      }
    }
  }

  static let layers = [
    Layer(rows: 513, inputs: 9, classes: 8, biasShape: [8]), Layer(rows: 600, inputs: 17, classes: 10),
    Layer(rows: 1030, inputs: 130, classes: 3, biasShape: [1, 3]), Layer(rows: 1025, inputs: 2, classes: 66),
  ]

  /// What a Program may be asked for: some of loss and gradients, the loss times a factor, as a sum or as a mean.
  @Test("one step gives the bits of many", .tags(.bits), arguments: layers)
  func values(_ layer: Layer) throws {
    for (isMean, factor) in [(true, 1), (false, 1), (true, -0.3)] as [(Bool, Float)] {
      let graph = Graph()
      let parameters = layer.parameters(graph)
      let losses = layer.losses(layer.logits(parameters))
      let loss = factor * (isMean ? mean(losses) : sum(losses))
      let gradients = graph.gradients(of: loss, withRespectTo: parameters)
      let feeds = ["labels": Feed.labels(layer.labels)]
      let all = [loss, losses] + gradients
      let expected = try run(graph, all, feeds: feeds, leastLogits: .max).map { bits($0) }
      for backend in try allBackends() {
        let indices = Array(all.indices)
        for wanted in [indices, [0], [1], Array(indices.dropFirst(2)), [3], [0, indices.count - 1]] {
          let program = try Program(
            graph, results: wanted.map { all[$0] }, state: State(), on: backend, leastLogits: 0)
          let fused =
            "matmul\(parameters.count == 3 ? " + bias" : "") + softmax cross-entropy"
            + (wanted.contains { $0 > 1 } ? " + gradients (" : " (")
          #expect(program.description.hasPrefix(fused), "\(backend.name) \(wanted)")
          #expect(!program.description.contains("softmax cross-entropy gradient"))
          let results = try run(program, feeds: feeds, results: wanted.count).map { bits($0) }
          #expect(results == wanted.map { expected[$0] }, "\(backend.name) \(wanted), factor \(factor)")
        }
      }
    }
  }

  @Test("training ends in the same bits", .tags(.bits))
  func training() throws {
    let layer = Layer(rows: 520, inputs: 12, classes: 9, biasShape: [9])
    let optimizers: [Optimizer] = [
      .gradientDescent(.constant(0.1)), .adam(.constant(0.01)).clipped(toGlobalNorm: 0.05),
      .momentum(.constant(0.1)).clipped(toValue: 1e-3),
    ]
    for optimizer in optimizers {
      /// With a hidden layer, and a penalty on the weights.
      func trained(on backend: any Backend, leastLogits: Int) throws -> [[UInt32]] {
        let graph = Graph()
        let parameters = layer.parameters(graph)
        let hidden = Variable("hidden", [12, 12], role: .weight, initializer: .normal(seed: 4))
        let x = relu(matmul(parameters[0], graph.variable(hidden)))
        let logits = layer.logits([x] + parameters.dropFirst())
        let loss = mean(layer.losses(logits)) + 0.01 * sum(square(parameters[1]))
        let trained = graph.parameters.dropFirst().map { (variable: $0, value: graph.variable($0)) }
        let gradients = graph.gradients(of: loss, withRespectTo: trained.map(\.value))
        let updates = optimizer.updates(of: trained, by: gradients, rate: graph.constant(0.1))
        let state = State()
        let program = try Program(
          graph, results: [loss], updates: updates, state: state, on: backend, leastLogits: leastLogits)
        #expect(
          program.description.contains("+ bias + softmax cross-entropy + gradients") == (leastLogits == 0),
          "\(backend.name)")
        var losses: [UInt32] = []
        for _ in 0..<5 {
          losses += try bits(run(program, feeds: ["labels": .labels(layer.labels)], results: 1)[0])
        }
        #expect(Set(losses).count == 5)
        return try [losses] + bits(state)
      }
      let expected = try trained(on: ReferenceBackend(), leastLogits: .max)
      for backend in try allBackends() {
        #expect(try trained(on: backend, leastLogits: 0) == expected, "\(backend.name)")
      }
    }
  }

  // MARK: - What stays apart

  struct Other: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let results: @Sendable (Layer, Graph) -> [SymbolicTensor]
    init(_ name: String, _ results: @escaping @Sendable (Layer, Graph) -> [SymbolicTensor]) {
      (testDescription, self.results) = (name, results)
    }
  }

  /// All gradients, and what `more` makes of the logits and the loss of each row.
  private static func shared(
    _ name: String, _ more: @escaping @Sendable (_ logits: SymbolicTensor, _ losses: SymbolicTensor) -> [SymbolicTensor]
  ) -> Other {
    Other(name) { layer, graph in
      let parameters = layer.parameters(graph)
      let logits = layer.logits(parameters)
      let losses = layer.losses(logits)
      return graph.gradients(of: mean(losses), withRespectTo: parameters) + more(logits, losses)
    }
  }

  /// The gradients of a loss.
  private static func gradients(
    _ name: String,
    _ loss: @escaping @Sendable (_ layer: Layer, _ parameters: [SymbolicTensor]) -> SymbolicTensor
  ) -> Other {
    Other(name) { layer, graph in
      let parameters = layer.parameters(graph)
      return graph.gradients(of: loss(layer, parameters), withRespectTo: parameters)
    }
  }

  static let others = [
    shared("the logits are a result") { logits, _ in [logits] },
    shared("a view of the logits is a result") { logits, _ in [logits.reshaped([logits.shape.count])] },
    shared("predictions") { logits, _ in [argmax(logits), softmax(logits)] },
    shared("the gradient of the logits is a result") { logits, losses in
      logits.graph.gradients(of: mean(losses), withRespectTo: [logits])
    },
    shared("another loss of the same logits") { logits, _ in
      [softmaxCrossEntropy(logits: logits, target: argmax(logits.graph.literal([0, 1, 0, 2, 1], [5, 1])))]
    },
    shared("gradients of two scales") { logits, losses in
      logits.graph.gradients(of: sum(losses), withRespectTo: logits.graph.parameters.map { logits.graph.variable($0) })
    },
    gradients("a weight for each row") { layer, parameters in
      let graph = parameters[0].graph
      return sum(layer.losses(layer.logits(parameters)) * graph.literal((0..<5).map(Float.init), [5]))
    },
    gradients("probabilities as target") { layer, parameters in
      let target = oneHot(parameters[0].graph.input("labels", [layer.rows], .int32), classes: layer.classes)
      return mean(softmaxCrossEntropy(logits: layer.logits(parameters), target: target))
    },
    gradients("transposed weights") { layer, parameters in
      let weights = parameters[1].reshaped([layer.classes, layer.inputs])
      return mean(layer.losses(matmul(parameters[0], weights, transposeB: true)))
    },
    gradients("the product with itself added") { layer, parameters in
      let product = matmul(parameters[0], parameters[1])
      return mean(layer.losses(product + product))
    },
    gradients("a column added") { layer, parameters in
      mean(layer.losses(matmul(parameters[0], parameters[1]) + sum(parameters[0], .eachRow)))
    },
    gradients("an activation between") { layer, parameters in mean(layer.losses(tanh(layer.logits(parameters)))) },
  ]

  @Test("logits that are used otherwise stay", .tags(.bits), arguments: others)
  func apart(_ other: Other) throws {
    let layer = Layer(rows: 5, inputs: 3, classes: 4, biasShape: [4])
    let graph = Graph()
    let results = other.results(layer, graph)
    #expect(graph.firstError == nil)
    let program = try Program(graph, results: results, state: State(), on: ReferenceBackend(), leastLogits: 0)
    #expect(!program.description.contains("+ softmax cross-entropy"))
    let feeds = ["labels": Feed.labels(layer.labels)]
    let expected = try run(graph, results, feeds: feeds, on: NativeBackend(), leastLogits: .max)
    #expect(try run(program, feeds: feeds, results: results.count).map { bits($0) } == expected.map { bits($0) })
  }

  @Test("one row, whose bias may be a product, too", .tags(.bits))
  func oneRow() throws {
    let layer = Layer(rows: 1, inputs: 3, classes: 4)
    let graph = Graph()
    let parameters = layer.parameters(graph)
    let other = graph.variable(Variable("other", [3, 4], role: .weight, initializer: .normal(seed: 5)))
    let product = matmul(parameters[0], parameters[1])
    for added in [matmul(parameters[0], other), product, product.reshaped([4])] {
      let loss = sum(layer.losses(product + added))
      let results = [loss] + graph.gradients(of: loss, withRespectTo: parameters + [other])
      let feeds = ["labels": Feed.labels(layer.labels)]
      let expected = try run(graph, results, feeds: feeds, leastLogits: .max)
      let fused = try run(graph, results, feeds: feeds, leastLogits: 0)
      #expect(fused.map { bits($0) } == expected.map { bits($0) })
      let alone = try run(graph, [loss], feeds: feeds, leastLogits: 0)
      #expect(bits(alone[0]) == bits(expected[0]))
    }
  }

  // MARK: - Memory

  /// 2²³ logits are the least that are worth it.
  @Test("large logits take no memory, and a run allocates nothing", arguments: [1024, 1023], [true, false])
  func memory(rows: Int, isTrained: Bool) throws {
    let layer = Layer(rows: rows, inputs: 4, classes: 8192, biasShape: [8192])
    let graph = Graph()
    let parameters = layer.parameters(graph)
    let loss = mean(layer.losses(layer.logits(parameters)))
    let gradients = graph.gradients(of: loss, withRespectTo: parameters)
    let rate = graph.constant(0.1)
    let program = try Program(
      graph, results: [loss],
      updates: isTrained ? zip(parameters, gradients).map { .sgd($0, gradient: $1, rate: rate) } : [], state: State(),
      on: NativeBackend(threads: 2))
    if rows == 1024 {
      let step =
        isTrained
        ? "matmul + bias + softmax cross-entropy + gradients ([1024, 4], [4, 8192], [1024], [8192]) → [1024], [1, 8192], "
          + "[1024, 4], [4, 8192]; without 33554432 bytes of logits, with 16814080 of workspace"
        : "matmul + bias + softmax cross-entropy ([1024, 4], [4, 8192], [1024], [8192]) → [1024]; "
          + "without 33554432 bytes of logits, with 16814080 of workspace"
      #expect(program.description.split(separator: "\n").first.map(String.init) == step)
      #expect(program.arenaBytes < 16_814_080 + (isTrained ? 200_000 : 10_000))
    } else {
      #expect(!program.description.contains("+ softmax cross-entropy"))
      #expect(program.arenaBytes > 33_000_000)
    }
    try layer.expectNoAllocations(program)
  }

  @Test("a trainer's step has it, an evaluation with its predictions does not")
  func trainer() throws {
    let trainer = try Trainer(
      Sequential(Dense(2, 5, activation: .relu), Dense(5, 8192)), features: 2, targets: .classes,
      loss: .softmaxCrossEntropy(), regularizer: .l2(0.01), optimizer: .adam(.constant(0.01)),
      movingAverage: .constant(0.99), on: NativeBackend(threads: 1))
    let step = "matmul + bias + softmax cross-entropy + gradients ([1024, 5], [5, 8192], [1024], [8192])"
    #expect(try trainer.describeStep(samples: 1024).contains(step))
    #expect(try !trainer.describeStep(samples: 1023).contains("+ softmax cross-entropy"))
    let evaluation = try trainer.evaluation(samples: 1024, averaged: false).program.program
    #expect(!evaluation.description.contains("+ softmax cross-entropy"))
  }

  @Test("labels out of range are refused, and nothing is trained", .tags(.errors))
  func labels() throws {
    let layer = Layer(rows: 5, inputs: 3, classes: 4)
    for backend in try allBackends() {
      let graph = Graph()
      let parameters = layer.parameters(graph)
      let gradients = graph.gradients(of: mean(layer.losses(layer.logits(parameters))), withRespectTo: parameters)
      let state = State()
      let program = try Program(
        graph, updates: zip(parameters, gradients).map { .sgd($0, gradient: $1, rate: graph.constant(1)) },
        state: state, on: backend, leastLogits: 0)
      let before = try bits(state)
      let error = #expect(throws: LanesError.self) {
        _ = try run(program, feeds: ["labels": .labels([0, 1, 4, 3, 2])], results: 0)
      }
      #expect(error?.reason == .labelOutOfRange(row: 2, label: 4, classes: 4))
      #expect(try bits(state) == before)
    }
  }
}
