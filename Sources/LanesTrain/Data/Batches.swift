/// The batches of a data set, step by step: in order, without shuffling, wrapping around.
///
/// Step i takes the samples from (i·size) mod count on. A batch that reaches the last sample ends there, and so is shorter
/// when `size` does not divide the count: what TensorFlow programs write as `k = (i * batch) % n; X[k:k+batch]`.
public struct Batches: Sendable, Hashable {
  public let dataset: Dataset
  /// Samples in a batch that is not cut short; at least 1. May exceed the number of samples: a batch is then all of them
  /// that are left from its start.
  public let size: Int

  public init(of dataset: Dataset, size: Int) throws(DatasetError) {
    if size < 1 { throw .batchSize(size) }
    self.dataset = dataset
    self.size = size
  }

  /// The number of samples in the largest batch.
  public var largest: Int { min(size, dataset.count) }

  /// The samples of a step: at least 1. A negative step counts back from the first sample.
  public func range(at step: Int) -> Range<Int> {
    let count = dataset.count
    // Both factors are reduced first, so that the product cannot overflow; a remainder of a negative step is negative.
    let remainder = (step % count) * (size % count) % count
    let start = remainder < 0 ? remainder + count : remainder
    return start..<(start + min(size, count - start))
  }

  /// Calls `body` with the features and the targets of a step's samples where they lie, row by row. Nothing is copied or
  /// allocated. The buffers are never empty, and valid only inside `body`.
  public func withBatch<Result, Failure: Error>(
    at step: Int,
    _ body: (_ features: UnsafeBufferPointer<Float>, _ targets: UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try dataset.withSamples(range(at: step), body)
  }
}

extension Dataset {
  /// Batches of so many samples, in order, wrapping around.
  public func batches(of size: Int) throws(DatasetError) -> Batches {
    try Batches(of: self, size: size)
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

  private static func values(of samples: Range<Int>, each columns: Int) -> Range<Int> {
    samples.lowerBound * columns..<samples.upperBound * columns
  }
}
