extension Dataset {
  /// Two parts of a data set.
  public struct Split: Sendable, Hashable {
    /// What to learn from.
    public let training: Dataset
    /// What is held out.
    public let validation: Dataset
  }

  /// Splits at random: a function of the seed and the data's size (and labels, if stratified).
  /// - Parameters:
  ///   - fraction: the share of samples to hold out; their number is rounded to the nearest.
  ///   - stratified: whether each class has that share of its own, as nearly as whole samples allow; the samples with the
  ///     ignored label count as one class more.
  /// - Throws: `DatasetError` where a part would be empty; where it is to be stratified and there are no classes.
  public func split(
    validation fraction: Double, seed: UInt64, stratified: Bool = false
  ) throws(DatasetError) -> Split {
    let parts = try splitIndices(validation: fraction, seed: seed, stratified: stratified)
    return Split(training: try selecting(parts.training), validation: try selecting(parts.validation))
  }

  /// The samples of both parts of `split`, by index, ascending.
  public func splitIndices(
    validation fraction: Double, seed: UInt64, stratified: Bool = false
  ) throws(DatasetError) -> (training: [Int], validation: [Int]) {
    guard fraction > 0, fraction < 1 else { throw .emptySplit(fraction: fraction, count: count) }
    let held = Int((Double(count) * fraction).rounded())
    guard held > 0, held < count else { throw .emptySplit(fraction: fraction, count: count) }
    let order = Philox(seed: seed).permutation(count, stream: Stream.split)
    var isHeld = [Bool](repeating: false, count: count)
    if stratified {
      guard let classes else { throw .notClasses }
      var rest = Self.quotas(classes, total: held)
      for sample in order where rest[classes.group(of: sample)] > 0 {
        rest[classes.group(of: sample)] -= 1
        isHeld[sample] = true
      }
    } else {
      for sample in order.prefix(held) { isHeld[sample] = true }
    }
    return ((0..<count).filter { !isHeld[$0] }, (0..<count).filter { isHeld[$0] })
  }

  /// `total` samples shared out among the classes in proportion to their sizes: each gets the whole part of its share, and
  /// the largest remainders get one more (of equal ones, the first class).
  private static func quotas(_ classes: Classes, total: Int) -> [Int] {
    var sizes = [Int](repeating: 0, count: classes.names.count + 1)
    for sample in classes.labels.indices { sizes[classes.group(of: sample)] += 1 }
    let shares = sizes.map { Double($0) * Double(total) / Double(classes.labels.count) }
    var quotas = shares.map { Int($0) }
    let remainders = shares.indices.sorted {
      let (a, b) = (shares[$0] - shares[$0].rounded(.down), shares[$1] - shares[$1].rounded(.down))
      return a == b ? $0 < $1 : a > b
    }
    for index in remainders.prefix(total - quotas.reduce(0, +)) { quotas[index] += 1 }
    return quotas
  }

  /// The samples in a random order, which is a function of the seed and `count`.
  public func shuffled(seed: UInt64) throws(DatasetError) -> Dataset {
    try selecting(Philox(seed: seed).permutation(count, stream: Stream.shuffle))
  }

  /// The samples of these indices, in their order; one that is named twice is taken twice.
  public func selecting(_ samples: [Int]) throws(DatasetError) -> Dataset {
    for sample in samples where sample < 0 || sample >= count { throw .sampleOutOfRange(sample, count: count) }
    return try Dataset(
      features: Self.rows(samples, of: features, columns: featureCount), featureCount: featureCount,
      targets: Self.rows(samples, of: targets, columns: targetCount), targetCount: targetCount,
      classes: classes.map { classes in
        Classes(
          labels: samples.map { classes.labels[$0] }, names: classes.names, ignoredLabel: classes.ignoredLabel)
      },
      featureNames: featureNames, targetNames: targetNames)
  }

  private static func rows(_ samples: [Int], of values: [Float], columns: Int) -> [Float] {
    var rows: [Float] = []
    rows.reserveCapacity(samples.count * columns)
    for sample in samples { rows.append(contentsOf: values[sample * columns..<(sample + 1) * columns]) }
    return rows
  }

  /// Streams of `Philox.permutation` that no epoch has.
  private enum Stream {
    static let split = UInt64.max
    static let shuffle = UInt64.max - 1
  }
}

extension Dataset.Classes {
  /// The sample's class; the number of classes where it has none.
  fileprivate func group(of sample: Int) -> Int { labels[sample] == ignoredLabel ? names.count : Int(labels[sample]) }
}
