import Lanes
import Testing

/// Arguments that are refused in Swift by an error with the values, and nothing is written.
@Suite("Refusals in Swift", .tags(.errors))
struct SwiftRefusalTests {
  /// A call of the backend, and of the check that a third party's backend would make.
  struct SwiftRefusal: Sendable, CustomTestStringConvertible {
    let error: LanesError
    let call: @Sendable (NativeBackend, Floats) throws(LanesError) -> Void
    let check: @Sendable (Floats) throws(LanesError) -> Void
    var testDescription: String { error.description }
  }

  static func product(_ x: Floats, _ change: (inout Matmul) -> Void) -> Matmul {
    var call = Matmul(m: 2, n: 3, k: 4, a: x.pointer, b: x.pointer + 16, c: x.pointer + 32)
    change(&call)
    return call
  }

  static func entropy(
    _ x: Floats, _ labels: UnsafePointer<Int32>, _ options: LabelOptions = LabelOptions()
  ) -> SoftmaxCrossEntropy {
    SoftmaxCrossEntropy(
      rows: 2, columns: 3, logits: MatrixInput(x.pointer, stride: 3), target: .labels(labels, options),
      loss: x.pointer + 32)
  }

  static func classZero(_ x: Floats) -> UnsafePointer<Int32> {
    let labels = integers(x, 48)
    (labels[0], labels[1]) = (0, 0)
    return UnsafePointer(labels)
  }

  static func refusal(_ reason: LanesError.Reason, _ change: @escaping @Sendable (inout Matmul, Floats) -> Void)
    -> SwiftRefusal
  {
    SwiftRefusal(
      error: LanesError("matmul", reason),
      call: { backend, x throws(LanesError) in try backend.matmul(product(x) { change(&$0, x) }) },
      check: { x throws(LanesError) in try product(x) { change(&$0, x) }.validate() })
  }

