/// Samples to learn from: for each, a row of features and a target, which is a row of numbers or a class.
public struct Dataset: Sendable, Hashable {
  /// count × featureCount, row by row.
  public let features: [Float]
  /// count × targetCount, row by row. Where the target is a class, its label as a number (so 0 and 1 for two classes).
  public let targets: [Float]
  /// Where the target is a class: which one each sample belongs to. Otherwise nil.
  public let classes: Classes?
  /// Samples; at least 1.
  public let count: Int
  /// Values that describe a sample; at least 1.
  public let featureCount: Int
  /// Values that are to be predicted for a sample; at least 1, and 1 where the target is a class.
  public let targetCount: Int
  /// What the features are called; empty where they have no names.
  public let featureNames: [String]
  /// What the targets are called; empty where they have no names.
  public let targetNames: [String]

  /// The classes of some samples.
  public struct Classes: Sendable, Hashable {
    /// For each sample the index of its class in `names`, or `ignoredLabel`.
    public let labels: [Int32]
    /// The classes, each once; at least one.
    public let names: [String]
    /// What samples without a class have as label; nil where every sample has one.
    public let ignoredLabel: Int32?
  }

  /// Samples with numbers as targets. The number of samples is the number of features divided by `featureCount`.
  public init(
    features: [Float], featureCount: Int, targets: [Float], targetCount: Int, featureNames: [String] = [],
    targetNames: [String] = []
  ) throws(DatasetError) {
    try self.init(
      features: features, featureCount: featureCount, targets: targets, targetCount: targetCount, classes: nil,
      featureNames: featureNames, targetNames: targetNames)
  }

  /// Samples with a class as target.
  /// - Parameters:
  ///   - labels: for each sample the index of its class in `classNames`.
  ///   - ignoredLabel: a label that need not be such an index, for samples that have no class: those that a loss with this
  ///     ignored label does not count. A trainer takes such data with such a loss only.
  ///   - targetName: what the class says, such as "species".
  public init(
    features: [Float], featureCount: Int, labels: [Int32], classNames: [String], ignoredLabel: Int32? = nil,
    featureNames: [String] = [], targetName: String? = nil
  ) throws(DatasetError) {
    // So that each label is a Float exactly.
    if classNames.isEmpty || classNames.count > 1 << 24 { throw .classCount(classNames.count) }
    var seen: Set<String> = []
    for name in classNames where !seen.insert(name).inserted { throw .duplicateClass(name) }
    for (sample, label) in labels.enumerated()
    where label != ignoredLabel && (label < 0 || Int(label) >= classNames.count) {
      throw .labelOutOfRange(label, sample: sample, classes: classNames.count)
    }
    try self.init(
      features: features, featureCount: featureCount, targets: labels.map { Float($0) }, targetCount: 1,
      classes: Classes(labels: labels, names: classNames, ignoredLabel: ignoredLabel), featureNames: featureNames,
      targetNames: targetName.map { [$0] } ?? [])
  }

  init(
    features: [Float], featureCount: Int, targets: [Float], targetCount: Int, classes: Classes?,
    featureNames: [String], targetNames: [String]
  ) throws(DatasetError) {
    let count = try Self.rows(of: "features", values: features.count, columns: featureCount)
    let targetRows = try Self.rows(of: "targets", values: targets.count, columns: targetCount)
    if targetRows != count { throw .differentCounts(features: count, targets: targetRows) }
    try Self.check(featureNames, of: "features", columns: featureCount)
    try Self.check(targetNames, of: "targets", columns: targetCount)
    self.features = features
    self.targets = targets
    self.classes = classes
    self.count = count
    self.featureCount = featureCount
    self.targetCount = targetCount
    self.featureNames = featureNames
    self.targetNames = targetNames
  }

  /// The samples with a 1 for their class and a 0 for every other: one target for each class.
  /// - Throws: `DatasetError.notClasses`; `.ignoredLabel` where a sample has no class.
  public func oneHot() throws(DatasetError) -> Dataset {
    guard let classes else { throw .notClasses }
    if let label = classes.ignoredLabel, let sample = classes.labels.firstIndex(of: label) {
      throw .ignoredLabel(label, sample: sample)
    }
    var targets = [Float](repeating: 0, count: count * classes.names.count)
    for (sample, label) in classes.labels.enumerated() { targets[sample * classes.names.count + Int(label)] = 1 }
    return try Dataset(
      features: features, featureCount: featureCount, targets: targets, targetCount: classes.names.count,
      featureNames: featureNames, targetNames: classes.names)
  }

  /// Throws `DatasetError.notFinite` for the first feature or target that is NaN or infinite.
  public func checkFinite() throws(DatasetError) {
    try Self.checkFinite(features, columns: featureCount, "feature", names: featureNames)
    try Self.checkFinite(targets, columns: targetCount, "target", names: targetNames)
  }

  private static func checkFinite(
    _ values: [Float], columns: Int, _ kind: String, names: [String]
  ) throws(DatasetError) {
    guard let place = values.firstIndex(where: { !$0.isFinite }) else { return }
    let column = place % columns
    let name = column < names.count ? "\(kind) '\(names[column])'" : "\(kind) \(column)"
    throw .notFinite(name, sample: place / columns, value: "\(values[place])")
  }

  private static func rows(of name: String, values: Int, columns: Int) throws(DatasetError) -> Int {
    if columns < 1 { throw .noColumns(name: name, columns: columns) }
    if values == 0 { throw .noSamples(count: 0) }
    let (rows, rest) = values.quotientAndRemainder(dividingBy: columns)
    if rest != 0 { throw .incompleteRow(name: name, values: values, columns: columns) }
    return rows
  }

  private static func check(_ names: [String], of name: String, columns: Int) throws(DatasetError) {
    if !names.isEmpty && names.count != columns {
      throw .wrongNames(name: name, names: names.count, columns: columns)
    }
  }
}
