import CTestSupport
import Lanes
import LanesExamples
import LanesReference
import LanesTrain
import Testing

/// Counted by the allocator of this test executable, on the thread that calls.
@Suite("Allocations")
struct AllocationTests {
  @Test("the counter counts Swift's and the backend's allocations")
  func counter() throws {
    var before = test_allocations()
    let values = [Float](repeating: 1, count: 1 + Int(before & 1))
    #expect(test_allocations() > before && values.count > 0)
    before = test_allocations()
    let backend = try NativeBackend(threads: 1)
    #expect(test_allocations() > before && backend.threads == 1)
    before = test_allocations()
    #expect(test_allocations() == before)
  }

  @Test("a training step allocates nothing", arguments: [1, 2], [30, 7])
  func step(threads: Int, batch: Int) throws {
    // A grain this small gives even these batches to both threads.
    let backend = try NativeBackend(threads: threads, grainNanoseconds: 1e-9)
    // 300 is no multiple of 7: the last batch has 6.
    let batches = try Circles.data().batches(of: batch)
    let optimizers: [Optimizer] = [
      .adam(.constant(0.001)), .momentum(.constant(0.001)), .gradientDescent(.constant(0.001)),
    ]
    for optimizer in optimizers {
      let trainer = try Trainer(
        Circles.network, features: 2, loss: .meanSquaredError, regularizer: .l1l2(l1: 0.01, l2: 0.01),
        optimizer: optimizer, on: backend)
      // Batches of 7 end at every possible place before they repeat.
      for _ in 0..<300 { try trainer.step(on: batches) }
      let before = test_allocations()
      for _ in 0..<100 { try trainer.step(on: batches) }
      let allocations = test_allocations() - before
      #expect(allocations == 0, "in 100 steps")
    }
  }

  @Test("a run of a program allocates nothing, whatever its operations")
  func run() throws {
    let graph = Graph()
    let x = graph.input("x", [6, 5])
    let w = graph.variable(Variable("w", [5, 5], role: .weight, initializer: .normal(seed: 1)))
    let bias = graph.variable(Variable("b", [5], role: .bias, initializer: .zeros))
    let y = tanh(matmul(x, w) + bias)
    let logits = matmul(y, w, transposeB: true)
    let weighted = Loss.softmaxCrossEntropy(labelSmoothing: 0.1, classWeights: [1, 2, 3, 4, 5], ignoredLabel: 3)
    let loss =
      mean(softmaxCrossEntropy(logits: logits, target: argmax(x))) + weighted(logits, argmax(x))
      + sum(max(select(x .> 0, y, clip(x, -1, 1)), .eachColumn)) + mean(softmax(y) * y)
    let gradients = graph.gradients(of: loss, withRespectTo: [w, bias])
    let rate = graph.constant(0.01)
    let program = try Program(
      graph, results: [loss] + gradients,
      updates: zip([w, bias], gradients).map { .sgd($0, gradient: $1, rate: rate) },
      state: State(), on: NativeBackend(threads: 2, grainNanoseconds: 1e-9))
    let input = try #require(program.input("x"))
    try (0..<30).map { Float($0 % 7) - 3 }.withUnsafeBufferPointer { values in
      program.bind(input, to: try #require(values.baseAddress))
      try expectNoAllocations(program, runs: 100, after: 10)
    }
  }
}
