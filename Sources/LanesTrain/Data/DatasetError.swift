/// What does not fit about a data set, its parts or its batches.
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
  /// There must be at least one class, and at most 2²⁴.
  case classCount(Int)
  /// Two classes have the same name.
  case duplicateClass(String)
  /// A label is the index of a class. Samples count from 0.
  case labelOutOfRange(Int32, sample: Int, classes: Int)
  /// The sample has no class, which a row of targets cannot say. Samples count from 0.
  case ignoredLabel(Int32, sample: Int)
  /// The targets are numbers, but classes are needed.
  case notClasses
  /// A feature or target is NaN or infinite. Samples count from 0.
  case notFinite(String, sample: Int, value: String)
  /// There is no sample of this index.
  case sampleOutOfRange(Int, count: Int)
  /// Of a split, both parts need at least one sample.
  case emptySplit(fraction: Double, count: Int)
  /// The data have another number of columns than what was fitted.
  case differentColumns(expected: Int, found: Int)

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
    case .classCount(let count): "there cannot be \(count) classes; there must be 1 to \(1 << 24)"
    case .duplicateClass(let name): "there are two classes of the name '\(name)'"
    case .labelOutOfRange(let label, let sample, let classes):
      "sample \(sample) has the label \(label), but labels lie in 0 ..< \(classes)"
    case .ignoredLabel(let label, let sample):
      "sample \(sample) has the ignored label \(label), and so no class to make a row of targets of"
    case .notClasses: "the targets are numbers, not classes"
    case .notFinite(let name, let sample, let value): "\(name) of sample \(sample) is \(value)"
    case .sampleOutOfRange(let index, let count): "there is no sample \(index); there are \(count), from 0 on"
    case .emptySplit(let fraction, let count):
      "the fraction \(fraction) does not split \(count) samples into two parts that have any"
    case .differentColumns(let expected, let found): "there are \(found) columns, but \(expected) were fitted"
    }
  }
}
