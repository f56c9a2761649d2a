/// The losses that the field knows by name. All are means over the samples, or over all elements where outputs have several.
extension Loss {
  /// A loss of outputs that stand against targets of the same shape.
  private static func elementwise(
    _ name: String, _ value: @escaping @Sendable (SymbolicTensor, SymbolicTensor) -> SymbolicTensor
  ) -> Loss {
    Loss { y, target in
      if y.shape != target.shape || target.type != .float32 {
        // Broadcasting would compare every output with every target, and train quietly.
        y.graph.fail(
          name, [y.shape, target.shape],
          target.type == .float32
            ? "the outputs are \(y.shape), but the targets are \(target.shape)"
            : "the targets are classes; this loss takes numbers", at: y.location)
        return y.graph.constant(0, at: y.location)
      }
      return value(y, target)
    }
  }

  /// (y − target)². TensorFlow: `tf.reduce_mean(tf.square(y - y_))`.
  public static let meanSquaredError = elementwise("meanSquaredError") { y, target in mean(square(y - target)) }

  /// |y − target|. Keras: `MeanAbsoluteError`.
  public static let meanAbsoluteError = elementwise("meanAbsoluteError") { y, target in mean(abs(y - target)) }

  /// e²/2 where |e| ≤ delta, else delta·(|e| − delta/2), e = y − target. Huber, 1964. Keras: `Huber`.
  public static func huber(delta: Float = 1) -> Loss {
    elementwise("huber") { y, target in
      let error = abs(y - target)
      return mean(select(error .<= delta, 0.5 * square(error), delta * (error - 0.5 * delta)))
    }
  }

  /// −target·log sigmoid(y) − (1 − target)·log(1 − sigmoid(y)) from logits y, as softplus(y) − target·y. TensorFlow:
  /// `tf.nn.sigmoid_cross_entropy_with_logits`.
  public static let sigmoidCrossEntropy = elementwise("sigmoidCrossEntropy") { y, target in
    mean(softplus(y) - target * y)
  }

  /// −target·log y from probabilities y, which are first moved into [clip, 1]. The lecture's:
  /// `-tf.reduce_mean(y_ * tf.log(tf.clip_by_value(y, 1e-12, 1.0)))`.
  public static func crossEntropy(clippedTo low: Float = 1e-12) -> Loss {
    elementwise("crossEntropy") { y, target in -mean(target * log(clip(y, low, 1))) }
  }

  /// Softmax cross-entropy of logits, with classes as targets or a probability for each class. TensorFlow:
  /// `tf.nn.sparse_softmax_cross_entropy_with_logits` and its dense form.
  /// - Parameters:
  ///   - labelSmoothing: ε of the target's weight is spread over all classes. Szegedy et al., 2016.
  ///   - classWeights: what a sample of each class counts; the loss is then divided by the sum of what the samples count.
  ///   - ignoredLabel: samples with this label, which need not be a class, count nothing; the loss of no others is 0.
  ///     They do not count for accuracy either. Targets that are probabilities have none. PyTorch: `ignore_index`.
  public static func softmaxCrossEntropy(
    labelSmoothing: Float = 0, classWeights: [Float]? = nil, ignoredLabel: Int32? = nil
  ) -> Loss {
    Loss(ignoredLabel: ignoredLabel) { logits, target in
      guard labelSmoothing != 0 || classWeights != nil || ignoredLabel != nil else {
        return mean(LanesTrain.softmaxCrossEntropy(logits: logits, target: target))
      }
      let (graph, classes, location) = (logits.graph, logits.shape.columns, logits.location)
      let classWeights = classWeights.map {
        graph.literal($0, [classes], file: location.file, line: location.line)
      }
      if target.type == .int32 {
        let node = MeanCrossEntropyNode(ignoredLabel: ignoredLabel, smoothingBits: labelSmoothing.bitPattern)
        return graph.add(node, [logits, target] + (classWeights.map { [$0] } ?? []), at: location)
      }
      if ignoredLabel != nil {
        graph.fail(
          "softmaxCrossEntropy", [logits.shape, target.shape], "probabilities have no label to ignore", at: location)
      }
      let smooth =
        labelSmoothing == 0 ? target : (1 - labelSmoothing) * target + labelSmoothing / Float(max(classes, 1))
      let losses = LanesTrain.softmaxCrossEntropy(logits: logits, target: smooth)
      guard let classWeights else { return mean(losses) }
      let weights = sum(target * classWeights, .eachRow)
      return sum(weights.reshaped(losses.shape) * losses) / sum(weights)
    }
  }
}
