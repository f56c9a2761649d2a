import Foundation
import Lanes
import LanesReference
import LanesTrain
import Testing

/// A matrix of doubles for the formulas that gradients are held to. Nothing of the code under test is in it.
struct Matrix {
  var rows: Int, columns: Int
  var values: [Double]

  init(_ rows: Int, _ columns: Int, _ values: [Double]) {
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }
  init(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> Double) {
    self.init(rows, columns, (0..<rows * columns).map { element($0 / columns, $0 % columns) })
  }
  /// Zeros and ones of a size are repeated.
  subscript(_ i: Int, _ j: Int) -> Double { values[(rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j)] }

  func map(_ f: (Double) -> Double) -> Matrix { Matrix(rows, columns, values.map(f)) }
  var transposed: Matrix { Matrix(columns, rows) { self[$1, $0] } }

  static func zip(_ a: Matrix, _ b: Matrix, _ f: (Double, Double) -> Double) -> Matrix {
    Matrix(Swift.max(a.rows, b.rows), Swift.max(a.columns, b.columns)) { f(a[$0, $1], b[$0, $1]) }
  }
  static func product(_ a: Matrix, _ b: Matrix) -> Matrix {
    Matrix(a.rows, b.columns) { i, j in (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] } }
  }
  func reduced(_ axis: Axis, _ f: ([Double]) -> Double) -> Matrix {
    switch axis {
    case .everything: Matrix(1, 1, [f(values)])
    case .eachRow: Matrix(rows, 1) { i, _ in f((0..<columns).map { self[i, $0] }) }
    case .eachColumn: Matrix(1, columns) { _, j in f((0..<rows).map { self[$0, j] }) }
    }
  }
  var softmax: Matrix {
    let sums = map(Foundation.exp).reduced(.eachRow) { $0.reduce(0, +) }
    return .zip(map(Foundation.exp), sums, /)
  }
}

/// One function of some tensors, as a graph and as a formula.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [Shape]
  var values: ClosedRange<Float> = -2...2
  /// Of which operands the gradient is taken; nil: all.
  var of: [Int]? = nil
  var labels: [Int32] = []
  let graph: @Sendable ([SymbolicTensor]) -> SymbolicTensor
  let formula: @Sendable ([Matrix]) -> Matrix
  var testDescription: String { "\(name) \(shapes.map(\.description).joined(separator: ", "))" }
}

@Suite("Gradients")
struct GradientTests {
  @Test("functions of one value", arguments: GradientCases.unary) func unary(_ test: GradientCase) throws {
    try check(test)
  }
  @Test("functions of two values, broadcast in every way", arguments: GradientCases.binary)
  func binary(_ test: GradientCase) throws { try check(test) }
  @Test("select and clip, broadcast", arguments: GradientCases.ternary) func ternary(_ test: GradientCase) throws {
    try check(test)
  }
  @Test("matmul, transposed in every way", arguments: GradientCases.products) func products(_ test: GradientCase) throws
  { try check(test) }
  @Test("reductions along every axis", arguments: GradientCases.reductions) func reductions(_ test: GradientCase) throws
  { try check(test) }
  @Test("softmax and cross-entropy", arguments: GradientCases.classes) func classes(_ test: GradientCase) throws {
    try check(test)
  }
  @Test("reshape, fan-out, layers on layers", arguments: GradientCases.compositions)
  func compositions(_ test: GradientCase) throws { try check(test) }

  /// Checks a case with a gradient from above that differs from element to element, and with one that is 1 everywhere, which
  /// the graph knows and may simplify.
  func check(_ test: GradientCase) throws {
    for isUniform in [false, true] { try check(test, isUniform: isUniform) }
  }

