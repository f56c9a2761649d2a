/// Reads the batches of a data set one after another, and allocates nothing while it does, in any order.
///
/// It remembers the order of the epoch that it is in, and has room for one batch, into which shuffled samples are gathered;
/// samples that come in order are shown where they lie. Steps may be read in any sequence. Not Sendable: it writes that
/// memory. Make one a thread.
public final class BatchReader {
  public let batches: Batches
  private var epoch: Int?
  private var order: [Int] = []
  private var features: [Float] = []
  private var targets: [Float] = []
  private var labels: [Int32] = []

  public init(_ batches: Batches) {
    self.batches = batches
    guard case .shuffled = batches.order else { return }
    let data = batches.dataset
    order.reserveCapacity(data.count)
    features = Array(repeating: 0, count: batches.largest * data.featureCount)
    targets = Array(repeating: 0, count: batches.largest * data.targetCount)
    if data.classes != nil { labels = Array(repeating: 0, count: batches.largest) }
  }

  /// Calls `body` with the features and the targets of a step's samples, row by row. The buffers are never empty, and valid
  /// only inside `body`, which must not read another batch.
  public func withBatch<Result, Failure: Error>(
    at step: Int,
    _ body: (_ features: UnsafeBufferPointer<Float>, _ targets: UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let data = batches.dataset
    guard case .shuffled(let seed) = batches.order else { return try data.withSamples(batches.range(at: step), body) }
    let count = gather(step, seed: seed) { (place, sample) in
      Self.copy(sample, of: data.targets, columns: data.targetCount, to: place, in: &targets)
    }
    return try features.withUnsafeBufferPointer { (features) throws(Failure) in
      try targets.withUnsafeBufferPointer { (targets) throws(Failure) in
        try body(
          UnsafeBufferPointer(rebasing: features[..<(count * data.featureCount)]),
          UnsafeBufferPointer(rebasing: targets[..<(count * data.targetCount)]))
      }
    }
  }

  /// As `withBatch`, with the samples' labels; these are empty where the target is not a class.
  public func withLabels<Result, Failure: Error>(
    at step: Int,
    _ body: (_ features: UnsafeBufferPointer<Float>, _ labels: UnsafeBufferPointer<Int32>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let data = batches.dataset
    guard case .shuffled(let seed) = batches.order else { return try data.withLabels(batches.range(at: step), body) }
    let count = gather(step, seed: seed) { (place, sample) in
      if let classes = data.classes { labels[place] = classes.labels[sample] }
    }
    return try features.withUnsafeBufferPointer { (features) throws(Failure) in
      try labels.withUnsafeBufferPointer { (labels) throws(Failure) in
        try body(
          UnsafeBufferPointer(rebasing: features[..<(count * data.featureCount)]),
          UnsafeBufferPointer(rebasing: labels[..<min(count, labels.count)]))
      }
    }
  }

  /// Samples of a step whose label is another; all where the target is not a class.
  func count(at step: Int, ignoring ignoredLabel: Int32?) -> Int {
    let range = batches.range(at: step)
    guard let ignoredLabel, let labels = batches.dataset.classes?.labels else { return range.count }
    var count = 0
    if case .shuffled(let seed) = batches.order {
      enter(batches.epoch(at: step), seed: seed)
      for place in range where labels[order[place]] != ignoredLabel { count += 1 }
    } else {
      for sample in range where labels[sample] != ignoredLabel { count += 1 }
    }
    return count
  }

  /// Copies the features of a step's samples, and calls `copyTarget` for each. Gives the number of samples.
  private func gather(_ step: Int, seed: UInt64, _ copyTarget: (_ place: Int, _ sample: Int) -> Void) -> Int {
    let data = batches.dataset
    enter(batches.epoch(at: step), seed: seed)
    let range = batches.range(at: step)
    for (place, position) in range.enumerated() {
      let sample = order[position]
      Self.copy(sample, of: data.features, columns: data.featureCount, to: place, in: &features)
      copyTarget(place, sample)
    }
    return range.count
  }

  private func enter(_ epoch: Int, seed: UInt64) {
    guard epoch != self.epoch else { return }
    Philox(seed: seed).permute(&order, count: batches.dataset.count, stream: UInt64(bitPattern: Int64(epoch)))
    self.epoch = epoch
  }

  private static func copy(
    _ sample: Int, of source: [Float], columns: Int, to place: Int, in destination: inout [Float]
  ) {
    for column in 0..<columns { destination[place * columns + column] = source[sample * columns + column] }
  }
}
