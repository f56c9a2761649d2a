/// The means and standard deviations of columns, which bring these to mean 0 and deviation 1.
///
/// Fit it on the training part alone, apply it to every part, and keep it with the model.
/// ```swift
/// let parts = try data.split(validation: 0.2, seed: 1)
/// let scale = try Standardization(fitting: parts.training)
/// let (training, validation) = (try scale.standardized(parts.training), try scale.standardized(parts.validation))
/// ```
public struct Standardization: Sendable, Hashable, Codable {
  public let means: [Float]
  /// √(Σ(x − mean)²/n) of each column; 1 where the column is constant.
  public let deviations: [Float]

  public init(means: [Float], deviations: [Float]) throws(DatasetError) {
    if means.count != deviations.count {
      throw .differentColumns(expected: means.count, found: deviations.count)
    }
    (self.means, self.deviations) = (means, deviations)
  }

  /// Of a data set's features.
  /// - Throws: `DatasetError.notFinite`.
  public init(fitting dataset: Dataset) throws(DatasetError) {
    try dataset.checkFinite()
    try self.init(fitting: dataset.features, columns: dataset.featureCount)
  }

  /// Of rows of so many columns. Sums are taken in double precision; the deviation about the mean, not the difference of
  /// squares.
  public init(fitting values: [Float], columns: Int) throws(DatasetError) {
    if columns < 1 { throw .noColumns(name: "columns", columns: columns) }
    if values.isEmpty { throw .noSamples(count: 0) }
    let (rows, rest) = values.count.quotientAndRemainder(dividingBy: columns)
    if rest != 0 { throw .incompleteRow(name: "values", values: values.count, columns: columns) }
    var means: [Float] = []
    var deviations: [Float] = []
    for column in 0..<columns {
      let places = stride(from: column, to: values.count, by: columns)
      var (sum, squares, isConstant) = (0.0, 0.0, true)
      for place in places {
        sum += Double(values[place])
        if values[place] != values[column] { isConstant = false }
      }
      let mean = sum / Double(rows)
      for place in places {
        let distance = Double(values[place]) - mean
        squares += distance * distance
      }
      let deviation = Float((squares / Double(rows)).squareRoot())
      means.append(isConstant ? values[column] : Float(mean))
      deviations.append(isConstant || deviation == 0 ? 1 : deviation)
    }
    (self.means, self.deviations) = (means, deviations)
  }

  /// The data set with (x − mean)/deviation for each feature.
  public func standardized(_ dataset: Dataset) throws(DatasetError) -> Dataset {
    if dataset.featureCount != means.count {
      throw .differentColumns(expected: means.count, found: dataset.featureCount)
    }
    return try Dataset(
      features: try standardized(dataset.features), featureCount: dataset.featureCount, targets: dataset.targets,
      targetCount: dataset.targetCount, classes: dataset.classes, featureNames: dataset.featureNames,
      targetNames: dataset.targetNames)
  }

  /// (x − mean)/deviation of rows, in double precision and rounded once.
  public func standardized(_ values: [Float]) throws(DatasetError) -> [Float] {
    try mapped(values) { (value, mean, deviation) in (value - mean) / deviation }
  }

  /// x·deviation + mean of rows: what `standardized` makes of the result is the rows again, up to rounding.
  public func restored(_ values: [Float]) throws(DatasetError) -> [Float] {
    try mapped(values) { (value, mean, deviation) in value * deviation + mean }
  }

  private func mapped(
    _ values: [Float], _ change: (Double, Double, Double) -> Double
  ) throws(DatasetError) -> [Float] {
    if means.isEmpty || !values.count.isMultiple(of: means.count) {
      throw .incompleteRow(name: "values", values: values.count, columns: means.count)
    }
    var result: [Float] = []
    result.reserveCapacity(values.count)
    for place in values.indices {
      let column = place % means.count
      result.append(Float(change(Double(values[place]), Double(means[column]), Double(deviations[column]))))
    }
    return result
  }
}