  func check(_ test: GradientCase, isUniform: Bool) throws {
    var random = Random(UInt64(test.testDescription.utf8.reduce(7) { ($0 &* 31) &+ Int($1) } & 0xffff_ffff))
    let graph = Graph()
    var feeds: [String: Feed] = ["labels": .labels(test.labels)]
    var operands: [SymbolicTensor] = []
    var points: [Matrix] = []
    for (index, shape) in test.shapes.enumerated() {
      let values = random.floats(shape.count, in: test.values).map { ($0 * 64).rounded() / 64 + 1 / 256 }
      feeds["x\(index)"] = .floats(values)
      points.append(Matrix(shape.rows, shape.columns, values.map { Double($0) }))
      operands.append(graph.input("x\(index)", shape))
    }
    if !test.labels.isEmpty { operands.append(graph.input("labels", [test.labels.count], .int32)) }
    let y = test.graph(operands)
    let weights = isUniform ? [Float](repeating: 1, count: y.shape.count) : random.floats(y.shape.count)
    feeds["weights"] = .floats(weights)
    let loss = sum(isUniform ? y : y * graph.input("weights", y.shape))
    let wanted = test.of ?? Array(test.shapes.indices)
    let gradients = graph.gradients(of: loss, withRespectTo: wanted.map { operands[$0] })

    var results: [Tensor] = []
    for backend in [ReferenceBackend(), try NativeBackend(threads: 1)] as [any Backend] {
      let computed = try run(graph, [y] + gradients, feeds: feeds, on: backend)
      if results.isEmpty { results = computed }
      #expect(computed.map { bits($0) } == results.map { bits($0) }, "\(backend.name)")
    }

    let expected = test.formula(points).values
    #expect(results[0].values.count == expected.count)
    for (value, wanted) in zip(results[0].values, expected) { #expect(isClose(value, wanted), "the value itself") }
    for (position, index) in wanted.enumerated() {
      let gradient = results[1 + position]
      #expect(gradient.shape == test.shapes[index])
      for element in points[index].values.indices {
        func shifted(_ step: Double) -> Double {
          var moved = points
          moved[index].values[element] += step
          return zip(test.formula(moved).values, weights).reduce(0) { $0 + $1.0 * Double($1.1) }
        }
        let step = 1e-5
        let difference = (shifted(step) - shifted(-step)) / (2 * step)
        #expect(
          isClose(gradient.values[element], difference),
          "operand \(index), element \(element): \(gradient.values[element]), differences give \(difference)")
      }
    }
  }

  private func isClose(_ value: Float, _ expected: Double) -> Bool {
    abs(Double(value) - expected) <= 3e-5 * (1 + abs(expected))
  }
}

// MARK: - The cases

enum GradientCases {
  private static func cases(
    _ name: String, _ values: ClosedRange<Float>, _ graph: @escaping @Sendable (SymbolicTensor) -> SymbolicTensor,
    _ formula: @escaping @Sendable (Double) -> Double
  ) -> [GradientCase] {
    [[], [5], [1, 3], [3, 1], [4, 5]].map { (shape: Shape) in
      GradientCase(
        name: name, shapes: [shape], values: values, graph: { graph($0[0]) }, formula: { $0[0].map(formula) })
    }
  }

  // No point lies within 1/256 of a kink.
  static let unary: [GradientCase] =
    cases("relu", -2...2, { relu($0) }, { $0 < 0 ? 0 : $0 })
    + cases("sigmoid", -6...6, { sigmoid($0) }, { 1 / (1 + exp(-$0)) })
    + cases("tanh", -3...3, { tanh($0) }, { tanh($0) })
    + cases("exp", -3...2, { exp($0) }, { exp($0) })
    + cases("log", 0.25...4, { log($0) }, { log($0) })
    + cases("sqrt", 0.25...4, { sqrt($0) }, { $0.squareRoot() })
    + cases("square", -2...2, { square($0) }, { $0 * $0 })
    + cases("abs", -2...2, { abs($0) }, { Swift.abs($0) })
    + cases("negate", -2...2, { -$0 }, { -$0 })
    + cases("reciprocal", 0.5...2, { reciprocal($0) }, { 1 / $0 })
    + cases("reciprocal of negatives", -2 ... -0.5, { reciprocal($0) }, { 1 / $0 })

  private static let broadcastable: [Shape] = [[], [3], [1, 1], [1, 3], [2, 1], [2, 3]]

  static let binary: [GradientCase] = {
    typealias Function = (
      name: String, graph: @Sendable (SymbolicTensor, SymbolicTensor) -> SymbolicTensor,
      formula: @Sendable (Double, Double) -> Double
    )
    let functions: [Function] = [
      ("add", { $0 + $1 }, { $0 + $1 }), ("subtract", { $0 - $1 }, { $0 - $1 }),
      ("multiply", { $0 * $1 }, { $0 * $1 }), ("divide", { $0 / $1 }, { $0 / $1 }),
      ("minimum", { minimum($0, $1) }, { Swift.min($0, $1) }), ("maximum", { maximum($0, $1) }, { Swift.max($0, $1) }),
      ("greater", { $0 .> $1 }, { $0 > $1 ? 1 : 0 }), ("less", { $0 .< $1 }, { $0 < $1 ? 1 : 0 }),
      ("greaterEqual", { $0 .>= $1 }, { $0 >= $1 ? 1 : 0 }), ("lessEqual", { $0 .<= $1 }, { $0 <= $1 ? 1 : 0 }),
      ("equal", { $0 .== $1 }, { $0 == $1 ? 1 : 0 }), ("notEqual", { $0 .!= $1 }, { $0 != $1 ? 1 : 0 }),
    ]
    return functions.flatMap { function in
      broadcastable.flatMap { a in
        broadcastable.map { b in
          // Apart by 1/512 at least, so that no difference steps over a kink or a comparison.
          GradientCase(
            name: function.name, shapes: [a, b], values: function.name == "divide" ? 0.5...3 : -2...2,
            graph: { function.graph($0[0], $0[1] + 1 / 512) },
            formula: { .zip($0[0], $0[1]) { function.formula($0, $1 + 1 / 512) } })
        }
      }
    }
  }()

