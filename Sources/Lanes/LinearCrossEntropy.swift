/// Softmax cross-entropy of logits = x·w + bias, its mean, and `scale` times its gradients (contract, C8): the bits of the
/// operations one after the other, holding the logits of some rows at a time: for the first ones, `weightsGradient` is
/// scratch memory, too.
///
/// The mean is that of `SoftmaxCrossEntropy`. No output may overlap an input or another output.
public struct LinearCrossEntropy {
  /// Samples, the features of each, classes.
  public var rows: Int, inputs: Int, classes: Int
  /// `rows × inputs`.
  public var x: MatrixInput
  /// `inputs × classes`.
  public var weights: MatrixInput
  /// A value a class.
  public var bias: UnsafePointer<Float>?
  /// A class a row.
  public var labels: UnsafePointer<Int32>
  public var labelOptions: LabelOptions
  /// A value a row.
  public var loss: UnsafeMutablePointer<Float>?
  /// One value.
  public var mean: UnsafeMutablePointer<Float>?
  /// `rows × inputs`.
  public var xGradient: MatrixOutput?
  /// `inputs × classes`.
  public var weightsGradient: MatrixOutput?
  /// A value a class.
  public var biasGradient: UnsafeMutablePointer<Float>?
  /// Of the gradients.
  public var scale: Float
  /// Whether the gradients are those of the mean; otherwise those of the sum of the losses.
  public var gradientOfMean: Bool
  /// Scratch memory, which overlaps nothing else. With none, or fewer floats than the backend's
  /// `linearCrossEntropyWorkspace(rows:inputs:classes:)`, the backend allocates its own.
  public var workspace: UnsafeMutableBufferPointer<Float>?

  public init(
    rows: Int, inputs: Int, classes: Int, x: MatrixInput, weights: MatrixInput, bias: UnsafePointer<Float>? = nil,
    labels: UnsafePointer<Int32>, labelOptions: LabelOptions = LabelOptions(),
    loss: UnsafeMutablePointer<Float>? = nil, mean: UnsafeMutablePointer<Float>? = nil, xGradient: MatrixOutput? = nil,
    weightsGradient: MatrixOutput? = nil, biasGradient: UnsafeMutablePointer<Float>? = nil, scale: Float = 1,
    gradientOfMean: Bool = false, workspace: UnsafeMutableBufferPointer<Float>? = nil
  ) {
    (self.rows, self.inputs, self.classes) = (rows, inputs, classes)
    (self.x, self.weights, self.bias) = (x, weights, bias)
    (self.labels, self.labelOptions, self.loss, self.mean) = (labels, labelOptions, loss, mean)
    (self.xGradient, self.weightsGradient, self.biasGradient) = (xGradient, weightsGradient, biasGradient)
    (self.scale, self.gradientOfMean, self.workspace) = (scale, gradientOfMean, workspace)
  }

  public func validate() throws(LanesError) {
    let check = Check(operation: "linearCrossEntropy")
    try check.size("rows", rows)
    try check.size("classes", classes)
    try check.product("logits", rows, classes)
    var read = [
      ("x", try check.matrix("x", x.data, rows: rows, columns: inputs, stride: x.stride)),
      ("weights", try check.matrix("weights", weights.data, rows: inputs, columns: classes, stride: weights.stride)),
      ("labels", Extent(labels, count: rows)),
    ]
    if let bias { read.append(("bias", Extent(bias, count: classes))) }
    if let weights = labelOptions.classWeights { read.append(("classWeights", Extent(weights, count: classes))) }
    if rows > 0, classes == 0 { throw check.fail(.empty(name: "a row of no classes")) }
    var written: [(String, Extent)] = []
    if let loss { written.append(("loss", Extent(loss, count: rows))) }
    if let mean { written.append(("mean", Extent(mean, count: 1))) }
    if let to = xGradient {
      let extent = try check.matrix("xGradient", to.data, rows: rows, columns: inputs, stride: to.stride)
      written.append(("xGradient", extent))
    }
    if let to = weightsGradient {
      let extent = try check.matrix("weightsGradient", to.data, rows: inputs, columns: classes, stride: to.stride)
      written.append(("weightsGradient", extent))
    }
    if let biasGradient { written.append(("biasGradient", Extent(biasGradient, count: classes))) }
    if let scratch = workspace, let start = scratch.baseAddress {
      try check.size("workspace", scratch.count)
      written.append(("workspace", Extent(start, count: scratch.count)))
    }
    for (i, output) in written.enumerated() {
      for other in read + written[..<i] { try check.disjoint(output.0, output.1, other.0, other.1) }
    }
    try check.labels(labels, rows: rows, classes: classes, labelOptions)
  }
}
