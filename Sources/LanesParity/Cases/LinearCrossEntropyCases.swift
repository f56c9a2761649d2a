import Lanes

/// A linear + softmax cross-entropy to be made into a case.
private struct LinearCrossEntropyShape {
  var rows: Int, inputs: Int, classes: Int
  var layout: ParityMemory.Layout
  var x = ParityValues.normals, weights = ParityValues.normals
  var label = LabelShape()
  var bias = true, loss = true, xGradient = true, weightsGradient = true, biasGradient = true
  var scale: Float = 1
  /// Floats that the workspace lacks of those that the backend wants; nil: no workspace.
  var missing: Int?

  init(_ rows: Int, _ inputs: Int, _ classes: Int, variant: Int) {
    (self.rows, self.inputs, self.classes, layout) = (rows, inputs, classes, ParitySuite.layout(variant))
  }

  private var name: String {
    let results =
      (loss ? " loss" : "") + (xGradient ? " dx" : "") + (weightsGradient ? " dw" : "") + (biasGradient ? " db" : "")
    return "\(rows)×\(inputs)×\(classes) x\(layout)\(bias ? " bias" : "")\(results)\(label.name) scale=\(scale) "
      + (missing.map { "workspace −\($0) " } ?? "") + "(\(x.name); \(weights.name))"
  }

  var parityCase: ParityCase {
    ParityCase(.linearCrossEntropy, name) { [self] memory in
      let other = ParityMemory.Layout(gap: layout.gap / 2, offset: layout.gap % 4)
      let input = memory.input("x", rows: rows, columns: inputs, layout, x)
      let matrix = memory.input("weights", rows: inputs, columns: classes, other, weights)
      var call = LinearCrossEntropy(
        rows: rows, inputs: inputs, classes: classes, x: input.matrix, weights: matrix.matrix,
        labels: label.labels(rows, classes: classes, offset: other.offset, memory),
        labelOptions: label.options(classes: classes, offset: other.offset, memory), scale: scale,
        gradientOfMean: label.gradientOfMean)
      if bias { call.bias = memory.input("bias", columns: classes, .normals).read }
      if loss { call.loss = memory.output("loss", columns: rows, .init(offset: other.offset)).write }
      if label.mean { call.mean = memory.output("mean", columns: 1).write }
      if xGradient { call.xGradient = memory.output("xGradient", rows: rows, columns: inputs, layout).result }
      if weightsGradient {
        call.weightsGradient = memory.output("weightsGradient", rows: inputs, columns: classes, layout).result
      }
      if biasGradient { call.biasGradient = memory.output("biasGradient", columns: classes).write }
      guard let missing else { return { [call] backend throws(LanesError) in try backend.linearCrossEntropy(call) } }
      let scratch = memory.scratch("workspace", count: rows * (classes + 33)).write
      return { [self, call] backend throws(LanesError) in
        var call = call
        // The end of the block: one element more would be outside.
        let wanted = backend.linearCrossEntropyWorkspace(rows: rows, inputs: inputs, classes: classes)
        let count = max(wanted - missing, 0)
        call.workspace = UnsafeMutableBufferPointer(start: scratch + (rows * (classes + 33) - count), count: count)
        try backend.linearCrossEntropy(call)
      }
    }
  }
}

extension ParitySuite {
  /// Sizes on both sides of each bound between the orders of C2, and of the rows that are computed at a time.
  static func linearCrossEntropyCases() -> [ParityCase] {
    var shapes: [LinearCrossEntropyShape] = []
    let sizes = [(1, 1), (3, 2), (17, 10), (2, 33), (128, 1), (1, 128), (129, 5), (8, 130), (130, 65)]
    for (number, size) in sizes.enumerated() {
      for (index, rows) in [0, 1, 2, 63, 64, 65, 127, 129, 511, 513, 515, 1025].enumerated() {
        var shape = LinearCrossEntropyShape(rows, size.0, size.1, variant: number + index)
        let results = (number + index) % 6
        (shape.loss, shape.xGradient) = (results != 1, results != 2)
        (shape.weightsGradient, shape.biasGradient) = (results != 3, results != 4)
        shape.bias = results != 5
        shape.scale = [1, 1 / Float(max(rows, 1)), -0.3][index % 3]
        shape.missing = [nil, 0, 1][(number + 2 * index) % 3]
        shapes.append(shape)
      }
    }
    for (number, size) in sizes.enumerated() {
      for (index, label) in LabelShape.all(classes: size.1).enumerated() {
        var shape = LinearCrossEntropyShape(
          [7, 129, 513, 1025][(number + index) % 4], size.0, size.1, variant: number + index)
        (shape.label, shape.loss, shape.scale) = (label, index % 2 == 0, index % 3 == 0 ? -0.3 : 1)
        (shape.xGradient, shape.weightsGradient, shape.biasGradient) = (index % 5 != 1, index % 5 != 2, index % 5 != 3)
        shape.missing = [0, nil, 1][(number + index) % 3]
        shapes.append(shape)
      }
    }
    for rows in [5, 600] {
      for (number, values) in [
        ParityValues.special, .huge, .ties, .normals.planting(.nan, at: .last),
        .normals.planting(.infinity, at: .middle),
      ].enumerated() {
        for both in [false, true] {
          var shape = LinearCrossEntropyShape(rows, 5, 19, variant: number)
          (shape.x, shape.weights) = (values, both ? values : .normals)
          shapes.append(shape)
          shape.label = LabelShape(ignored: -1, weights: .positives, smoothing: 0.1, mean: true, gradientOfMean: true)
          shapes.append(shape)
        }
      }
    }
    shapes += inPlaceShapes()
    shapes.append(LinearCrossEntropyShape(4, 0, 7, variant: 1))
    shapes.append(LinearCrossEntropyShape(0, 4, 0, variant: 1))
    var none = LinearCrossEntropyShape(0, 4, 0, variant: 1)
    none.label = LabelShape(mean: true)
    shapes.append(none)
    return shapes.map(\.parityCase) + refusedLinearCrossEntropy()
  }

