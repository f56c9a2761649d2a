import Lanes

/// A softmax cross-entropy to be made into a case.
struct CrossEntropyShape {
  var rows: Int, columns: Int
  var layout = ParityMemory.Layout.dense
  var logits = ParityValues.scaled(5)
  /// nil: labels.
  var targets: ParityValues?
  var label = LabelShape()
  var loss = true, gradient = true, inPlace = false
  var scale: Float = 1

  init(_ rows: Int, _ columns: Int, variant: Int) {
    (self.rows, self.columns, layout) = (rows, columns, ParitySuite.layout(variant))
  }

  func with(_ change: (inout CrossEntropyShape) -> Void) -> CrossEntropyShape {
    var copy = self
    change(&copy)
    return copy
  }

  private var name: String {
    let results = (loss ? " loss" : "") + (gradient ? inPlace ? " gradient=logits" : " gradient" : "")
    let target = targets.map { "targets \($0.name)" } ?? "labels\(label.name)"
    let mean = targets == nil ? "" : label.name
    return "\(rows)×\(columns) logits\(layout)\(results)\(mean) scale=\(scale) (\(logits.name); \(target))"
  }

  var parityCase: ParityCase {
    ParityCase(.softmaxCrossEntropy, name) { memory in
      let other = ParityMemory.Layout(gap: layout.gap / 2, offset: layout.gap % 4)
      let x =
        inPlace && gradient
        ? memory.inPlace("gradient", rows: rows, columns: columns, layout, logits)
        : memory.input("logits", rows: rows, columns: columns, layout, logits)
      let target: SoftmaxCrossEntropy.Target
      if let targets {
        target = .probabilities(memory.input("targets", rows: rows, columns: columns, other, targets).matrix)
      } else {
        let labels = label.labels(rows, classes: columns, offset: other.offset, memory)
        target = .labels(labels, label.options(classes: columns, offset: other.offset, memory))
      }
      let mean = label.mean ? memory.output("mean", columns: 1).write : nil
      let losses = loss ? memory.output("loss", columns: rows, .init(offset: other.offset)) : nil
      let result =
        !gradient ? nil : inPlace ? x : memory.output("gradient", rows: rows, columns: columns, other)
      let call = SoftmaxCrossEntropy(
        rows: rows, columns: columns, logits: x.matrix, target: target, loss: losses?.write, mean: mean,
        gradient: result?.result, scale: scale, gradientOfMean: label.gradientOfMean)
      return { backend throws(LanesError) in try backend.softmaxCrossEntropy(call) }
    }
  }
}

extension ParitySuite {
  static func crossEntropyCases(thorough: Bool) -> [ParityCase] {
    let greatest = Float.greatestFiniteMagnitude
    let logits: [ParityValues] = [
      .normals, .scaled(20), .scaled(1, offset: 1e6), .scaled(100, offset: -1e6), .special, .huge, .subnormals, .ties,
      .constant(greatest), .constant(-greatest), .constant(-.infinity), .constant(.infinity),
      .list("±FLT_MAX", [greatest, -greatest, 0]), .list("a few −inf", [1, -.infinity, 2, 0.5]),
      .normals.planting(.nan, at: .last), .normals.planting(.infinity, at: .middle), .bits,
    ]
    let targets: [ParityValues] = [
      .positives, .list("one-hot", [0, 0, 1, 0, 0]), .special, .constant(0), .list("±0", [0, -0.0, 0.5]),
      .positives.planting(.nan, at: .middle), .positives.planting(.infinity, at: .last),
    ]
    var shapes: [CrossEntropyShape] = []

    // Sizes, with either target; loss, gradient, both or none; apart and in place.
    let sizes =
      [(0, 5), (1, 1), (300, 1), (33, 10), (7, 100), (3, 1000)] + vectorSizes.filter { $0 > 0 }.map { (3, $0) }
    for (number, size) in sizes.enumerated() {
      for dense in [nil, targets[number % 2]] {
        for results in 0..<5 {
          shapes.append(
            CrossEntropyShape(size.0, size.1, variant: number + results).with {
              ($0.loss, $0.gradient, $0.inPlace) = (results & 1 != 0, results & 2 != 0, false)
              if results == 4 { ($0.loss, $0.gradient, $0.inPlace) = (true, true, true) }
              $0.targets = dense
              $0.scale = [1, 1 / Float(max(size.0, 1)), -0.3][(number + results) % 3]
            })
        }
      }
    }
    for (number, values) in logits.enumerated() {
      for dense in [nil] + targets.map(Optional.init) {
        shapes.append(
          CrossEntropyShape(5, 19, variant: number).with {
            ($0.logits, $0.targets, $0.inPlace, $0.scale) = (values, dense, number % 2 == 1, 0.2)
          })
      }
    }
    for scale: Float in [0, -0.0, .nan, .infinity, 0x1p-140] {
      shapes.append(CrossEntropyShape(3, 21, variant: 2).with { $0.scale = scale })
    }
    shapes.append(CrossEntropyShape(1003, 97, variant: 1))
    shapes.append(CrossEntropyShape(1003, 97, variant: 2).with { ($0.targets, $0.inPlace) = (.positives, true) })
    shapes.append(CrossEntropyShape(2, 40_009, variant: 1).with { $0.targets = .positives })
    return (shapes + crossEntropyOptions(sizes, logits)).map(\.parityCase) + refusedCrossEntropy()
  }

