import Lanes
import LanesReference
import Testing

@testable import LanesTrain

/// A linear layer under the mean of weighted, smoothed and ignored labels as one step of a Program.
@Suite("Linear + mean cross-entropy")
struct MeanCrossEntropyFusionTests {
  typealias Layer = LinearCrossEntropyFusionTests.Layer

  static func weights(_ classes: Int) -> [Float] { (0..<classes).map { Float($0 % 5) * 0.7 } }

  /// Each option by itself, and all together.
  static func losses(_ layer: Layer) -> [Loss] {
    [
      .softmaxCrossEntropy(ignoredLabel: 1), .softmaxCrossEntropy(labelSmoothing: 0.1),
      .softmaxCrossEntropy(classWeights: weights(layer.classes)),
      .softmaxCrossEntropy(labelSmoothing: 0.2, classWeights: weights(layer.classes), ignoredLabel: 2),
    ]
  }

  static func mean(_ layer: Layer, _ parameters: [SymbolicTensor], _ loss: Loss) -> SymbolicTensor {
    loss(layer.logits(parameters), parameters[0].graph.input("labels", [layer.rows], .int32))
  }

  @Test("one step gives the bits of many", .tags(.bits), arguments: LinearCrossEntropyFusionTests.layers)
  func values(_ layer: Layer) throws {
    for (number, loss) in Self.losses(layer).enumerated() {
      let graph = Graph()
      let parameters = layer.parameters(graph)
      let mean = Self.mean(layer, parameters, loss)
      let gradients = graph.gradients(of: number % 2 == 0 ? mean : -0.3 * mean, withRespectTo: parameters)
      let feeds = ["labels": Feed.labels(layer.labels)]
      let all = [mean] + gradients
      let expected = try run(graph, all, feeds: feeds, leastLogits: .max).map { bits($0) }
      for backend in try allBackends() {
        let indices = Array(all.indices)
        for wanted in [indices, [0], Array(indices.dropFirst()), [2], [0, indices.count - 1]] {
          let program = try Program(
            graph, results: wanted.map { all[$0] }, state: State(), on: backend, leastLogits: 0)
          let fused =
            "matmul\(parameters.count == 3 ? " + bias" : "") + softmax cross-entropy"
            + (wanted.contains { $0 > 0 } ? " + gradients (" : " (")
          #expect(program.description.hasPrefix(fused), "\(backend.name) \(wanted)")
          #expect(!program.description.contains("softmax cross-entropy gradient"))
          let results = try run(program, feeds: feeds, results: wanted.count).map { bits($0) }
          #expect(results == wanted.map { expected[$0] }, "\(backend.name) \(wanted), loss \(number)")
        }
      }
    }
  }

