import CLanes
import Lanes
import Testing

/// Arguments that are refused, in C by a status and in Swift by an error with the values, and nothing is written.
@Suite("Refusals", .tags(.errors))
struct RefusalTests {
  /// A call in C, on 64 floats each of x and y and an untouched output.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let status: lanes_status
    let call: @Sendable (_ x: Floats, _ y: Floats, _ out: Floats) -> lanes_status
    init(
      _ name: String, _ status: lanes_status,
      _ call: @escaping @Sendable (_ x: Floats, _ y: Floats, _ out: Floats) -> lanes_status
    ) {
      (self.name, self.status, self.call) = (name, status, call)
    }
    var testDescription: String { name }
  }

  static func matmul(
    _ x: Floats, _ y: Floats, _ out: Floats, _ change: (inout lanes_matmul_call) -> Void
  ) -> lanes_status {
    var call = lanes_matmul_call()
    (call.m, call.n, call.k, call.alpha) = (4, 4, 4, 1)
    (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(x.pointer), 8, UnsafePointer(y.pointer), 8)
    (call.c, call.c_stride) = (out.pointer, 8)
    change(&call)
    return lanes_matmul(nil, &call)
  }

  static func crossEntropy(
    _ x: Floats, _ y: Floats, _ out: Floats, labels: [Int32]?, _ change: (inout lanes_cross_entropy_call) -> Void
  ) -> lanes_status {
    var call = lanes_cross_entropy_call()
    (call.rows, call.columns, call.scale) = (3, 4, 1)
    (call.logits, call.logits_stride) = (UnsafePointer(x.pointer), 8)
    (call.targets, call.targets_stride) = (UnsafePointer(y.pointer), 8)
    (call.loss, call.gradient, call.gradient_stride) = (out.pointer, out.pointer + 8, 8)
    guard let labels else {
      change(&call)
      return lanes_softmax_cross_entropy(nil, &call)
    }
    return labels.withUnsafeBufferPointer {
      call.labels = $0.baseAddress
      change(&call)
      return lanes_softmax_cross_entropy(nil, &call)
    }
  }

  static func matrix(_ data: Floats, _ rowStride: Int64 = 8, _ columnStride: Int64 = 1) -> lanes_operand {
    lanes_operand(data: data.pointer, row_stride: rowStride, column_stride: columnStride)
  }

  static let most = Int64.max

  static let refusals: [Refusal] = [
    // matmul
    Refusal("matmul m < 0", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.m = -1 } },
    Refusal("matmul n < 0", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.n = .min } },
    Refusal("matmul k < 0", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.k = -1 } },
    Refusal("matmul m huge", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.m = most } },
    Refusal("matmul k huge", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.k = most } },
    Refusal("matmul m·n overflows", LANES_INVALID_SIZE) { matmul($0, $1, $2) { ($0.m, $0.n) = (1 << 40, 1 << 40) } },
    Refusal("matmul m·k overflows", LANES_INVALID_SIZE) {
      matmul($0, $1, $2) { ($0.m, $0.k, $0.n, $0.c_stride) = (1 << 40, 1 << 40, 1, 1) }
    },
    Refusal("matmul stride overflows", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.a_stride = most } },
    Refusal("matmul a stride", LANES_INVALID_STRIDE) { matmul($0, $1, $2) { $0.a_stride = 3 } },
    Refusal("matmul b stride", LANES_INVALID_STRIDE) { matmul($0, $1, $2) { $0.b_stride = 0 } },
    Refusal("matmul c stride", LANES_INVALID_STRIDE) { matmul($0, $1, $2) { $0.c_stride = -8 } },
    Refusal("matmul transposed a stride", LANES_INVALID_STRIDE) {
      matmul($0, $1, $2) { ($0.m, $0.transpose_a, $0.a_stride) = (5, LANES_TRANSPOSED, 4) }
    },
    Refusal("matmul a null", LANES_NULL_POINTER) { matmul($0, $1, $2) { $0.a = nil } },
    Refusal("matmul b null", LANES_NULL_POINTER) { matmul($0, $1, $2) { $0.b = nil } },
    Refusal("matmul c null", LANES_NULL_POINTER) { matmul($0, $1, $2) { $0.c = nil } },
    Refusal("matmul null", LANES_NULL_POINTER) { _, _, _ in lanes_matmul(nil, nil) },
    Refusal("matmul transpose", LANES_INVALID_OPERATION) { matmul($0, $1, $2) { $0.transpose_a = .init(2) } },
    Refusal("matmul transpose b", LANES_INVALID_OPERATION) { matmul($0, $1, $2) { $0.transpose_b = .init(.max) } },
    Refusal("matmul activation", LANES_INVALID_OPERATION) { matmul($0, $1, $2) { $0.activation = LANES_UNARY_COUNT } },
    Refusal("matmul c over a", LANES_OVERLAP) { _, y, out in matmul(out, y, out) { _ in } },
    Refusal("matmul c over the end of b", LANES_OVERLAP) { x, y, out in
      matmul(x, y, out) { $0.b = UnsafePointer(out.pointer - 2) }
    },
    Refusal("matmul c over bias", LANES_OVERLAP) { x, y, out in
      matmul(x, y, out) { $0.bias = UnsafePointer(out.pointer + 25) }
    },
    // elementwise
    Refusal("unary count < 0", LANES_INVALID_SIZE) { lanes_unary(nil, LANES_RELU, -1, $0.pointer, $2.pointer) },
    Refusal("unary count huge", LANES_INVALID_SIZE) { lanes_unary(nil, LANES_RELU, most, $0.pointer, $2.pointer) },
    Refusal("unary x null", LANES_NULL_POINTER) { lanes_unary(nil, LANES_EXP, 1, nil, $2.pointer) },
    Refusal("unary y null", LANES_NULL_POINTER) { x, _, _ in lanes_unary(nil, LANES_EXP, 1, x.pointer, nil) },
    Refusal("unary operation", LANES_INVALID_OPERATION) {
      lanes_unary(nil, LANES_UNARY_COUNT, 1, $0.pointer, $2.pointer)
    },
    Refusal("unary shifted", LANES_OVERLAP) { _, _, out in lanes_unary(nil, LANES_EXP, 9, out.pointer, out.pointer + 1)
    },
    Refusal("unary shifted back", LANES_OVERLAP) { _, _, out in
      lanes_unary(nil, LANES_EXP, 9, out.pointer + 8, out.pointer)
    },
    Refusal("unary half a float", LANES_OVERLAP) { _, _, out in
      let odd = UnsafeRawPointer(out.pointer).advanced(by: 2).assumingMemoryBound(to: Float.self)
      return lanes_unary(nil, LANES_EXP, 4, odd, out.pointer)
    },
    Refusal("unary gradient count", LANES_INVALID_SIZE) {
      lanes_unary_gradient(nil, LANES_RELU, .min, $0.pointer, $1.pointer, $2.pointer)
    },
    Refusal("unary gradient operation", LANES_INVALID_OPERATION) {
      lanes_unary_gradient(nil, .init(.max), 1, $0.pointer, $1.pointer, $2.pointer)
    },
    Refusal("unary gradient dy null", LANES_NULL_POINTER) {
      lanes_unary_gradient(nil, LANES_RELU, 1, $0.pointer, nil, $2.pointer)
    },
    Refusal("unary gradient value shifted", LANES_OVERLAP) { _, y, out in
      lanes_unary_gradient(nil, LANES_RELU, 4, out.pointer + 3, y.pointer, out.pointer)
    },
    Refusal("unary gradient dy shifted", LANES_OVERLAP) { x, _, out in
      lanes_unary_gradient(nil, LANES_RELU, 4, x.pointer, out.pointer + 3, out.pointer)
    },
    Refusal("binary rows < 0", LANES_INVALID_SIZE) {
      lanes_binary(nil, LANES_ADD, -1, 4, matrix($0), matrix($1), $2.pointer, 8)
    },
    Refusal("binary overflow", LANES_INVALID_SIZE) {
      lanes_binary(nil, LANES_ADD, 1 << 32, 1 << 32, matrix($0), matrix($1), $2.pointer, 8)
    },
    Refusal("binary column stride", LANES_INVALID_STRIDE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0, 8, 2), matrix($1), $2.pointer, 8)
    },
    Refusal("binary row stride", LANES_INVALID_STRIDE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0), matrix($1, -8), $2.pointer, 8)
    },
    Refusal("binary row stride huge", LANES_INVALID_SIZE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0), matrix($1, most), $2.pointer, 8)
    },
    Refusal("binary out stride", LANES_INVALID_STRIDE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0), matrix($1), $2.pointer, 3)
    },
    Refusal("binary out null", LANES_NULL_POINTER) { x, y, _ in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(x), matrix(y), nil, 8)
    },
    Refusal("binary a null", LANES_NULL_POINTER) { _, y, out in
      lanes_binary(nil, LANES_ADD, 4, 4, lanes_operand(), matrix(y), out.pointer, 8)
    },
    Refusal("binary operation", LANES_INVALID_OPERATION) {
      lanes_binary(nil, LANES_BINARY_COUNT, 4, 4, matrix($0), matrix($1), $2.pointer, 8)
    },
    Refusal("binary other stride", LANES_OVERLAP) { x, _, out in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(out, 4), matrix(x), out.pointer, 8)
    },
    Refusal("binary own row repeated", LANES_OVERLAP) { x, _, out in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(x), matrix(out, 0), out.pointer, 8)
    },
    Refusal("binary own scalar", LANES_OVERLAP) { x, _, out in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(x), matrix(out, 0, 0), out.pointer, 8)
    },
    Refusal("ternary operation", LANES_INVALID_OPERATION) {
      lanes_ternary(nil, LANES_TERNARY_COUNT, 4, 4, matrix($0), matrix($1), matrix($0), $2.pointer, 8)
    },
    Refusal("ternary c null", LANES_NULL_POINTER) {
      lanes_ternary(nil, LANES_SELECT, 4, 4, matrix($0), matrix($1), lanes_operand(), $2.pointer, 8)
    },
    Refusal("ternary c shifted", LANES_OVERLAP) { x, y, out in
      let shifted = lanes_operand(data: out.pointer + 1, row_stride: 8, column_stride: 1)
      return lanes_ternary(nil, LANES_CLIP, 4, 4, matrix(x), matrix(y), shifted, out.pointer, 8)
    },
    // reductions
    Refusal("reduce operation", LANES_INVALID_OPERATION) {
      lanes_reduce(nil, LANES_REDUCE_COUNT, LANES_EVERYTHING, 4, 4, $0.pointer, 8, $2.pointer)
    },
    Refusal("reduce axis", LANES_INVALID_OPERATION) {
      lanes_reduce(nil, LANES_SUM, LANES_AXIS_COUNT, 4, 4, $0.pointer, 8, $2.pointer)
    },
    Refusal("reduce rows", LANES_INVALID_SIZE) {
      lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, -4, 4, $0.pointer, 8, $2.pointer)
    },
    Refusal("reduce stride", LANES_INVALID_STRIDE) {
      lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, 4, 4, $0.pointer, 2, $2.pointer)
    },
    Refusal("reduce x null", LANES_NULL_POINTER) {
      lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, 4, 4, nil, 4, $2.pointer)
    },
    Refusal("reduce out null", LANES_NULL_POINTER) { x, _, _ in
      lanes_reduce(nil, LANES_SUM, LANES_EVERYTHING, 4, 4, x.pointer, 4, nil)
    },
    Refusal("reduce over its input", LANES_OVERLAP) { _, _, out in
      lanes_reduce(nil, LANES_MAX, LANES_EACH_COLUMN, 4, 4, out.pointer, 8, out.pointer)
    },
    Refusal("argmax of nothing", LANES_EMPTY) { x, _, out in argmax(LANES_EVERYTHING, 0, 4, x, out) },
    Refusal("argmax of empty rows", LANES_EMPTY) { x, _, out in argmax(LANES_EACH_ROW, 4, 0, x, out) },
    Refusal("argmax axis", LANES_INVALID_OPERATION) { x, _, out in argmax(.init(7), 4, 4, x, out) },
    Refusal("argmax over its input", LANES_OVERLAP) { _, _, out in argmax(LANES_EACH_ROW, 4, 4, out, out) },
    // softmax
    Refusal("softmax rows", LANES_INVALID_SIZE) { lanes_softmax(nil, -1, 4, $0.pointer, 8, $2.pointer, 8) },
    Refusal("softmax of no class", LANES_EMPTY) { lanes_softmax(nil, 3, 0, $0.pointer, 8, $2.pointer, 8) },
    Refusal("softmax stride", LANES_INVALID_STRIDE) { lanes_softmax(nil, 3, 4, $0.pointer, 8, $2.pointer, 3) },
    Refusal("softmax null", LANES_NULL_POINTER) { lanes_softmax(nil, 3, 4, nil, 8, $2.pointer, 8) },
    Refusal("softmax shifted", LANES_OVERLAP) { _, _, out in
      lanes_softmax(nil, 3, 4, out.pointer + 1, 8, out.pointer, 8)
    },
    Refusal("softmax gradient of no class", LANES_EMPTY) {
      lanes_softmax_gradient(nil, 3, 0, $0.pointer, 8, $1.pointer, 8, $2.pointer, 8)
    },
    Refusal("softmax gradient dy null", LANES_NULL_POINTER) {
      lanes_softmax_gradient(nil, 3, 4, $0.pointer, 8, nil, 8, $2.pointer, 8)
    },
    Refusal("softmax gradient shifted", LANES_OVERLAP) { x, _, out in
      lanes_softmax_gradient(nil, 3, 4, x.pointer, 8, out.pointer + 2, 8, out.pointer, 8)
    },
    // cross-entropy
    Refusal("cross-entropy null", LANES_NULL_POINTER) { _, _, _ in lanes_softmax_cross_entropy(nil, nil) },
    Refusal("cross-entropy rows", LANES_INVALID_SIZE) { crossEntropy($0, $1, $2, labels: [0, 1, 2]) { $0.rows = -1 } },
    Refusal("cross-entropy of no class", LANES_EMPTY) {
      crossEntropy($0, $1, $2, labels: [0, 1, 2]) { $0.columns = 0 }
    },
    Refusal("cross-entropy label < 0", LANES_INVALID_LABEL) { crossEntropy($0, $1, $2, labels: [0, -1, 2]) { _ in } },
    Refusal("cross-entropy label = classes", LANES_INVALID_LABEL) {
      crossEntropy($0, $1, $2, labels: [0, 1, 4]) { _ in }
    },
    Refusal("cross-entropy label huge", LANES_INVALID_LABEL) {
      crossEntropy($0, $1, $2, labels: [.max, 1, 2]) { _ in }
    },
    Refusal("cross-entropy label beside the ignored one", LANES_INVALID_LABEL) {
      crossEntropy($0, $1, $2, labels: [-100, -99, 2]) {
        ($0.label_options.ignores, $0.label_options.ignored_label) = (1, -100)
      }
    },
    Refusal("cross-entropy ignored label of no option", LANES_INVALID_LABEL) {
      crossEntropy($0, $1, $2, labels: [0, -100, 2]) { $0.label_options.ignored_label = -100 }
    },
    Refusal("cross-entropy smoothing > 1", LANES_INVALID_SMOOTHING) {
      crossEntropy($0, $1, $2, labels: [0, 1, 2]) { $0.label_options.smoothing = Float(1).nextUp }
    },
    Refusal("cross-entropy smoothing < 0", LANES_INVALID_SMOOTHING) {
      crossEntropy($0, $1, $2, labels: [0, 1, 2]) { $0.label_options.smoothing = -.leastNonzeroMagnitude }
    },
    Refusal("cross-entropy smoothing NaN", LANES_INVALID_SMOOTHING) {
      crossEntropy($0, $1, $2, labels: [0, 1, 2]) { $0.label_options.smoothing = .nan }
    },
    Refusal("cross-entropy mean over loss", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: [0, 1, 2]) { $0.mean = out.pointer + 2 }
    },
    Refusal("cross-entropy mean over gradient", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: nil) { $0.mean = out.pointer + 19 }
    },
    Refusal("cross-entropy mean over class weights", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: [0, 1, 2]) {
        ($0.mean, $0.label_options.class_weights) = (out.pointer + 43, UnsafePointer(out.pointer + 40))
      }
    },
    Refusal("cross-entropy gradient over class weights", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: [0, 1, 2]) { $0.label_options.class_weights = UnsafePointer(out.pointer + 27) }
    },
    Refusal("cross-entropy loss over class weights", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: [0, 1, 2]) { $0.label_options.class_weights = UnsafePointer(out.pointer + 2) }
    },
    Refusal("cross-entropy logits null", LANES_NULL_POINTER) {
      crossEntropy($0, $1, $2, labels: [0, 1, 2]) { $0.logits = nil }
    },
    Refusal("cross-entropy targets null", LANES_NULL_POINTER) {
      crossEntropy($0, $1, $2, labels: nil) { $0.targets = nil }
    },
    Refusal("cross-entropy targets' stride", LANES_INVALID_STRIDE) {
      crossEntropy($0, $1, $2, labels: nil) { $0.targets_stride = 3 }
    },
    Refusal("cross-entropy gradient's stride", LANES_INVALID_STRIDE) {
      crossEntropy($0, $1, $2, labels: [0, 1, 2]) { $0.gradient_stride = 1 }
    },
    Refusal("cross-entropy loss over gradient", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: [0, 1, 2]) { $0.loss = out.pointer + 9 }
    },
    Refusal("cross-entropy gradient over targets", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: nil) { $0.targets = UnsafePointer($0.gradient) }
    },
    Refusal("cross-entropy loss over logits", LANES_OVERLAP) { x, y, out in
      crossEntropy(x, y, out, labels: [0, 1, 2]) { $0.logits = UnsafePointer(out.pointer) }
    },
    // updates
    Refusal("update null", LANES_NULL_POINTER) { _, _, _ in lanes_update(nil, nil) },
    Refusal("update rule", LANES_INVALID_OPERATION) { x, _, out in
      update(LANES_UPDATE_COUNT, 4, out.pointer, gradient: x.pointer)
    },
    Refusal("sgd count", LANES_INVALID_SIZE) { update(LANES_SGD, -1, $2.pointer, gradient: $0.pointer) },
    Refusal("sgd null", LANES_NULL_POINTER) { _, _, out in update(LANES_SGD, 4, out.pointer, gradient: nil) },
    Refusal("sgd in place", LANES_OVERLAP) { _, _, out in update(LANES_SGD, 4, out.pointer, gradient: out.pointer) },
    Refusal("sgd average is parameter", LANES_OVERLAP) { x, _, out in
      update(LANES_SGD, 4, out.pointer, gradient: x.pointer, average: out.pointer)
    },
    Refusal("sgd average over gradient", LANES_OVERLAP) { x, _, out in
      update(LANES_SGD, 4, out.pointer, gradient: x.pointer, average: x.pointer + 3)
    },
    Refusal("momentum velocity null", LANES_NULL_POINTER) { x, _, out in
      update(LANES_MOMENTUM, 4, out.pointer, gradient: x.pointer)
    },
    Refusal("momentum overlap", LANES_OVERLAP) { x, _, out in
      update(LANES_NESTEROV, 4, out.pointer, out.pointer + 3, gradient: x.pointer)
    },
    Refusal("adam count", LANES_INVALID_SIZE) { x, y, out in
      update(LANES_ADAM, most, out.pointer, y.pointer, out.pointer + 8, gradient: x.pointer)
    },
    Refusal("adam moments overlap", LANES_OVERLAP) { x, _, out in
      update(LANES_ADAM, 4, out.pointer, out.pointer + 8, out.pointer + 11, gradient: x.pointer)
    },
    Refusal("moving average overlap", LANES_OVERLAP) { _, _, out in
      lanes_moving_average(nil, 4, out.pointer, out.pointer + 1, 0.5)
    },
    Refusal("moving average null", LANES_NULL_POINTER) { x, _, _ in lanes_moving_average(nil, 4, nil, x.pointer, 0.5) },
  ]

  static func update(
    _ rule: lanes_update_rule, _ count: Int64, _ parameter: UnsafeMutablePointer<Float>,
    _ first: UnsafeMutablePointer<Float>? = nil, _ second: UnsafeMutablePointer<Float>? = nil,
    gradient: UnsafeMutablePointer<Float>?, average: UnsafeMutablePointer<Float>? = nil
  ) -> lanes_status {
    var call = lanes_update_call()
    (call.rule, call.count, call.gradient) = (rule, count, UnsafePointer(gradient))
    (call.parameter, call.first, call.second, call.average) = (parameter, first, second, average)
    (call.rate, call.scale) = (1, 1)
    return lanes_update(nil, &call)
  }

  static func argmax(_ axis: lanes_axis, _ rows: Int64, _ columns: Int64, _ x: Floats, _ out: Floats) -> lanes_status {
    out.pointer.withMemoryRebound(to: Int32.self, capacity: out.count) {
      lanes_argmax(nil, axis, rows, columns, x.pointer, 8, $0)
    }
  }

  @Test("a status, and nothing is written", arguments: refusals)
  func refused(_ refusal: Refusal) {
    let (x, y, out) = (Floats(64, of: 1), Floats(64, of: 2), Floats(64))
    #expect(refusal.call(x, y, out) == refusal.status)
    #expect(out.isUntouched)
    #expect(x.values.allSatisfy { $0 == 1 } && y.values.allSatisfy { $0 == 2 })
  }

  @Test("nothing may be null, and is not read")
  func nothing() {
    var matmul = lanes_matmul_call()
    for (m, n, k) in [(0, 5, 5), (5, 0, 5), (0, 0, 0)] as [(Int64, Int64, Int64)] {
      (matmul.m, matmul.n, matmul.k, matmul.alpha) = (m, n, k, 1)
      #expect(lanes_matmul(nil, &matmul) == LANES_OK)
    }
    let none = lanes_operand()
    #expect(lanes_unary(nil, LANES_EXP, 0, nil, nil) == LANES_OK)
    #expect(lanes_unary_gradient(nil, LANES_EXP, 0, nil, nil, nil) == LANES_OK)
    #expect(lanes_binary(nil, LANES_ADD, 0, 7, none, none, nil, 0) == LANES_OK)
    #expect(lanes_binary(nil, LANES_ADD, 7, 0, none, none, nil, 0) == LANES_OK)
    #expect(lanes_ternary(nil, LANES_CLIP, 0, 0, none, none, none, nil, 0) == LANES_OK)
    #expect(lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, 0, 4, nil, 0, nil) == LANES_OK)
    #expect(lanes_reduce(nil, LANES_MAX, LANES_EACH_COLUMN, 4, 0, nil, 0, nil) == LANES_OK)
    #expect(lanes_argmax(nil, LANES_EACH_ROW, 0, 4, nil, 0, nil) == LANES_OK)
    #expect(lanes_softmax(nil, 0, 4, nil, 0, nil, 0) == LANES_OK)
    #expect(lanes_softmax_gradient(nil, 0, 4, nil, 0, nil, 0, nil, 0) == LANES_OK)
    var entropy = lanes_cross_entropy_call()
    entropy.columns = 4
    #expect(lanes_softmax_cross_entropy(nil, &entropy) == LANES_OK)
    for rule in 0..<LANES_UPDATE_COUNT.rawValue {
      var step = lanes_update_call()
      step.rule = .init(rule)
      #expect(lanes_update(nil, &step) == LANES_OK)
    }
    #expect(lanes_moving_average(nil, 0, nil, nil, 1) == LANES_OK)

    // Empty input, one result.
    let out = Floats(1)
    #expect(lanes_reduce(nil, LANES_SUM, LANES_EVERYTHING, 0, 4, nil, 0, out.pointer) == LANES_OK && out.values == [0])
    // k = 0 and alpha = 0: a and b may be null, and c = beta·c.
    for (k, alpha) in [(0, 1), (5, 0)] as [(Int64, Float)] {
      let c = Floats([8])
      (matmul.m, matmul.n, matmul.k, matmul.alpha, matmul.beta) = (1, 1, k, alpha, 0.5)
      (matmul.c, matmul.c_stride) = (c.pointer, 1)
      #expect(lanes_matmul(nil, &matmul) == LANES_OK && c.values == [4])
    }
  }

  @Test("outputs may be inputs exactly, and columns of one matrix may lie beside each other")
  func inPlace() {
    let values: [Float] = (0..<32).map { Float($0) - 16 }
    let x = Floats(values)
    #expect(lanes_unary(nil, LANES_ABS, 32, x.pointer, x.pointer) == LANES_OK)
    #expect(x.values == values.map { abs($0) })
    #expect(lanes_unary_gradient(nil, LANES_RELU, 32, x.pointer, x.pointer, x.pointer) == LANES_OK)
    #expect(x.values == values.map { abs($0) })
    #expect(lanes_binary(nil, LANES_ADD, 4, 4, Self.matrix(x), Self.matrix(x), x.pointer, 8) == LANES_OK)
    let doubled: [Float] = values.enumerated().map { index, value in index % 8 < 4 ? 2 * abs(value) : abs(value) }
    #expect(x.values == doubled)

    // The right half of each row from the left half, and the other way round.
    for (from, to) in [(0, 4), (4, 0)] {
      let matrix = Floats(values)
      let operand = lanes_operand(data: matrix.pointer + from, row_stride: 8, column_stride: 1)
      #expect(lanes_binary(nil, LANES_MULTIPLY, 4, 4, operand, operand, matrix.pointer + to, 8) == LANES_OK)
      let squared: [Float] = values.indices.map { index in
        guard (to..<to + 4).contains(index % 8) else { return values[index] }
        let value = values[index - to + from]
        return value * value
      }
      #expect(matrix.values == squared)
      #expect(lanes_softmax(nil, 4, 4, matrix.pointer + from, 8, matrix.pointer + to, 8) == LANES_OK)
      // One column more, and they meet.
      #expect(lanes_softmax(nil, 4, 5, matrix.pointer + from, 8, matrix.pointer + to, 8) == LANES_OVERLAP)
    }
    let block = Floats((0..<24).map { Float($0) })
    var call = lanes_matmul_call()
    (call.m, call.n, call.k, call.alpha) = (4, 2, 2, 1)
    (call.a, call.a_stride, call.b, call.b_stride) = (
      UnsafePointer(block.pointer), 6, UnsafePointer(block.pointer + 2), 6
    )
    (call.c, call.c_stride) = (block.pointer + 4, 6)
    #expect(lanes_matmul(nil, &call) == LANES_OK)
    // [0 1] · [2 3; 8 9]
    #expect(Array(block.values[4...5]) == [8, 9])
  }

  // MARK: - Swift

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

  /// The two must agree on everything: C refuses, Swift explains.
  @Test("C and Swift agree on random arguments, bad ones among them", arguments: 0..<20)
  func agreement(_ seed: Int) throws {
    var random = Random(UInt64(seed))
    let backend = try NativeBackend(threads: 1)
    let x = Floats(400, of: 1)
    func number(_ candidates: [Int]) -> Int { candidates.randomElement(using: &random) ?? 0 }
    func place() -> UnsafeMutablePointer<Float> { x.pointer + number([0, 1, 4, 9, 60, 61, 120, 125, 200, 240]) }
    var refused = 0
    for _ in 0..<300 {
      let (rows, columns) = (number([0, 1, 2, 4, 5, -1]), number([0, 1, 3, 4, 8]))
      let stride = [8, 8, 8, 4, 3, 1, 0]
      let (a, b) = (
        Operand(place(), rowStride: number([8, 8, 0, 1, -1]), columnStride: number([0, 1, 1, 1, 2])),
        Operand(place(), rowStride: number([8, 8, 0]), columnStride: number([0, 1]))
      )
      let output = MatrixOutput(place(), stride: number(stride))
      let (input, other) = (MatrixInput(place(), stride: number(stride)), MatrixInput(place(), stride: number(stride)))
      var product = Matmul(
        m: rows, n: columns, k: number([0, 1, 3]), transposeA: number([0, 1]) == 1, transposeB: number([0, 1]) == 1,
        a: place(), b: place(), c: place())
      (product.aStride, product.bStride, product.cStride) = (number(stride), number(stride), number(stride))
      let (vector, written) = (place(), place())
      // Labels in a part of the memory that no call writes.
      let labels = Self.integers(x, 380)
      for row in 0..<5 { labels[row] = Int32(number([0, 0, 0, 1, 2, 9, -7])) }
      let options = LabelOptions(
        ignoredLabel: number([0, 1]) == 0 ? nil : Int32(number([9, -7])),
        classWeights: number([0, 1]) == 0 ? nil : UnsafePointer(place()), smoothing: Float(number([0, 0, 1, 2])))
      let entropy = SoftmaxCrossEntropy(
        rows: rows, columns: columns, logits: input,
        target: number([0, 1]) == 0 ? .labels(labels, options) : .probabilities(other),
        loss: number([0, 1]) == 0 ? nil : place(), mean: number([0, 1]) == 0 ? nil : place(),
        gradient: number([0, 1]) == 0 ? nil : output)
      let linear = LinearCrossEntropy(
        rows: rows, inputs: number([0, 3, 8]), classes: columns, x: input, weights: other,
        bias: number([0, 1]) == 0 ? nil : UnsafePointer(place()), labels: labels, labelOptions: options,
        loss: number([0, 1]) == 0 ? nil : place(), mean: number([0, 1]) == 0 ? nil : place(), xGradient: output)
      for (call, check) in [
        (
          { () throws(LanesError) in try backend.binary(.add, rows: rows, columns: columns, a, b, into: output) },
          { () throws(LanesError) in
            try Validate.elementwise("add", rows: rows, columns: columns, a, b, into: output)
          }
        ),
        ({ () throws(LanesError) in try backend.matmul(product) }, { () throws(LanesError) in try product.validate() }),
        (
          { () throws(LanesError) in try backend.unary(.abs, count: rows * 8, vector, into: written) },
          { () throws(LanesError) in try Validate.unary(.abs, count: rows * 8, vector, into: written) }
        ),
        (
          { () throws(LanesError) in try backend.softmax(rows: rows, columns: columns, input, into: output) },
          { () throws(LanesError) in try Validate.softmax(rows: rows, columns: columns, input, into: output) }
        ),
        (
          { () throws(LanesError) in
            try backend.softmaxGradient(rows: rows, columns: columns, of: input, other, into: output)
          },
          { () throws(LanesError) in
            try Validate.softmaxGradient(rows: rows, columns: columns, of: input, other, into: output)
          }
        ),
        (
          { () throws(LanesError) in try backend.softmaxCrossEntropy(entropy) },
          { () throws(LanesError) in try entropy.validate() }
        ),
        (
          { () throws(LanesError) in try backend.linearCrossEntropy(linear) },
          { () throws(LanesError) in try linear.validate() }
        ),
        (
          { () throws(LanesError) in
            try backend.reduce(.sum, .eachRow, rows: rows, columns: columns, input, into: written)
          },
          { () throws(LanesError) in
            try Validate.reduce("sum", .eachRow, rows: rows, columns: columns, input, into: written)
          }
        ),
      ] as [(() throws(LanesError) -> Void, () throws(LanesError) -> Void)] {
        let (thrown, expected) = (failure(call), failure(check))
        #expect(thrown == expected, "\(rows) × \(columns)")
        if let thrown {
          refused += 1
          if case .other = thrown.reason { Issue.record("not explained: \(thrown)") }
        }
      }
    }
    #expect(refused > 100 && refused < 2300)
  }

  private func failure(_ body: () throws(LanesError) -> Void) -> LanesError? {
    do throws(LanesError) { try body() } catch { return error }
    return nil
  }
}