  static let ternary: [GradientCase] =
    broadcastable.flatMap { condition in
      broadcastable.flatMap { a in
        broadcastable.map { b in
          GradientCase(
            name: "select", shapes: [condition, a, b], graph: { select($0[0] .> 0, $0[1], $0[2]) },
            formula: { x in
              Matrix(x.map(\.rows).max() ?? 1, x.map(\.columns).max() ?? 1) {
                x[0][$0, $1] > 0 ? x[1][$0, $1] : x[2][$0, $1]
              }
            })
        }
      }
    }
    + broadcastable.map { shape in
      GradientCase(
        name: "clip", shapes: [shape], graph: { clip($0[0], -0.75, 1.25) },
        formula: { $0[0].map { Swift.min(Swift.max($0, -0.75), 1.25) } })
    }

  static let products: [GradientCase] = [(2, 3, 4), (1, 1, 1), (3, 1, 2), (1, 5, 1), (5, 2, 1)].flatMap { m, n, k in
    [(false, false), (true, false), (false, true), (true, true)].map { (a, b) in
      GradientCase(
        name: "matmul \(a) \(b)", shapes: [a ? [k, m] : [m, k], b ? [n, k] : [k, n]],
        graph: { matmul($0[0], $0[1], transposeA: a, transposeB: b) },
        formula: { .product(a ? $0[0].transposed : $0[0], b ? $0[1].transposed : $0[1]) })
    }
  }

  static let reductions: [GradientCase] = ([[], [4], [1, 4], [3, 1], [3, 4]] as [Shape]).flatMap { shape in
    Axis.allCases.flatMap { axis in
      [
        GradientCase(
          name: "sum \(axis)", shapes: [shape], graph: { sum($0[0], axis) },
          formula: { $0[0].reduced(axis) { $0.reduce(0, +) } }),
        GradientCase(
          name: "mean \(axis)", shapes: [shape], graph: { mean($0[0], axis) },
          formula: { $0[0].reduced(axis) { $0.reduce(0, +) / Double($0.count) } }),
        GradientCase(
          name: "max \(axis)", shapes: [shape], graph: { max($0[0], axis) },
          formula: { $0[0].reduced(axis) { $0.max() ?? -.infinity } }),
      ]
    }
  }

  /// Ignores label 1, smooths by 0.25, and weighs class j with 1 + j/2.
  static func optioned(columns: Int) -> Loss {
    .softmaxCrossEntropy(
      labelSmoothing: 0.25, classWeights: (0..<columns).map { 1 + 0.5 * Float($0) }, ignoredLabel: 1)
  }

  static func optioned(_ x: Matrix, _ labels: [Int32], _ function: (Double) -> Double) -> Matrix {
    var (sum, total) = (0.0, 0.0)
    for i in 0..<x.rows where labels[i] != 1 {
      let weight = 1 + 0.5 * Double(labels[i])
      total += weight
      for j in 0..<x.columns {
        let target = 0.25 / Double(x.columns) + (j == Int(labels[i]) ? 0.75 : 0)
        sum -= weight * target * Foundation.log(x.softmax[i, j])
      }
    }
    return Matrix(1, 1) { _, _ in function(total == 0 ? 0 : sum / total) }
  }

