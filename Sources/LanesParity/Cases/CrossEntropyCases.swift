import Lanes

/// A softmax cross-entropy to be made into a case.
struct CrossEntropyShape {
  var rows: Int, columns: Int
  var layout = ParityMemory.Layout.dense
  var logits = ParityValues.scaled(5)
  /// nil: labels.
  var targets: ParityValues?
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
    let target = targets.map { "targets \($0.name)" } ?? "labels"
    return "\(rows)×\(columns) logits\(layout)\(results) scale=\(scale) (\(logits.name); \(target))"
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
        // The first and the last class in turn, then any.
        let labels = (0..<rows).map { Int32($0 == 0 ? columns - 1 : $0 == 1 ? 0 : memory.generator.below(columns)) }
        target = .labels(memory.labels("labels", labels, offset: other.offset).labels)
      }
      let losses = loss ? memory.output("loss", columns: rows, .init(offset: other.offset)) : nil
      let result =
        !gradient ? nil : inPlace ? x : memory.output("gradient", rows: rows, columns: columns, other)
      let call = SoftmaxCrossEntropy(
        rows: rows, columns: columns, logits: x.matrix, target: target, loss: losses?.write, gradient: result?.result,
        scale: scale)
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
    return shapes.map(\.parityCase) + refusedCrossEntropy()
  }

  /// Labels that name no class, and the rest of what must be refused.
  private static func refusedCrossEntropy() -> [ParityCase] {
    struct Call {
      var rows = 4, columns = 5, strides = [8, 8, 8], labels: [Int32]? = [0, 4, 2, 1]
      var logits = 0, targets = 50, gradient = 100, loss = 150
    }
    func refused(_ name: String, _ change: @escaping @Sendable (inout Call) -> Void) -> ParityCase {
      ParityCase(.softmaxCrossEntropy, "refused: \(name)", isRefused: true) { memory in
        let whole = memory.inPlace("whole", columns: 200, .normals)
        var arguments = Call()
        change(&arguments)
        let target: SoftmaxCrossEntropy.Target =
          if let labels = arguments.labels {
            .labels(memory.labels("labels", labels).labels)
          } else {
            .probabilities(MatrixInput(whole.read + arguments.targets, stride: arguments.strides[1]))
          }
        let call = SoftmaxCrossEntropy(
          rows: arguments.rows, columns: arguments.columns,
          logits: MatrixInput(whole.read + arguments.logits, stride: arguments.strides[0]), target: target,
          loss: whole.write + arguments.loss,
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
      refused("gradient is targets") { ($0.gradient, $0.labels) = (50, nil) },
      refused("a label before a short gradient stride") { ($0.labels, $0.strides[2]) = ([0, 7, 0, 0], 4) },
    ]
  }
}
