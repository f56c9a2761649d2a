/// What labels mean to a cross-entropy beyond the number of a class (contract, C6). The defaults mean nothing, and cost
/// nothing. It borrows the weights' memory, as the calls do.
public struct LabelOptions {
  /// A row with this label, which need not be a class, counts nothing: its loss and gradient are +0, whatever its
  /// logits. PyTorch: `ignore_index`.
  public var ignoredLabel: Int32?
  /// What a row of each class counts, in its loss, its gradient and the mean; nil: 1 each.
  public var classWeights: UnsafePointer<Float>?
  /// The share of a label, 0 … 1, that is spread evenly over all classes. Szegedy et al., 2016.
  public var smoothing: Float

  public init(ignoredLabel: Int32? = nil, classWeights: UnsafePointer<Float>? = nil, smoothing: Float = 0) {
    (self.ignoredLabel, self.classWeights, self.smoothing) = (ignoredLabel, classWeights, smoothing)
  }
}

extension Check {
  /// The smoothing, and that each label is a class or ignored.
  func labels(
    _ labels: UnsafePointer<Int32>, rows: Int, classes: Int, _ options: LabelOptions
  ) throws(LanesError) {
    if rows == 0 { return }
    guard options.smoothing >= 0, options.smoothing <= 1 else {
      throw fail(.smoothingOutOfRange(options.smoothing))
    }
    for row in 0..<rows where labels[row] < 0 || Int(labels[row]) >= classes {
      if labels[row] == options.ignoredLabel { continue }
      throw fail(.labelOutOfRange(row: row, label: Int(labels[row]), classes: classes))
    }
  }
}