  /// So many inputs and classes that the logits of a first chunk of rows stand where the weights' gradient goes, on one thread
  /// and on five, with two and one more chunks behind it.
  private static func inPlaceShapes() -> [LinearCrossEntropyShape] {
    var onOne = LinearCrossEntropyShape(1025, 350, 500, variant: 0)
    var onFive = LinearCrossEntropyShape(513, 300, 1001, variant: 2)
    (onOne.missing, onOne.bias) = (0, false)
    onFive.label = LabelShape(ignored: 3, smoothing: 0.1, mean: true, gradientOfMean: true)
    return [onOne, onFive]
  }

  private static func refusedLinearCrossEntropy() -> [ParityCase] {
    struct Call {
      var rows = 4, inputs = 3, classes = 5, strides = [8, 8, 8, 8], labels: [Int32] = [0, 4, 2, 1]
      var x = 0, weights = 50, bias = 100, loss = 150, xGradient = 200, weightsGradient = 250, biasGradient = 300
      var mean = 320, classWeights = 330, ignored: Int32?, smoothing: Float = 0
      var workspace = 350
    }
    func refused(_ name: String, _ change: @escaping @Sendable (inout Call) -> Void) -> ParityCase {
      ParityCase(.linearCrossEntropy, "refused: \(name)", isRefused: true) { memory in
        let whole = memory.inPlace("whole", columns: 400, .normals)
        var arguments = Call()
        change(&arguments)
        let call = LinearCrossEntropy(
          rows: arguments.rows, inputs: arguments.inputs, classes: arguments.classes,
          x: MatrixInput(whole.read + arguments.x, stride: arguments.strides[0]),
          weights: MatrixInput(whole.read + arguments.weights, stride: arguments.strides[1]),
          bias: whole.read + arguments.bias, labels: memory.labels("labels", arguments.labels).labels,
          labelOptions: LabelOptions(
            ignoredLabel: arguments.ignored, classWeights: whole.read + arguments.classWeights,
            smoothing: arguments.smoothing),
          loss: whole.write + arguments.loss, mean: whole.write + arguments.mean,
          xGradient: MatrixOutput(whole.write + arguments.xGradient, stride: arguments.strides[2]),
          weightsGradient: MatrixOutput(whole.write + arguments.weightsGradient, stride: arguments.strides[3]),
          biasGradient: whole.write + arguments.biasGradient,
          workspace: UnsafeMutableBufferPointer(start: whole.write + arguments.workspace, count: 20))
        return { backend throws(LanesError) in try backend.linearCrossEntropy(call) }
      }
    }
    return [
      refused("label −1") { $0.labels[0] = -1 }, refused("label = classes, last") { $0.labels[3] = 5 },
      refused("label least") { $0.labels[1] = .min }, refused("label largest") { $0.labels[1] = .max },
      refused("rows < 0") { $0.rows = -1 }, refused("inputs < 0") { $0.inputs = -1 },
      refused("classes < 0") { $0.classes = -1 }, refused("rows of no classes") { $0.classes = 0 },
      refused("rows·classes overflows") { ($0.rows, $0.classes) = (1 << 40, 1 << 40) },
      refused("x stride short") { $0.strides[0] = 2 }, refused("weights stride short") { $0.strides[1] = 4 },
      refused("x gradient stride short") { $0.strides[2] = 2 },
      refused("weights' gradient stride short") { $0.strides[3] = 4 },
      refused("loss in x") { $0.loss = 2 }, refused("x gradient is x") { $0.xGradient = 0 },
      refused("weights' gradient is weights") { $0.weightsGradient = 50 },
      refused("bias gradient is bias") { $0.biasGradient = 100 },
      refused("loss in bias gradient") { $0.loss = 302 },
      refused("gradients overlap") { $0.weightsGradient = 201 },
      refused("label 5 where 6 is ignored") { ($0.labels, $0.ignored) = ([6, 0, 5, 6], 6) },
      refused("smoothing −0.1") { $0.smoothing = -0.1 }, refused("smoothing 1.5") { $0.smoothing = 1.5 },
      refused("mean in x") { $0.mean = 2 }, refused("mean in loss") { $0.mean = 153 },
      refused("mean in weights' gradient") { $0.mean = 252 }, refused("mean in class weights") { $0.mean = 332 },
      refused("x gradient in class weights") { $0.classWeights = 198 },
      refused("workspace in weights") { $0.workspace = 49 }, refused("workspace in loss") { $0.workspace = 132 },
      refused("workspace in class weights") { $0.workspace = 331 }, refused("mean in workspace") { $0.mean = 369 },
    ]
  }
}
