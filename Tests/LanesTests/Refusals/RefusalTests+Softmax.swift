import CLanes

extension RefusalTests {
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

  static let softmaxes: [Refusal] = [
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
  ]

  static let crossEntropies: [Refusal] = [
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
  ]

  static func linearCrossEntropy(
    _ x: Floats, _ y: Floats, _ out: Floats, _ change: (inout lanes_linear_cross_entropy_call) -> Void
  ) -> lanes_status {
    var call = lanes_linear_cross_entropy_call()
    (call.rows, call.inputs, call.classes) = (3, 2, 4)
    (call.x, call.x_stride, call.w, call.w_stride) = (UnsafePointer(x.pointer), 2, UnsafePointer(y.pointer), 4)
    (call.loss, call.workspace, call.workspace_floats) = (out.pointer, out.pointer + 8, 12)
    return ([0, 1, 2] as [Int32]).withUnsafeBufferPointer {
      call.labels = $0.baseAddress
      change(&call)
      return lanes_linear_cross_entropy(nil, &call)
    }
  }

  static func workspace(_ rows: Int64, _ inputs: Int64, _ classes: Int64) -> lanes_status {
    var floats: Int64 = 0
    return lanes_linear_cross_entropy_workspace(nil, rows, inputs, classes, &floats)
  }

  static let linearCrossEntropies: [Refusal] = [
    Refusal("linear cross-entropy null", LANES_NULL_POINTER) { _, _, _ in lanes_linear_cross_entropy(nil, nil) },
    Refusal("linear cross-entropy workspace < 0", LANES_INVALID_SIZE) {
      linearCrossEntropy($0, $1, $2) { $0.workspace_floats = -1 }
    },
    Refusal("linear cross-entropy workspace huge", LANES_INVALID_SIZE) {
      linearCrossEntropy($0, $1, $2) { $0.workspace_floats = most }
    },
    Refusal("linear cross-entropy workspace over loss", LANES_OVERLAP) { x, y, out in
      linearCrossEntropy(x, y, out) { $0.workspace = out.pointer + 2 }
    },
    Refusal("linear cross-entropy workspace, too short, over loss", LANES_OVERLAP) { x, y, out in
      linearCrossEntropy(x, y, out) { ($0.workspace, $0.workspace_floats) = (out.pointer + 2, 1) }
    },
    Refusal("linear cross-entropy workspace over mean", LANES_OVERLAP) { x, y, out in
      linearCrossEntropy(x, y, out) { $0.mean = out.pointer + 19 }
    },
    Refusal("linear cross-entropy workspace over class weights", LANES_OVERLAP) { x, y, out in
      linearCrossEntropy(x, y, out) { $0.label_options.class_weights = UnsafePointer(out.pointer + 5) }
    },
    Refusal("workspace of rows < 0", LANES_INVALID_SIZE) { _, _, _ in workspace(-1, 2, 4) },
    Refusal("workspace of inputs < 0", LANES_INVALID_SIZE) { _, _, _ in workspace(3, -2, 4) },
    Refusal("workspace of classes huge", LANES_INVALID_SIZE) { _, _, _ in workspace(3, 2, most) },
    Refusal("workspace nowhere", LANES_NULL_POINTER) { _, _, _ in
      lanes_linear_cross_entropy_workspace(nil, 3, 2, 4, nil)
    },
  ]
}