  /// What labels may mean beyond a class, and the mean.
  private static func crossEntropyOptions(_ sizes: [(Int, Int)], _ logits: [ParityValues]) -> [CrossEntropyShape] {
    var shapes: [CrossEntropyShape] = []
    for (number, size) in sizes.enumerated() {
      for (index, label) in LabelShape.all(classes: size.1).enumerated() {
        let results = (number + index) % 5
        shapes.append(
          CrossEntropyShape(size.0 == 3 ? 7 : size.0, size.1, variant: number + index).with {
            ($0.loss, $0.gradient, $0.inPlace) = (results & 1 != 0, results & 2 != 0, false)
            if results == 4 { ($0.loss, $0.gradient, $0.inPlace) = (true, true, true) }
            $0.scale = [1, 1 / Float(max(size.0, 1)), -0.3][(number + index) % 3]
            $0.label = label
          })
      }
      shapes.append(
        CrossEntropyShape(size.0, size.1, variant: number).with {
          ($0.targets, $0.loss, $0.inPlace) = (.positives, number % 2 == 0, number % 3 == 0)
          $0.label = LabelShape(mean: true, gradientOfMean: number % 4 < 2)
        })
    }
    let whole = LabelShape(ignored: -100, weights: .positives, smoothing: 0.1, mean: true, gradientOfMean: true)
    for (number, values) in logits.enumerated() {
      for columns in [7, 19] {
        shapes.append(
          CrossEntropyShape(8, columns, variant: number).with {
            ($0.logits, $0.inPlace, $0.label) = (values, number % 2 == 1, whole)
          })
        shapes.append(
          CrossEntropyShape(4, columns, variant: number).with {
            ($0.logits, $0.inPlace, $0.label.ignored, $0.label.ignoresAll) = (values, number % 2 == 0, -1, true)
          })
      }
    }
    for (number, values) in [
      ParityValues.special, .constant(0), .constant(-0.0), .list("±1", [1, -1]), .huge, .subnormals, .constant(.nan),
      .constant(.infinity), .positives.planting(.nan, at: .last), .normals.planting(.infinity, at: .first),
    ].enumerated() {
      for (smoothing, scale) in [(0, 1), (0.1, 0)] as [(Float, Float)] {
        shapes.append(
          CrossEntropyShape(9, 5 + number, variant: number).with {
            ($0.label, $0.scale) = (whole, scale)
            ($0.label.weights, $0.label.smoothing) = (values, smoothing)
          })
      }
    }
    for (number, smoothing) in [-0.0, .leastNonzeroMagnitude, 0x1p-140, 0x1p-24, Float(1).nextDown, 1].enumerated() {
      for columns in [1, 3, 40] {
        shapes.append(
          CrossEntropyShape(6, columns, variant: number).with {
            ($0.label, $0.label.smoothing) = (whole, smoothing)
            if number % 2 == 0 { $0.logits = .list("some −inf", [1, -.infinity, 2, 0.5, 3, 0]) }
          })
      }
    }
    // The blocks of a sum of everything, of weights and losses; and more than a thread is worth.
    for (number, rows) in blockSizes.enumerated() {
      for label in [LabelShape(mean: true, gradientOfMean: true), whole] {
        shapes.append(
          CrossEntropyShape(rows, 3, variant: number).with { ($0.label, $0.loss) = (label, number % 2 == 0) })
      }
    }
    shapes.append(CrossEntropyShape(1003, 97, variant: 1).with { ($0.label, $0.loss) = (whole, false) })
    shapes.append(CrossEntropyShape(2, 40_009, variant: 2).with { $0.label = whole })
    return shapes
  }

