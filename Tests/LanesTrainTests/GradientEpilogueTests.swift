import Lanes
import LanesReference
import LanesTrain
import Testing

/// The backward pass of a layer: the product with the weights, then the gradient of the layer before's activation.
@Suite("Gradient epilogues", .tags(.bits))
struct GradientEpilogueTests {
  @Test("a fused activation gradient gives the bits of its parts", arguments: ProgramTests.epilogues)
  func fusion(_ epilogue: ProgramTests.Epilogue) throws {
    var random = Random(12)
    for (rows, inner, outputs) in [(1, 1, 1), (5, 7, 3), (65, 63, 9), (64, 64, 3), (129, 65, 130), (1, 4099, 200)] {
      let graph = Graph()
      let (x, w) = (graph.input("x", [rows, inner]), graph.input("w", [inner, outputs]))
      let h = epilogue.activation(x)
      let loss = sum(tanh(matmul(h, w)))
      let gradients = graph.gradients(of: loss, withRespectTo: [x, h])
      let feeds: [String: Feed] = [
        "x": .floats(random.floats(rows * inner)), "w": .floats(random.floats(inner * outputs)),
      ]
      for backend in try allBackends() {
        // Apart: what lies between is kept.
        let apart = try Program(graph, results: gradients, state: State(), on: backend)
        #expect(!apart.description.contains("+ \(epilogue.name) gradient"))
        let expected = try run(apart, feeds: feeds, results: 2).map { bits($0) }
        let fused = try Program(graph, results: [gradients[0]], state: State(), on: backend)
        #expect(fused.description.contains("matmul + \(epilogue.name) gradient") == (rows * inner >= 4096))
        #expect(
          try bits(run(fused, feeds: feeds, results: 1)[0]) == expected[0],
          "\(backend.name) \(rows) \(inner) \(outputs)")
      }
    }
  }
}
