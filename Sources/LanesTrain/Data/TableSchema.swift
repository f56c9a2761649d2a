/// How a table becomes features and targets: fitted to the table that a model learns from, kept with the model, and applied
/// to the tables that it is tested on and predicts from.
///
/// ```swift
/// let table = try Table(csv: "iris.csv")
/// let schema = try TableSchema(fitting: table, target: "species")
/// let data = try schema.dataset(from: table)
/// let inputs = try schema.features(from: Table(csv: "new.csv"))  // needs no column "species"
/// ```
public struct TableSchema: Sendable, Hashable, Codable {
  /// Every column that is not the target and not ignored, in the table's order.
  public let features: [Feature]
  public let target: String
  /// Names of the classes, by label; nil where the target is a number.
  public let classes: [String]?
  /// Texts that stand for a missing value.
  public let missingTexts: Set<String>
  /// Whether rows with a missing value are left out.
  public let dropsRows: Bool

  public struct Feature: Sendable, Hashable, Codable {
    public let column: String
    /// What a missing value becomes; nil where it is an error.
    public let fill: Float?
    /// The values that a text can have, each of which becomes a feature that is 0 or 1; nil for a number.
    public let categories: [String]?

    /// What the features are called that come of it: by the column, or as in "colour=red".
    public var names: [String] { categories.map { $0.map { "\(column)=\($0)" } } ?? [column] }
  }

  public enum Task: String, Sendable, Hashable, CaseIterable {
    /// Classification where no value of the target is a number, or where all are whole numbers of which at most 20 differ,
    /// and at most half as many as there are rows. Regression where all are numbers otherwise. Some numbers and some
    /// texts: an error.
    case automatic
    case classification
    case regression
  }

  /// What to do about a missing value in a feature. In the target it is an error, unless its row is dropped.
  public enum Missing: Sendable, Hashable {
    /// An error with line and column.
    case error
    /// The row is left out.
    case dropRow
    /// The mean of the column's other values in the table that is fitted; of a category none: all its features are 0.
    case mean
    /// This number; of a category none: all its features are 0.
    case constant(Float)
  }

  /// Which class has which label.
  public enum ClassOrder: Sendable, Hashable {
    /// Numbers by size, texts by their characters' codes.
    case sorted
    /// As they first appear in the table.
    case firstSeen
  }

  public struct Options: Sendable, Hashable {
    public var task: Task
    public var missing: Missing
    public var missingTexts: Set<String>
    public var classOrder: ClassOrder
    /// Columns with texts that become features, one for each value.
    public var categories: Set<String>
    /// Columns that are left out, such as names and numbers of rows.
    public var ignored: Set<String>

    public init(
      task: Task = .automatic, missing: Missing = .error,
      missingTexts: Set<String> = ["", "NA", "N/A", "NaN", "nan", "null", "?"], classOrder: ClassOrder = .sorted,
      categories: Set<String> = [], ignored: Set<String> = []
    ) {
      (self.task, self.missing, self.missingTexts, self.classOrder) = (task, missing, missingTexts, classOrder)
      (self.categories, self.ignored) = (categories, ignored)
    }
  }

  /// The features that a data set has for each row.
  public var featureNames: [String] { features.flatMap(\.names) }

  /// Finds out the features, the task, the classes and what missing values become.
  /// - Throws: `TableError` with line and column: a column that is not there, a feature that is not a finite number, a
  ///   missing value that is an error.
  public init(fitting table: Table, target: String, options: Options = Options()) throws(TableError) {
    let targetIndex = try table.index(of: target)
    for column in options.ignored.union(options.categories).sorted() { _ = try table.index(of: column) }
    let used = table.columns.indices.filter { $0 != targetIndex && !options.ignored.contains(table.columns[$0]) }
    if used.isEmpty { throw table.error(.noFeatures) }
    self.target = target
    missingTexts = options.missingTexts
    dropsRows = options.missing == .dropRow
    var cells = Cells(table, missingTexts: options.missingTexts)
    if dropsRows { try cells.dropRows(missing: used + [targetIndex]) }
    var features: [Feature] = []
    for column in used {
      let isCategory = options.categories.contains(table.columns[column])
      features.append(
        Feature(
          column: table.columns[column],
          fill: try cells.fill(column, options.missing, isCategory: isCategory),
          categories: isCategory ? ClassNames(of: cells.texts(column), order: .sorted).names : nil))
    }
    self.features = features
    classes = try cells.classes(targetIndex, options)
  }
}

/// The columns of a table while a schema is fitted.
private struct Cells {
  let table: Table
  let missingTexts: Set<String>
  /// Those that are not dropped.
  var rows: [Int]

  init(_ table: Table, missingTexts: Set<String>) {
    (self.table, self.missingTexts, rows) = (table, missingTexts, Array(0..<table.count))
  }

  mutating func dropRows(missing columns: [Int]) throws(TableError) {
    rows = rows.filter { row in !columns.contains { missingTexts.contains(table[row, $0].trimmingSpaces) } }
    if rows.isEmpty { throw table.error(.allDropped) }
  }

  /// The values of a column that are there.
  func texts(_ column: Int) -> [String] {
    rows.map { table[$0, column].trimmingSpaces }.filter { !missingTexts.contains($0) }
  }

  /// Checks a feature's column, and finds what its missing values become.
  func fill(_ column: Int, _ missing: TableSchema.Missing, isCategory: Bool) throws(TableError) -> Float? {
    var (sum, count) = (0.0, 0)
    for row in rows {
      let text = table[row, column].trimmingSpaces
      if missingTexts.contains(text) {
        if missing == .error { throw table.error(row: row, column: column, .missing(text)) }
      } else if !isCategory {
        sum += Double(try table.float(row, column))
        count += 1
      }
    }
    switch missing {
    case .error, .dropRow: return nil
    case .constant(let value): return isCategory ? 0 : value
    case .mean:
      if isCategory { return 0 }
      if count == 0 { throw table.error(column: column, .nothingToFillWith) }
      return Float(sum / Double(count))
    }
  }

  /// The classes of the target; nil where it is a number.
  func classes(_ column: Int, _ options: TableSchema.Options) throws(TableError) -> [String]? {
    var firstText: Int?
    var numbers: [Double] = []
    for row in rows {
      let text = table[row, column].trimmingSpaces
      if missingTexts.contains(text) { throw table.error(row: row, column: column, .missing(text)) }
      if let number = Number.parse(text) { numbers.append(number) } else if firstText == nil { firstText = row }
    }
    switch options.task {
    case .regression:
      for row in rows { _ = try table.float(row, column) }
      return nil
    case .classification: break
    case .automatic:
      if let firstText {
        if !numbers.isEmpty {
          throw table.error(row: firstText, column: column, .mixedTarget(table[firstText, column]))
        }
      } else {
        let distinct = Set(numbers).count
        if !numbers.allSatisfy({ $0.isFinite && $0.rounded() == $0 }) || distinct > 20 || distinct * 2 > rows.count {
          for row in rows { _ = try table.float(row, column) }
          return nil
        }
      }
    }
    return ClassNames(of: texts(column), order: options.classOrder).names
  }
}

extension Table {
  /// The number in a cell.
  func float(_ row: Int, _ column: Int) throws(TableError) -> Float {
    let text = self[row, column]
    guard let value = Number.parse(text, as: Float.self) else {
      throw error(row: row, column: column, .notNumber(text))
    }
    guard value.isFinite else { throw error(row: row, column: column, .notFinite(text)) }
    return value
  }
}
