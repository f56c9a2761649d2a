import Lanes

extension ReferenceBackend {
  /// loss = −w_l·Σ t·log softmax(x) of each row, their mean, and gradient = w_l·(softmax(x) − t)·scale, rows × columns.
  /// C6.
  public func softmaxCrossEntropy(_ call: SoftmaxCrossEntropy) throws(LanesError) {
    try call.validate()
    let losses = UnsafeMutablePointer<Float>.allocate(capacity: call.rows)
    defer { losses.deallocate() }
    let total = try call.mean != nil || call.gradientOfMean ? weight(of: call) : 1
    let scale = call.gradientOfMean ? (total == 0 ? 0 : call.scale / total) : call.scale

    for i in 0..<call.rows {
      let x = call.logits.data + i * call.logits.stride
      let gradient = call.gradient.map { $0.data + i * $0.stride }
      switch call.target {
      case .labels(let labels, let options):
        losses[i] = labelRow(x, call.columns, labels[i], options, into: gradient, scale)
      case .probabilities(let targets):
        losses[i] = targetRow(x, call.columns, targets.data + i * targets.stride, into: gradient, scale)
      }
      if let loss = call.loss { loss[i] = losses[i] }
    }

    guard let mean = call.mean else { return }
    let sum = try sumOfEverything(losses, count: call.rows)
    mean.pointee = total == 0 ? 0 : sum / total
  }

  /// The loss of a row of n logits and its label. It reads the logits before it writes the gradient over them.
  private func labelRow(
    _ x: UnsafePointer<Float>, _ n: Int, _ label: Int32, _ options: LabelOptions,
    into gradient: UnsafeMutablePointer<Float>?, _ scale: Float
  ) -> Float {
    if label == options.ignoredLabel {
      gradient?.update(repeating: 0, count: n)
      return 0
    }
    let row = Row(x, n, maximum(x, count: n))
    let (l, epsilon) = (Int(label), options.smoothing)
    let weight = options.classWeights.map { $0[l] } ?? 1
    var value = row.logarithm - (x[l] - row.largest)
    var (atLabel, elsewhere): (Float, Float) = (1, 0)
    if epsilon != 0 {
      let u = foldLanes(n) { j, lane in lane + (x[j] - row.largest) }
      value = fma(1 - epsilon, value, epsilon * (row.logarithm - u / Float(n)))
      elsewhere = epsilon / Float(n)
      atLabel = (1 - epsilon) + elsewhere
    }
    if let gradient {
      let scale = scale * weight
      for j in 0..<n { gradient[j] = (row.probability(x[j]) - (j == l ? atLabel : elsewhere)) * scale }
    }
    return weight * value
  }

  /// The same of a row of targets.
  private func targetRow(
    _ x: UnsafePointer<Float>, _ n: Int, _ t: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>?,
    _ scale: Float
  ) -> Float {
    let row = Row(x, n, maximum(x, count: n))
    let loss = foldLanes(n) { j, lane in
      lane + (t[j] == 0 ? 0 : t[j] * (row.logarithm - (x[j] - row.largest)))
    }
    if let gradient {
      for j in 0..<n { gradient[j] = (row.probability(x[j]) - t[j]) * scale }
    }
    return loss
  }

  /// W: what the rows count together.
  private func weight(of call: SoftmaxCrossEntropy) throws(LanesError) -> Float {
    guard case .labels(let labels, let options) = call.target else { return Float(call.rows) }
    guard let weights = options.classWeights else {
      return Float((0..<call.rows).count { labels[$0] != options.ignoredLabel })
    }
    let counts = UnsafeMutablePointer<Float>.allocate(capacity: call.rows)
    defer { counts.deallocate() }
    for i in 0..<call.rows { counts[i] = labels[i] == options.ignoredLabel ? 0 : weights[Int(labels[i])] }
    return try sumOfEverything(counts, count: call.rows)
  }

  private func sumOfEverything(_ x: UnsafeMutablePointer<Float>, count: Int) throws(LanesError) -> Float {
    var sum: Float = 0
    try reduce(.sum, .everything, rows: 1, columns: count, MatrixInput(x, stride: count), into: &sum)
    return sum
  }
}

/// What the elements of a row share: M, r and log(s).
private struct Row {
  let largest: Float, r: Float, logarithm: Float

  init(_ x: UnsafePointer<Float>, _ n: Int, _ largest: Float) {
    let s = foldLanes(n) { j, lane in lane + Transcendental.exp(x[j] - largest) }
    (self.largest, r, logarithm) = (largest, 1 / s, Transcendental.log(s))
  }

  func probability(_ x: Float) -> Float { Transcendental.exp(x - largest) * r }
}