  static let swiftRefusals: [SwiftRefusal] = [
    refusal(.negativeSize(name: "m", value: -2)) { call, _ in call.m = -2 },
    refusal(.negativeSize(name: "k", value: .min)) { call, _ in call.k = .min },
    refusal(.tooLarge(name: "n", sizes: [.max])) { call, _ in call.n = .max },
    refusal(.tooLarge(name: "c", sizes: [1 << 40, 1 << 41])) { call, _ in (call.m, call.n) = (1 << 40, 1 << 41) },
    refusal(.strideTooShort(name: "a", stride: 3, columns: 4)) { call, _ in call.aStride = 3 },
    refusal(.strideTooShort(name: "b", stride: -1, columns: 3)) { call, _ in call.bStride = -1 },
    refusal(.strideTooShort(name: "c", stride: 0, columns: 3)) { call, _ in call.cStride = 0 },
    refusal(.overlap(output: "c", input: "b")) { call, x in call.b = UnsafePointer(x.pointer + 30) },
    refusal(.overlap(output: "c", input: "bias")) { call, x in call.bias = UnsafePointer(x.pointer + 37) },
    SwiftRefusal(
      error: LanesError("tanh", .negativeSize(name: "count", value: -1)),
      call: { backend, x throws(LanesError) in try backend.unary(.tanh, count: -1, x.pointer, into: x.pointer) },
      check: { x throws(LanesError) in try Validate.unary(.tanh, count: -1, x.pointer, into: x.pointer) }),
    SwiftRefusal(
      error: LanesError("relu gradient", .overlap(output: "dx", input: "dy")),
      call: { backend, x throws(LanesError) in
        try backend.unaryGradient(.relu, count: 9, of: x.pointer, x.pointer + 40, into: x.pointer + 33)
      },
      check: { x throws(LanesError) in
        try Validate.unaryGradient(.relu, count: 9, of: x.pointer, x.pointer + 40, into: x.pointer + 33)
      }),
    SwiftRefusal(
      error: LanesError("divide", .broadcastStride(name: "b", rowStride: 3, columnStride: 2)),
      call: { backend, x throws(LanesError) in
        try backend.binary(
          .divide, rows: 2, columns: 3, .matrix(x.pointer, stride: 3),
          Operand(x.pointer, rowStride: 3, columnStride: 2),
          into: MatrixOutput(x.pointer + 32, stride: 3))
      },
      check: { x throws(LanesError) in
        try Validate.elementwise(
          "divide", rows: 2, columns: 3, .matrix(x.pointer, stride: 3),
          Operand(x.pointer, rowStride: 3, columnStride: 2), into: MatrixOutput(x.pointer + 32, stride: 3))
      }),
    SwiftRefusal(
      error: LanesError("select", .overlap(output: "output", input: "c")),
      call: { backend, x throws(LanesError) in
        try backend.ternary(
          .select, rows: 2, columns: 3, .scalar(x.pointer), .row(x.pointer), .row(x.pointer + 33),
          into: MatrixOutput(x.pointer + 32, stride: 3))
      },
      check: { x throws(LanesError) in
        try Validate.elementwise(
          "select", rows: 2, columns: 3, .scalar(x.pointer), .row(x.pointer), .row(x.pointer + 33),
          into: MatrixOutput(x.pointer + 32, stride: 3))
      }),
    SwiftRefusal(
      error: LanesError("mean", .strideTooShort(name: "x", stride: 2, columns: 3)),
      call: { backend, x throws(LanesError) in
        try backend.reduce(
          .mean, .eachRow, rows: 2, columns: 3, MatrixInput(x.pointer, stride: 2), into: x.pointer + 32)
      },
      check: { x throws(LanesError) in
        try Validate.reduce(
          "mean", .eachRow, rows: 2, columns: 3, MatrixInput(x.pointer, stride: 2), into: x.pointer + 32)
      }),
    SwiftRefusal(
      error: LanesError("argmax", .empty(name: "0 × 3")),
      call: { backend, x throws(LanesError) in
        try backend.argmax(.eachColumn, rows: 0, columns: 3, MatrixInput(x.pointer, stride: 3), into: integers(x))
      },
      check: { x throws(LanesError) in
        try Validate.argmax(.eachColumn, rows: 0, columns: 3, MatrixInput(x.pointer, stride: 3), into: integers(x))
      }),
    SwiftRefusal(
      error: LanesError("softmax", .empty(name: "a row of no classes")),
      call: { backend, x throws(LanesError) in
        try backend.softmax(
          rows: 2, columns: 0, MatrixInput(x.pointer, stride: 3), into: MatrixOutput(x.pointer, stride: 3))
      },
      check: { x throws(LanesError) in
        try Validate.softmax(
          rows: 2, columns: 0, MatrixInput(x.pointer, stride: 3), into: MatrixOutput(x.pointer, stride: 3))
      }),
    SwiftRefusal(
      error: LanesError("softmax gradient", .overlap(output: "dx", input: "y")),
      call: { backend, x throws(LanesError) in
        try backend.softmaxGradient(
          rows: 2, columns: 3, of: MatrixInput(x.pointer + 33, stride: 3), MatrixInput(x.pointer, stride: 3),
          into: MatrixOutput(x.pointer + 32, stride: 3))
      },
      check: { x throws(LanesError) in
        try Validate.softmaxGradient(
          rows: 2, columns: 3, of: MatrixInput(x.pointer + 33, stride: 3), MatrixInput(x.pointer, stride: 3),
          into: MatrixOutput(x.pointer + 32, stride: 3))
      }),
    SwiftRefusal(
      error: LanesError("softmaxCrossEntropy", .labelOutOfRange(row: 1, label: 3, classes: 3)),
      call: { backend, x throws(LanesError) in
        let labels = integers(x, 48)
        (labels[0], labels[1]) = (2, 3)
        try backend.softmaxCrossEntropy(entropy(x, labels))
      },
      check: { x throws(LanesError) in
        let labels = integers(x, 48)
        (labels[0], labels[1]) = (2, 3)
        try entropy(x, labels).validate()
      }),
    SwiftRefusal(
      error: LanesError("softmaxCrossEntropy", .smoothingOutOfRange(1.5)),
      call: { backend, x throws(LanesError) in
        try backend.softmaxCrossEntropy(entropy(x, classZero(x), LabelOptions(smoothing: 1.5)))
      },
      check: { x throws(LanesError) in try entropy(x, classZero(x), LabelOptions(smoothing: 1.5)).validate() }),
    SwiftRefusal(
      error: LanesError("softmaxCrossEntropy", .overlap(output: "loss", input: "classWeights")),
      call: { backend, x throws(LanesError) in
        try backend.softmaxCrossEntropy(entropy(x, classZero(x), LabelOptions(classWeights: x.pointer + 31)))
      },
      check: { x throws(LanesError) in
        try entropy(x, classZero(x), LabelOptions(classWeights: x.pointer + 31)).validate()
      }),
    SwiftRefusal(
      error: LanesError("adam", .overlap(output: "firstMoment", input: "secondMoment")),
      call: { backend, x throws(LanesError) in try backend.update(x.pointer, count: 5, by: adam(x)) },
      check: { x throws(LanesError) in try adam(x).validate(x.pointer, count: 5) }),
    SwiftRefusal(
      error: LanesError("sgd", .negativeSize(name: "count", value: -5)),
      call: { backend, x throws(LanesError) in
        try backend.update(x.pointer, count: -5, by: .sgd(gradient: x.pointer + 8, rate: 1))
      },
      check: { x throws(LanesError) in try Update.sgd(gradient: x.pointer + 8, rate: 1).validate(x.pointer, count: -5) }
    ),
  ]

  static func integers(_ x: Floats, _ offset: Int = 32) -> UnsafeMutablePointer<Int32> {
    UnsafeMutableRawPointer(x.pointer + offset).assumingMemoryBound(to: Int32.self)
  }

  static func adam(_ x: Floats) -> Update {
    .adam(
      firstMoment: x.pointer + 8, secondMoment: x.pointer + 12, gradient: x.pointer + 20, rate: 1, beta1: 0, beta2: 0,
      epsilon: 0)
  }

  @Test("the backend throws what the check throws, with the values", arguments: swiftRefusals)
  func thrown(_ refusal: SwiftRefusal) throws {
    let backend = try NativeBackend()
    let x = Floats(64)
    #expect(throws: refusal.error) { try refusal.call(backend, x) }
    #expect(throws: refusal.error) { try refusal.check(x) }
    #expect(x.values.prefix(48).allSatisfy { $0 == Floats.canary })
  }
}
