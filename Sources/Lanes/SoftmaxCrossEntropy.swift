/// Softmax cross-entropy of each row of the logits, its mean, and `scale` times its gradient (contract, C6).
///
/// The mean is the sum of the losses divided by the sum of what the rows count; where that is 0, it is 0. No output may
/// overlap an input or another output, but the gradient may be the logits.
public struct SoftmaxCrossEntropy {
  public enum Target {
    /// A class a row, and what else it means.
    case labels(UnsafePointer<Int32>, LabelOptions = LabelOptions())
    /// A probability a class and row.
    case probabilities(MatrixInput)
  }

  /// Samples, classes.
  public var rows: Int, columns: Int
  public var logits: MatrixInput
  public var target: Target
  /// A value a row.
  public var loss: UnsafeMutablePointer<Float>?
  /// One value.
  public var mean: UnsafeMutablePointer<Float>?
  /// `rows × columns`; may be the logits.
  public var gradient: MatrixOutput?
  /// Of the gradient.
  public var scale: Float
  /// Whether the gradient is that of the mean; otherwise that of the sum of the losses.
  public var gradientOfMean: Bool

  public init(
    rows: Int, columns: Int, logits: MatrixInput, target: Target, loss: UnsafeMutablePointer<Float>? = nil,
    mean: UnsafeMutablePointer<Float>? = nil, gradient: MatrixOutput? = nil, scale: Float = 1,
    gradientOfMean: Bool = false
  ) {
    (self.rows, self.columns, self.logits, self.target) = (rows, columns, logits, target)
    (self.loss, self.mean, self.gradient) = (loss, mean, gradient)
    (self.scale, self.gradientOfMean) = (scale, gradientOfMean)
  }

  public func validate() throws(LanesError) {
    let check = Check(operation: "softmaxCrossEntropy")
    let input = try check.matrix("logits", logits.data, rows: rows, columns: columns, stride: logits.stride)
    if rows == 0 { return }
    if columns == 0 { throw check.fail(.empty(name: "a row of no classes")) }
    var inputs: [(String, Extent)] = []
    switch target {
    case .labels(let labels, let options):
      try check.labels(labels, rows: rows, classes: columns, options)
      inputs.append(("labels", Extent(labels, count: rows)))
      if let weights = options.classWeights { inputs.append(("classWeights", Extent(weights, count: columns))) }
    case .probabilities(let targets):
      inputs.append(
        ("targets", try check.matrix("targets", targets.data, rows: rows, columns: columns, stride: targets.stride)))
    }
    var outputs: [(String, Extent)] = []
    if let loss { outputs.append(("loss", Extent(loss, count: rows))) }
    if let mean { outputs.append(("mean", Extent(mean, count: 1))) }
    for (name, output) in outputs { try check.disjoint(name, output, "logits", input) }
    if let gradient {
      let output = try check.matrix("gradient", gradient.data, rows: rows, columns: columns, stride: gradient.stride)
      try check.inPlace("gradient", output, "logits", input)
      outputs.append(("gradient", output))
    }
    for (i, output) in outputs.enumerated() {
      for other in inputs + outputs[..<i] { try check.disjoint(output.0, output.1, other.0, other.1) }
    }
  }
}
