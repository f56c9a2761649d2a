/// Samples to learn from: for each, a row of features and a row of targets.
public struct Dataset: Sendable, Hashable {
  /// count × featureCount, row by row.
  public let features: [Float]
  /// count × targetCount, row by row.
  public let targets: [Float]
  /// Samples; at least 1.
  public let count: Int
  /// Values that describe a sample; at least 1.
  public let featureCount: Int
  /// Values that are to be predicted for a sample; at least 1.
  public let targetCount: Int
  /// What the features are called; empty where they have no names.
  public let featureNames: [String]
  /// What the targets are called; empty where they have no names.
  public let targetNames: [String]

  /// The number of samples is the number of features divided by `featureCount`.
  public init(
    features: [Float], featureCount: Int, targets: [Float], targetCount: Int, featureNames: [String] = [],
    targetNames: [String] = []
  ) throws(DatasetError) {
    let count = try Self.rows(of: "features", values: features.count, columns: featureCount)
    let targetRows = try Self.rows(of: "targets", values: targets.count, columns: targetCount)
    if targetRows != count { throw .differentCounts(features: count, targets: targetRows) }
    try Self.check(featureNames, of: "features", columns: featureCount)
    try Self.check(targetNames, of: "targets", columns: targetCount)
    self.features = features
    self.targets = targets
    self.count = count
    self.featureCount = featureCount
    self.targetCount = targetCount
    self.featureNames = featureNames
    self.targetNames = targetNames
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

/// What does not fit about a data set or its batches.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sample needs at least one feature and one target.
  case noColumns(name: String, columns: Int)
  /// There must be at least one sample.
  case noSamples(count: Int)
  /// The values do not fill their last row.
  case incompleteRow(name: String, values: Int, columns: Int)
  /// Every row of features needs a row of targets.
  case differentCounts(features: Int, targets: Int)
  /// There must be a name for every column, or none.
  case wrongNames(name: String, names: Int, columns: Int)
  /// A batch holds at least one sample.
  case batchSize(Int)

  public var description: String {
    switch self {
    case .noColumns(let name, let columns): "a sample cannot have \(columns) \(name); it needs at least 1"
    case .noSamples(let count): "a data set cannot have \(count) samples; it needs at least 1"
    case .incompleteRow(let name, let values, let columns):
      "\(values) \(name) are not a multiple of \(columns), the number for one sample"
    case .differentCounts(let features, let targets):
      "there are features for \(features) samples, but targets for \(targets)"
    case .wrongNames(let name, let names, let columns): "there are \(names) names for \(columns) \(name)"
    case .batchSize(let size): "a batch cannot have \(size) samples; it needs at least 1"
    }
  }
}
