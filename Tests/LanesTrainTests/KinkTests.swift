import Lanes
import LanesReference
import LanesTrain
import Testing

/// Where a function has no derivative, and what is given there.
@Suite("Gradients at kinks")
struct KinkTests {
  struct Kink: Sendable, CustomTestStringConvertible {
    let name: String
    /// [operand][element]
    let points: [[Float]]
    let gradients: [[Float]]
    let graph: @Sendable ([SymbolicTensor]) -> SymbolicTensor
    var testDescription: String { name }
  }

  static let tiny = Float.leastNormalMagnitude

  @Test(
    "gradients at and beside kinks",
    arguments: [
      Kink(name: "relu", points: [[-1, -tiny, -0.0, 0, tiny, 1]], gradients: [[0, 0, 0, 0, 1, 1]]) { relu($0[0]) },
      Kink(name: "abs", points: [[-1, -tiny, -0.0, 0, tiny, 1]], gradients: [[-1, -1, 0, 0, 1, 1]]) { abs($0[0]) },
      // TensorFlow: a tie is the first operand's.
      Kink(name: "minimum", points: [[1, 2, 3], [2, 2, 2]], gradients: [[1, 1, 0], [0, 0, 1]]) {
        minimum($0[0], $0[1])
      },
      Kink(name: "maximum", points: [[1, 2, 3], [2, 2, 2]], gradients: [[0, 1, 1], [1, 0, 0]]) {
        maximum($0[0], $0[1])
      },
      Kink(name: "clip", points: [[-2, -1, 0, 1, 2]], gradients: [[0, 1, 1, 1, 0]]) { clip($0[0], -1, 1) },
      // The largest share equally.
      Kink(name: "max of everything", points: [[3, 1, 3, 3, 2, 0]], gradients: [[1.0 / 3, 0, 1.0 / 3, 1.0 / 3, 0, 0]]) {
        max($0[0])
      },
      Kink(name: "max of each row", points: [[3, 1, 3, 5, 2, 0]], gradients: [[0.5, 0, 0.5, 1, 0, 0]]) {
        max($0[0].reshaped([2, 3]), .eachRow)
      },
      Kink(name: "max of each column", points: [[3, 1, 3, 3, 2, 0]], gradients: [[0.5, 0, 1, 0.5, 1, 0]]) {
        max($0[0].reshaped([2, 3]), .eachColumn)
      },
      Kink(name: "select by a boundary", points: [[1, 2, 3], [5, 6, 7]], gradients: [[0, 1, 1], [1, 0, 0]]) {
        select($0[0] .>= 2, $0[0], $0[1])
      },
    ])
  func kinks(_ kink: Kink) throws {
    let graph = Graph()
    let operands = kink.points.enumerated().map { graph.input("x\($0)", [$1.count]) }
    let feeds = Dictionary(uniqueKeysWithValues: kink.points.enumerated().map { ("x\($0)", Feed.floats($1)) })
    let gradients = graph.gradients(of: sum(kink.graph(operands)), withRespectTo: operands)
    for backend in [ReferenceBackend(), try NativeBackend(threads: 1)] as [any Backend] {
      #expect(try run(graph, gradients, feeds: feeds, on: backend).map(\.values) == kink.gradients)
    }
  }

  private static let small: Float = 0x1p-10
  private static let selu: (scale: Float, scaleAlpha: Float) = (1.0507009873554805, 1.7580993408473768)

  /// The slopes beside each kink are those of the piece that the point lies in; at the kink, TensorFlow's.
  @Test(
    "activations at and beside their kinks",
    arguments: [
      (.leakyRelu, [-1, -tiny, 0, tiny, 1], [0.2, 0.2, 0.2, 1, 1]),
      (.relu6, [-1, 0, tiny, 6 - small, 6, 7], [0, 0, 1, 1, 0, 0]),
      (.elu, [-tiny, 0, tiny], [1, 1, 1]),
      (.selu, [-tiny, 0, tiny], [selu.scaleAlpha, selu.scaleAlpha, selu.scale]),
      (.hardSigmoid, [-4, -3, small - 3, 3 - small, 3, 4], [0, 0, 1.0 / 6, 1.0 / 6, 0, 0]),
      (.hardSwish, [-4, -3, small - 3, 3 - small, 3, 4], [0, 0, (2 * small - 3) / 6, (9 - 2 * small) / 6, 1, 1]),
      (.hardTanh, [-2, -1, small - 1, 1 - small, 1, 2], [0, 0, 1, 1, 0, 0]),
    ] as [(UnaryOperation, [Float], [Float])])
  func activations(_ function: UnaryOperation, _ points: [Float], _ slopes: [Float]) throws {
    let graph = Graph()
    let x = graph.input("x", [points.count])
    let gradients = graph.gradients(of: sum(Activation(function)(x)), withRespectTo: [x])
    for backend in [ReferenceBackend(), try NativeBackend(threads: 1)] as [any Backend] {
      #expect(try run(graph, gradients, feeds: ["x": .floats(points)], on: backend).map(\.values) == [slopes])
    }
  }

  @Test("a target that the loss does not depend on has the gradient 0")
  func independent() throws {
    let graph = Graph()
    let (x, other) = (graph.input("x", [2]), graph.input("other", [2, 3]))
    let gradients = graph.gradients(of: sum(square(x)), withRespectTo: [other, x])
    let values = try run(graph, gradients, feeds: ["x": .floats([1, -3])]).map(\.values)
    #expect(values == [[0, 0, 0, 0, 0, 0], [2, -6]])
  }

  @Test("the gradient of a value by itself is 1")
  func itself() throws {
    let graph = Graph()
    let x = graph.input("x", [])
    #expect(try run(graph, graph.gradients(of: x, withRespectTo: [x])).map(\.values) == [[1]])
  }
}
