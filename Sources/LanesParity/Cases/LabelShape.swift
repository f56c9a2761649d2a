import Lanes

/// What the labels of a cross-entropy mean, and whether its mean is wanted, to be made into a case.
struct LabelShape {
  /// Every third row's label.
  var ignored: Int32?
  var ignoresAll = false
  var weights: ParityValues?
  var smoothing: Float = 0
  var mean = false, gradientOfMean = false

  /// Nothing where there are none.
  var name: String {
    (ignored.map { " \(ignoresAll ? "all " : "")\($0) ignored" } ?? "") + (weights.map { " weights \($0.name)" } ?? "")
      + (smoothing.bitPattern == 0 ? "" : " smoothing \(smoothing)") + (mean ? " mean" : "")
      + (gradientOfMean ? " of the mean" : "")
  }

  /// The last and the first class in turn, then any.
  func labels(_ rows: Int, classes: Int, offset: Int, _ memory: ParityMemory) -> UnsafePointer<Int32> {
    let labels = (0..<rows).map { row in
      let label = Int32(row == 0 ? classes - 1 : row == 1 ? 0 : memory.generator.below(classes))
      return ignoresAll || row % 3 == 2 ? ignored ?? label : label
    }
    return memory.labels("labels", labels, offset: offset).labels
  }

  func options(classes: Int, offset: Int, _ memory: ParityMemory) -> LabelOptions {
    LabelOptions(
      ignoredLabel: ignored,
      classWeights: weights.map { memory.input("classWeights", columns: classes, .init(offset: offset), $0).read },
      smoothing: smoothing)
  }

  /// Each option by itself, all together, and their extremes: to go through in turn.
  static func all(classes: Int) -> [LabelShape] {
    let last = Int32(classes - 1)
    return [
      LabelShape(mean: true), LabelShape(ignored: -100), LabelShape(weights: .positives), LabelShape(smoothing: 0.1),
      LabelShape(gradientOfMean: true),
      LabelShape(ignored: last, weights: .positives, smoothing: 0.1, mean: true, gradientOfMean: true),
      LabelShape(ignored: 0, mean: true, gradientOfMean: true),
      LabelShape(ignored: .min, ignoresAll: true, weights: .normals, smoothing: 0.5, mean: true, gradientOfMean: true),
      LabelShape(weights: .normals, mean: true, gradientOfMean: true),
      LabelShape(ignored: .max, smoothing: 1, mean: true), LabelShape(ignored: -1, ignoresAll: true, mean: true),
    ]
  }
}
