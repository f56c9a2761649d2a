/// The batches of a data set, step by step. Which samples a step gets is a function of the step alone, so that a run which
/// is resumed sees what it would have seen.
public struct Batches: Sendable, Hashable {
  public let dataset: Dataset
  /// Samples in a batch that is not cut short; at least 1. May exceed the number of samples: a batch is then all of them
  /// that are left from its start.
  public let size: Int
  public let order: Order

  /// Which samples come when. A batch that reaches the end of the samples is cut short, never dropped.
  public enum Order: Sendable, Hashable, Codable {
    /// Step i starts at sample (i·size) mod count: what TensorFlow programs write as `k = (i * batch) % n; X[k:k+batch]`.
    /// So where `size` does not divide the count, the first batch after the short one starts within the data.
    case wrapping
    /// Every epoch starts at the first sample.
    case epochs
    /// As `epochs`, but each epoch in an order of its own, which is a function of the seed, the epoch and the count.
    case shuffled(seed: UInt64)
  }

  public init(of dataset: Dataset, size: Int, order: Order = .wrapping) throws(DatasetError) {
    if size < 1 { throw .batchSize(size) }
    self.dataset = dataset
    self.size = size
    self.order = order
  }

  /// The number of samples in the largest batch.
  public var largest: Int { min(size, dataset.count) }

  /// Steps after which every sample was seen.
  public var stepsPerEpoch: Int { (dataset.count - 1) / size + 1 }

  /// The epoch of a step, from 0.
  public func epoch(at step: Int) -> Int {
    let (epoch, remainder) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    return remainder < 0 ? epoch - 1 : epoch
  }

  /// The places of a step's samples in the epoch's order, which is the data's own unless it is shuffled: at least one. A
  /// negative step counts back from the first sample.
  public func range(at step: Int) -> Range<Int> {
    let count = dataset.count
    let start: Int
    switch order {
    case .wrapping:
      // Both factors are reduced first, so that the product cannot overflow; a remainder of a negative step is negative.
      let remainder = (step % count) * (size % count) % count
      start = remainder < 0 ? remainder + count : remainder
    case .epochs, .shuffled:
      let remainder = step % stepsPerEpoch
      start = (remainder < 0 ? remainder + stepsPerEpoch : remainder) * size
    }
    return start..<(start + min(size, count - start))
  }

  /// The samples of a step, by index in the data set.
  public func samples(at step: Int) -> [Int] {
    let range = range(at: step)
    guard case .shuffled(let seed) = order else { return Array(range) }
    let stream = UInt64(bitPattern: Int64(epoch(at: step)))
    return Array(Philox(seed: seed).permutation(dataset.count, stream: stream)[range])
  }

  /// Calls `body` with the features and the targets of a step's samples, row by row. The buffers are never empty, and valid
  /// only inside `body`.
  ///
  /// Nothing is copied or allocated, except where the order is shuffled: there a `BatchReader` is faster.
  public func withBatch<Result, Failure: Error>(
    at step: Int,
    _ body: (_ features: UnsafeBufferPointer<Float>, _ targets: UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if case .shuffled = order { return try BatchReader(self).withBatch(at: step, body) }
    return try dataset.withSamples(range(at: step), body)
  }
}

extension Dataset {
  /// Batches of so many samples, in order and wrapping around unless another order is asked for.
  public func batches(of size: Int, order: Batches.Order = .wrapping) throws(DatasetError) -> Batches {
    try Batches(of: self, size: size, order: order)
  }

  /// Calls `body` with the features and the targets of some samples where they lie, row by row. Nothing is copied or
  /// allocated. The buffers are valid only inside `body`. The range must lie in 0 ..< `count`, as `Batches.range` does.
  public func withSamples<Result, Failure: Error>(
    _ samples: Range<Int>,
    _ body: (_ features: UnsafeBufferPointer<Float>, _ targets: UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try features.withUnsafeBufferPointer { (features) throws(Failure) in
      try targets.withUnsafeBufferPointer { (targets) throws(Failure) in
        try body(
          UnsafeBufferPointer(rebasing: features[Self.values(of: samples, each: featureCount)]),
          UnsafeBufferPointer(rebasing: targets[Self.values(of: samples, each: targetCount)]))
      }
    }
  }

  /// As `withSamples`, with the samples' labels; these are empty where the target is not a class.
  public func withLabels<Result, Failure: Error>(
    _ samples: Range<Int>,
    _ body: (_ features: UnsafeBufferPointer<Float>, _ labels: UnsafeBufferPointer<Int32>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try features.withUnsafeBufferPointer { (features) throws(Failure) in
      try (classes?.labels ?? []).withUnsafeBufferPointer { (labels) throws(Failure) in
        try body(
          UnsafeBufferPointer(rebasing: features[Self.values(of: samples, each: featureCount)]),
          classes == nil ? labels : UnsafeBufferPointer(rebasing: labels[samples]))
      }
    }
  }

  private static func values(of samples: Range<Int>, each columns: Int) -> Range<Int> {
    samples.lowerBound * columns..<samples.upperBound * columns
  }
}
