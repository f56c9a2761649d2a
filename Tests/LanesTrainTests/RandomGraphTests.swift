import Lanes
import LanesReference
import LanesTrain
import Testing

/// Graphs made at random, which meet the memory plan and the fusions in ways that no one thought of.
@Suite("Random graphs", .tags(.bits))
struct RandomGraphTests {
  struct Made {
    let graph = Graph()
    var values: [SymbolicTensor] = []
    var feeds: [String: Feed] = [:]
    var inputs: [SymbolicTensor] = []
  }

  static func make(seed: UInt64, operations: Int) -> Made {
    var random = Random(seed)
    var made = Made()
    let sizes = [1, 2, 3, 5]
    func size() -> Int { sizes.randomElement(using: &random) ?? 1 }
    for index in 0..<5 {
      let shape: Shape = index == 0 ? [] : index == 1 ? [size()] : [size(), size()]
      let input = made.graph.input("x\(index)", shape)
      made.feeds["x\(index)"] = .floats(random.floats(shape.count))
      made.inputs.append(input)
    }
    let weights = random.floats(15)
    made.values = made.inputs
    made.values.append(
      made.graph.variable(Variable("w", [3, 5], role: .weight, initializer: Initializer { _ in weights })))
    made.values.append(made.graph.constant(0.5, [2]))
    while made.values.count < 7 + operations {
      if let next = step(&made, &random) { made.values.append(next) }
    }
    return made
  }

  /// An operation on values that fit, or nil.
  static func step(_ made: inout Made, _ random: inout Random) -> SymbolicTensor? {
    // Recent values more often, so that chains grow and memory is used again.
    let recent = made.values.suffix(6)
    func pick() -> SymbolicTensor {
      let source = Bool.random(using: &random) ? Array(recent) : made.values
      return source[Int.random(in: 0..<source.count, using: &random)]
    }
    func fit(_ a: SymbolicTensor, _ b: SymbolicTensor) -> Bool {
      func common(_ a: Int, _ b: Int) -> Bool { a == b || a == 1 || b == 1 }
      return common(a.shape.rows, b.shape.rows) && common(a.shape.columns, b.shape.columns)
    }
    let (a, b, c) = (pick(), pick(), pick())
    switch Int.random(in: 0..<18, using: &random) {
    case 0: return relu(a)
    case 1: return tanh(a)
    case 2: return sigmoid(a)
    case 3: return -a
    case 4: return abs(a)
    case 5: return a.shape.rank == 2 ? softmax(a) : nil
    case 6: return fit(a, b) ? a + b : nil
    case 7: return fit(a, b) ? a - b : nil
    case 8: return fit(a, b) ? a * b : nil
    case 9: return fit(a, b) ? maximum(a, b) : nil
    case 10: return fit(a, b) && fit(b, c) && fit(a, c) ? select(a .> b, b, c) : nil
    case 11: return clip(a, -0.5, 0.75)
    case 12: return sum(a, Axis.allCases.randomElement(using: &random) ?? .everything)
    case 13: return max(a, Axis.allCases.randomElement(using: &random) ?? .everything)
    case 14: return a.reshaped(Bool.random(using: &random) ? [a.shape.count] : [a.shape.columns, a.shape.rows])
    case 15:
      return a.shape == b.shape && a.shape.rank == 2
        ? sum(softmaxCrossEntropy(logits: a, target: softmax(b))) : nil
    default:
      guard a.shape.rank == 2, b.shape.rank == 2 else { return nil }
      // What a layer does, scaled so that values stay small.
      for (x, y) in [(false, false), (true, false), (false, true), (true, true)] {
        let (inner, other) = (x ? a.shape.rows : a.shape.columns, y ? b.shape.columns : b.shape.rows)
        guard inner == other else { continue }
        let product = matmul(a, b, transposeA: x, transposeB: y)
        let biased = fit(product, c) && c.shape.rows == 1 ? product + c : product
        return Bool.random(using: &random) ? tanh(biased) : biased
      }
      return nil
    }
  }

  /// The cross-entropy of a layer of the last matrix, which is one step where logits may be few.
  static func layer(_ made: inout Made, seed: UInt64) -> SymbolicTensor {
    let x = made.values.last { $0.shape.rank == 2 } ?? made.inputs[2]
    for (name, shape) in [("weights", [x.shape.columns, 4]), ("bias", [4])] as [(String, Shape)] {
      var random = Random(seed)
      made.inputs.append(made.graph.input(name, shape))
      made.feeds[name] = .floats(random.floats(shape.count))
    }
    let (weights, bias) = (made.inputs[5], made.inputs[6])
    let product = matmul(x, weights)
    let labels = argmax(matmul(x, square(weights)))
    return mean(softmaxCrossEntropy(logits: seed % 2 == 0 ? product : product + bias, target: labels))
  }

  static let seeds = Array(UInt64(0)..<150)

  @Test("what is fetched does not change a value; every backend agrees", arguments: seeds)
  func values(seed: UInt64) throws {
    let made = Self.make(seed: seed, operations: 30)
    // All at once: every value keeps its memory, and nothing is fused.
    let expected = try run(made.graph, made.values, feeds: made.feeds).map { bits($0) }
    #expect(expected.count == 37)
    var random = Random(seed ^ 0xabcdef)
    for backend in try [
      ReferenceBackend(), NativeBackend(threads: 1), NativeBackend(threads: 3, grainNanoseconds: 1e-9),
    ]
      as [any Backend]
    {
      let last = made.values.count - 1
      var some = Set([last])
      while some.count < 3 { some.insert(Int.random(in: 0...last, using: &random)) }
      for fetched in [[last], some.sorted()] {
        let values = try run(made.graph, fetched.map { made.values[$0] }, feeds: made.feeds, on: backend)
        for (index, value) in zip(fetched, values) {
          #expect(bits(value) == expected[index], "value \(index) of graph \(seed) on \(backend.name)")
        }
      }
    }
  }

  @Test("gradients alone are the gradients beside everything else", arguments: seeds.prefix(60))
  func gradients(seed: UInt64) throws {
    var made = Self.make(seed: seed &+ 1000, operations: 15)
    let loss = made.values.suffix(3).map { sum($0) }.reduce(Self.layer(&made, seed: seed), +)
    let gradients = made.graph.gradients(of: loss, withRespectTo: made.inputs)
    #expect(gradients.map(\.shape) == made.inputs.map(\.shape))
    let expected = try run(made.graph, gradients + made.values, feeds: made.feeds).prefix(gradients.count)
    for backend in [ReferenceBackend(), try NativeBackend(threads: 2, grainNanoseconds: 1e-9)] as [any Backend] {
      let alone = try run(made.graph, gradients, feeds: made.feeds, on: backend, leastLogits: 0)
      #expect(alone.map { bits($0) } == expected.map { bits($0) }, "\(backend.name)")
      for (index, gradient) in gradients.enumerated() {
        #expect(try bits(run(made.graph, [gradient], feeds: made.feeds, on: backend)[0]) == bits(expected[index]))
      }
    }
  }
}