  /// Labels that name no class, and the rest of what must be refused.
  private static func refusedCrossEntropy() -> [ParityCase] {
    struct Call {
      var rows = 4, columns = 5, strides = [8, 8, 8], labels: [Int32]? = [0, 4, 2, 1]
      var logits = 0, targets = 50, gradient = 100, loss = 150, mean = 160, weights = 170
      var ignored: Int32?, smoothing: Float = 0
    }
    func refused(_ name: String, _ change: @escaping @Sendable (inout Call) -> Void) -> ParityCase {
      ParityCase(.softmaxCrossEntropy, "refused: \(name)", isRefused: true) { memory in
        let whole = memory.inPlace("whole", columns: 200, .normals)
        var arguments = Call()
        change(&arguments)
        let target: SoftmaxCrossEntropy.Target =
          if let labels = arguments.labels {
            .labels(
              memory.labels("labels", labels).labels,
              LabelOptions(
                ignoredLabel: arguments.ignored, classWeights: whole.read + arguments.weights,
                smoothing: arguments.smoothing))
          } else {
            .probabilities(MatrixInput(whole.read + arguments.targets, stride: arguments.strides[1]))
          }
        let call = SoftmaxCrossEntropy(
          rows: arguments.rows, columns: arguments.columns,
          logits: MatrixInput(whole.read + arguments.logits, stride: arguments.strides[0]), target: target,
          loss: whole.write + arguments.loss, mean: whole.write + arguments.mean,
          gradient: MatrixOutput(whole.write + arguments.gradient, stride: arguments.strides[2]))
        return { backend throws(LanesError) in try backend.softmaxCrossEntropy(call) }
      }
    }
    return [
      refused("label −1 first") { $0.labels = [-1, 0, 0, 0] },
      refused("label = classes, last") { $0.labels = [0, 0, 0, 5] },
      refused("two labels out of range") { $0.labels = [0, 9, -3, 0] },
      refused("label least") { $0.labels = [0, .min, 0, 0] },
      refused("label largest") { $0.labels = [0, .max, 0, 0] },
      refused("label −1 where −2 is ignored") { ($0.labels, $0.ignored) = ([0, -2, -1, 0], -2) },
      refused("smoothing −0.1") { $0.smoothing = -0.1 }, refused("smoothing 1.5") { $0.smoothing = 1.5 },
      refused("smoothing ∞") { $0.smoothing = .infinity },
      refused("rows < 0") { $0.rows = -1 }, refused("columns < 0") { $0.columns = -1 },
      refused("rows of no classes") { $0.columns = 0 },
      refused("rows of no classes, dense") { ($0.columns, $0.labels) = (0, nil) },
      refused("rows·columns overflows") { ($0.rows, $0.columns) = (1 << 40, 1 << 40) },
      refused("logits stride short") { $0.strides[0] = 4 },
      refused("targets stride short") { ($0.strides[1], $0.labels) = (4, nil) },
      refused("gradient stride short") { $0.strides[2] = 4 },
      refused("loss in logits") { $0.loss = 3 }, refused("loss in targets") { ($0.loss, $0.labels) = (53, nil) },
      refused("loss in gradient") { $0.loss = 103 }, refused("gradient shifted in logits") { $0.gradient = 1 },
      refused("gradient is logits with another stride") { ($0.gradient, $0.strides[2]) = (0, 7) },
      refused("mean in logits") { $0.mean = 2 }, refused("mean in loss") { $0.mean = 151 },
      refused("mean in gradient") { $0.mean = 109 }, refused("mean in class weights") { $0.mean = 174 },
      refused("mean in targets") { ($0.mean, $0.labels) = (59, nil) },
      refused("loss in class weights") { $0.loss = 167 },
      refused("gradient in class weights") { $0.weights = 124 },
      refused("gradient is targets") { ($0.gradient, $0.labels) = (50, nil) },
      refused("a label before a short gradient stride") { ($0.labels, $0.strides[2]) = ([0, 7, 0, 0], 4) },
    ]
  }
}