  static let classes: [GradientCase] = ([[1, 1], [1, 5], [4, 1], [3, 5]] as [Shape]).flatMap { shape in
    let labels = (0..<shape.rows).map { Int32((7 * $0 + 2) % shape.columns) }
    return [
      GradientCase(name: "softmax", shapes: [shape], graph: { softmax($0[0]) }, formula: { $0[0].softmax }),
      GradientCase(
        name: "log-softmax", shapes: [shape], graph: { logSoftmax($0[0]) },
        formula: { x in Matrix(x[0].rows, x[0].columns) { Foundation.log(x[0].softmax[$0, $1]) } }),
      GradientCase(
        name: "cross-entropy with labels", shapes: [shape], labels: labels,
        graph: { softmaxCrossEntropy(logits: $0[0], target: $0[1]) },
        formula: { x in Matrix(1, x[0].rows) { _, i in -Foundation.log(x[0].softmax[i, Int(labels[i])]) } }),
      GradientCase(
        name: "mean cross-entropy with labels", shapes: [shape], labels: labels,
        graph: { mean(softmaxCrossEntropy(logits: $0[0], target: $0[1])) },
        formula: { x in
          Matrix(1, x[0].rows) { _, i in -Foundation.log(x[0].softmax[i, Int(labels[i])]) }
            .reduced(.everything) { $0.reduce(0, +) / Double($0.count) }
        }),
      GradientCase(
        name: "weighted and smoothed mean cross-entropy", shapes: [shape], labels: labels,
        graph: { optioned(columns: shape.columns)($0[0], $0[1]) },
        formula: { optioned($0[0], labels) { $0 } }),
      GradientCase(
        name: "its square", shapes: [shape], labels: labels,
        graph: { square(optioned(columns: shape.columns)($0[0], $0[1])) },
        formula: { optioned($0[0], labels) { $0 * $0 } }),
      GradientCase(
        name: "cross-entropy with targets", shapes: [shape, shape],
        graph: { softmaxCrossEntropy(logits: $0[0], target: softmax($0[1])) },
        formula: { x in
          let terms = Matrix.zip(x[1].softmax, x[0].softmax) { -$0 * Foundation.log($1) }
          return terms.reduced(.eachRow) { $0.reduce(0, +) }.transposed
        }),
    ]
  }

  static let compositions: [GradientCase] = [
    GradientCase(
      name: "reshape to a vector", shapes: [[2, 3], [6]], graph: { $0[0].reshaped([6]) * $0[1] },
      formula: { .zip(Matrix(1, 6, $0[0].values), $0[1], *) }),
    GradientCase(
      name: "reshape to a matrix", shapes: [[2, 3], [3, 2]],
      graph: { matmul($0[0], $0[0].reshaped([3, 2])) + sum($0[1]) },
      formula: { x in
        let sum = x[1].values.reduce(0, +)
        return Matrix.product(x[0], Matrix(3, 2, x[0].values)).map { $0 + sum }
      }),
    GradientCase(
      name: "one value in many places", shapes: [[2, 3]],
      graph: { x in x[0] * x[0] + exp(x[0]) / (x[0] + 4) - x[0] * sum(x[0], .eachRow) },
      formula: { x in
        let sums = x[0].reduced(.eachRow) { $0.reduce(0, +) }
        return .zip(x[0], sums) { x, sum in x * x + exp(x) / (x + 4) - x * sum }
      }),
    GradientCase(
      name: "a product with itself", shapes: [[3, 3]], graph: { matmul($0[0], $0[0]) },
      formula: { .product($0[0], $0[0]) }),
    GradientCase(
      name: "a square, transposed", shapes: [[4, 2]], graph: { matmul($0[0], $0[0], transposeA: true) },
      formula: { .product($0[0].transposed, $0[0]) }),
    GradientCase(
      name: "two layers", shapes: [[4, 3], [3, 5], [5], [5, 2], [2]],
      graph: { x in matmul(tanh(matmul(x[0], x[1]) + x[2]), x[3]) + x[4] },
      formula: { x in
        let hidden = Matrix.zip(.product(x[0], x[1]), x[2], +).map { tanh($0) }
        return .zip(.product(hidden, x[3]), x[4], +)
      }),
    GradientCase(
      name: "a gradient of a gradient", shapes: [[2, 3], [2, 1]],
      graph: { x in
        // The inner gradient is a column, repeated: 2·w·(row sum). Its own gradient passes that repetition.
        let rowSum = sum(x[0], .eachRow)
        let inner = sum(rowSum * rowSum * x[1])
        return sum(x[0].graph.gradients(of: inner, withRespectTo: [x[0]])[0] * x[0])
      },
      formula: { x in
        let sums = x[0].reduced(.eachRow) { $0.reduce(0, +) }
        let gradient = Matrix.zip(x[0], .zip(sums, x[1]) { 2 * $0 * $1 }, *)
        return gradient.reduced(.everything) { $0.reduce(0, +) }
      }),
    GradientCase(
      name: "untouched operand", shapes: [[2, 2], [3]], graph: { square($0[0]) }, formula: { $0[0].map { $0 * $0 } }),
    GradientCase(
      name: "numbers on both sides", shapes: [[3]], values: 0.5...2,
      graph: { x in 2 - x[0] * 3 + 1 / x[0] - (x[0] - 1) / 4 + 2 * x[0] },
      formula: { $0[0].map { x in 2 - x * 3 + 1 / x - (x - 1) / 4 + 2 * x } }),
  ]
}