  struct Other: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// A loss, whose gradients are asked for, and what else reads the logits.
    let results:
      @Sendable (_ mean: SymbolicTensor, _ logits: SymbolicTensor, _ labels: SymbolicTensor) -> [SymbolicTensor]
    init(
      _ name: String,
      _ results: @escaping @Sendable (SymbolicTensor, SymbolicTensor, SymbolicTensor) -> [SymbolicTensor]
    ) {
      (testDescription, self.results) = (name, results)
    }
  }

  static let others = [
    Other("losses without options, too") { mean, logits, labels in
      [mean, softmaxCrossEntropy(logits: logits, target: labels)]
    },
    Other("another smoothing, too") { mean, logits, labels in
      [mean, Loss.softmaxCrossEntropy(labelSmoothing: 0.3, classWeights: [1, 2, 3, 4])(logits, labels)]
    },
    Other("other class weights, too") { mean, logits, labels in
      [mean, Loss.softmaxCrossEntropy(labelSmoothing: 0.1, classWeights: [4, 3, 2, 1])(logits, labels)]
    },
    Other("predictions") { mean, logits, _ in [mean, argmax(logits)] },
    Other("gradients of two scales") { mean, _, _ in
      let graph = mean.graph
      return [mean] + graph.gradients(of: 2 * mean, withRespectTo: graph.parameters.map { graph.variable($0) })
    },
    Other("a loss times what is not known before") { mean, logits, _ in
      [mean * sum(logits.graph.variable(Variable("factor", [1], role: .weight, initializer: .constant(2))))]
    },
  ]

  @Test("logits that are used otherwise stay", .tags(.bits), arguments: others)
  func apart(_ other: Other) throws {
    let layer = Layer(rows: 5, inputs: 3, classes: 4, biasShape: [4])
    let graph = Graph()
    let parameters = layer.parameters(graph)
    let (logits, labels) = (layer.logits(parameters), graph.input("labels", [5], .int32))
    let mean = Loss.softmaxCrossEntropy(labelSmoothing: 0.1, classWeights: [1, 2, 3, 4])(logits, labels)
    let values = other.results(mean, logits, labels)
    let results = values + graph.gradients(of: values[0], withRespectTo: parameters)
    #expect(graph.firstError == nil)
    let program = try Program(graph, results: results, state: State(), on: ReferenceBackend(), leastLogits: 0)
    #expect(!program.description.contains("+ softmax cross-entropy"))
    let feeds = ["labels": Feed.labels(layer.labels)]
    let expected = try run(graph, results, feeds: feeds, on: NativeBackend(), leastLogits: .max)
    #expect(try run(program, feeds: feeds, results: results.count).map { bits($0) } == expected.map { bits($0) })
  }

  @Test("training ends in the same bits", .tags(.bits))
  func training() throws {
    let layer = Layer(rows: 520, inputs: 12, classes: 9, biasShape: [9])
    for loss in Self.losses(layer) {
      func trained(on backend: any Backend, leastLogits: Int) throws -> [[UInt32]] {
        let graph = Graph()
        let parameters = layer.parameters(graph)
        let mean = Self.mean(layer, parameters, loss)
        let gradients = graph.gradients(of: mean, withRespectTo: parameters)
        let state = State()
        let program = try Program(
          graph, results: [mean],
          updates: zip(parameters, gradients).map { .sgd($0, gradient: $1, rate: graph.constant(0.1)) }, state: state,
          on: backend, leastLogits: leastLogits)
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

  @Test("a run allocates nothing", arguments: [1, 2])
  func allocations(threads: Int) throws {
    let layer = Layer(rows: 1025, inputs: 5, classes: 33, biasShape: [33])
    for loss in Self.losses(layer) {
      let graph = Graph()
      let parameters = layer.parameters(graph)
      let mean = Self.mean(layer, parameters, loss)
      let program = try Program(
        graph, results: [mean] + graph.gradients(of: mean, withRespectTo: parameters), state: State(),
        on: NativeBackend(threads: threads, grainNanoseconds: 1e-9), leastLogits: 0)
      try layer.expectNoAllocations(program)
    }
  }

  @Test("a trainer's step has it")
  func trainer() throws {
    let trainer = try Trainer(
      Sequential(Dense(2, 5, activation: .relu), Dense(5, 8192)), features: 2, targets: .classes,
      loss: .softmaxCrossEntropy(labelSmoothing: 0.1, classWeights: Self.weights(8192), ignoredLabel: 3),
      optimizer: .adam(.constant(0.01)), on: NativeBackend(threads: 1))
    let step = "matmul + bias + softmax cross-entropy + gradients ([1024, 5], [5, 8192], [1024], [8192], [8192])"
    #expect(try trainer.describeStep(samples: 1024).contains(step))
    #expect(try !trainer.describeStep(samples: 1023).contains("+ softmax cross-entropy"))
  }

  @Test("labels out of range are refused, and nothing is trained", .tags(.errors))
  func labels() throws {
    let layer = Layer(rows: 5, inputs: 3, classes: 4)
    for backend in try allBackends() {
      let graph = Graph()
      let parameters = layer.parameters(graph)
      let mean = Self.mean(layer, parameters, .softmaxCrossEntropy(ignoredLabel: 9))
      let gradients = graph.gradients(of: mean, withRespectTo: parameters)
      let state = State()
      let program = try Program(
        graph, updates: zip(parameters, gradients).map { .sgd($0, gradient: $1, rate: graph.constant(1)) },
        state: state, on: backend, leastLogits: 0)
      let before = try bits(state)
      let error = #expect(throws: LanesError.self) {
        _ = try run(program, feeds: ["labels": .labels([0, 9, 4, 3, 2])], results: 0)
      }
      #expect(error?.reason == .labelOutOfRange(row: 2, label: 4, classes: 4))
      #expect(try bits(state) == before)
    }
  }
}
