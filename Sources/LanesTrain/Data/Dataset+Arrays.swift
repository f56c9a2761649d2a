extension Dataset {
  /// Samples from arrays, as NPY files hold them: the rows of a matrix, or the elements of a vector as rows of one.
  /// - Throws: `DatasetError` where the rows do not fit together, or a number is NaN or infinite as a Float.
  public init(features: StoredArray, targets: StoredArray) throws(DatasetError) {
    try self.init(
      features: features.floats, featureCount: Self.columns(of: features), targets: targets.floats,
      targetCount: Self.columns(of: targets))
    try checkFinite()
  }

  /// Samples from arrays whose target is a class.
  /// - Parameters:
  ///   - labels: whole numbers from 0 on, in one column.
  ///   - classNames: "0", "1" … up to the highest label that is not ignored, unless given.
  ///   - ignoredLabel: what samples without a class have as label.
  public init(
    features: StoredArray, labels: StoredArray, classNames: [String]? = nil, ignoredLabel: Int32? = nil
  ) throws(DatasetError) {
    guard let values = labels.labels, Self.columns(of: labels) == 1 else { throw .notClasses }
    let names: [String]
    if let classNames {
      names = classNames
    } else {
      names = try Self.numberedClasses(values.filter { $0 != ignoredLabel })
    }
    try self.init(
      features: features.floats, featureCount: Self.columns(of: features), labels: values, classNames: names,
      ignoredLabel: ignoredLabel)
    try checkFinite()
  }

  private static func columns(of array: StoredArray) -> Int { array.shape.rank == 2 ? array.shape.columns : 1 }

  private static func numberedClasses(_ labels: [Int32]) throws(DatasetError) -> [String] {
    let count = Int(labels.max() ?? -1) + 1
    if count < 1 || count > 1 << 24 { throw .classCount(count) }
    return (0..<count).map { String($0) }
  }
}
