extension TableSchema {
  /// The features of some rows of a table.
  public struct Features: Sendable, Hashable {
    /// Row by row, as many in each as the schema's `featureNames`.
    public let values: [Float]
    /// Rows of the table, from 0: all, unless rows with missing values are dropped.
    public let rows: [Int]
  }

  /// Makes features of a table, which needs no target. Columns are found by name; others than the schema's do not matter.
  /// - Throws: `TableError` with line and column: a column that is not there, a cell that is not a finite number, a category
  ///   that was not fitted, a missing value that is an error.
  public func features(from table: Table) throws(TableError) -> Features {
    let readers = try readers(of: table)
    let rows = keptRows(of: table, columns: readers.map(\.column))
    return Features(values: try values(of: table, rows, readers), rows: rows)
  }

  /// Makes a data set of a table.
  /// - Throws: as `features(from:)`; where a class was not fitted; where every row is dropped.
  public func dataset(from table: Table) throws(TableError) -> Dataset {
    let target = try table.index(of: target)
    let readers = try readers(of: table)
    let rows = keptRows(of: table, columns: readers.map(\.column) + [target])
    if rows.isEmpty { throw table.error(.allDropped) }
    let values = try values(of: table, rows, readers)
    let targets = try targets(of: table, rows, target)
    do throws(DatasetError) {
      guard let classes else {
        return try Dataset(
          features: values, featureCount: featureNames.count, targets: targets, targetCount: 1,
          featureNames: featureNames, targetNames: [self.target])
      }
      return try Dataset(
        features: values, featureCount: featureNames.count, labels: targets.map { Int32($0) }, classNames: classes,
        featureNames: featureNames, targetName: self.target)
    } catch {
      throw table.error(.dataset(error))
    }
  }

  /// A column of a table, and how its cells become features.
  private struct Reader {
    let column: Int
    let fill: Float?
    let categories: ClassNames?
  }

  private func readers(of table: Table) throws(TableError) -> [Reader] {
    var readers: [Reader] = []
    for feature in features {
      readers.append(
        Reader(
          column: try table.index(of: feature.column), fill: feature.fill,
          categories: feature.categories.map { ClassNames($0) }))
    }
    return readers
  }

  private func keptRows(of table: Table, columns: [Int]) -> [Int] {
    guard dropsRows else { return Array(0..<table.count) }
    return (0..<table.count).filter { row in !columns.contains { isMissing(table, row, $0) } }
  }

  private func isMissing(_ table: Table, _ row: Int, _ column: Int) -> Bool {
    missingTexts.contains(table[row, column].trimmingSpaces)
  }

  private func values(of table: Table, _ rows: [Int], _ readers: [Reader]) throws(TableError) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows.count * featureNames.count)
    for row in rows {
      for reader in readers {
        let isMissing = isMissing(table, row, reader.column)
        if isMissing, reader.fill == nil {
          throw table.error(row: row, column: reader.column, .missing(table[row, reader.column]))
        }
        if let categories = reader.categories {
          let label = isMissing ? nil : try categories.label(of: table, row, reader.column)
          values.append(contentsOf: categories.names.indices.map { $0 == label ? 1 : 0 })
        } else if isMissing, let fill = reader.fill {
          values.append(fill)
        } else {
          values.append(try table.float(row, reader.column))
        }
      }
    }
    return values
  }

  /// Numbers, or the indices of classes.
  private func targets(of table: Table, _ rows: [Int], _ column: Int) throws(TableError) -> [Float] {
    let names = classes.map { ClassNames($0) }
    var targets: [Float] = []
    for row in rows {
      if isMissing(table, row, column) { throw table.error(row: row, column: column, .missing(table[row, column])) }
      if let names {
        targets.append(Float(try names.label(of: table, row, column)))
      } else {
        targets.append(try table.float(row, column))
      }
    }
    return targets
  }
}

/// Classes or categories, and which text is which. If all are numbers, a text means the class of its value: 1.0 means 1.
struct ClassNames {
  let names: [String]
  private let areNumbers: Bool
  private let indices: [String: Int]

  init(_ names: [String]) {
    let areNumbers = Self.areNumbers(names)
    self.names = names
    self.areNumbers = areNumbers
    indices = Dictionary(
      zip(names.map { Self.canonical($0, isNumber: areNumbers) }, names.indices),
      uniquingKeysWith: { first, _ in first })
  }

  /// Each different text once.
  init(of texts: [String], order: TableSchema.ClassOrder) {
    let areNumbers = Self.areNumbers(texts)
    var seen: Set<String> = []
    var names = texts.map { Self.canonical($0, isNumber: areNumbers) }.filter { seen.insert($0).inserted }
    if order == .sorted {
      names.sort { a, b in
        if areNumbers, let left = Number.parse(a), let right = Number.parse(b) { return left < right }
        return a < b
      }
    }
    self.init(names)
  }

  func label(of table: Table, _ row: Int, _ column: Int) throws(TableError) -> Int {
    let text = Self.canonical(table[row, column].trimmingSpaces, isNumber: areNumbers)
    guard let index = indices[text] else {
      throw table.error(row: row, column: column, .unknownCategory(table[row, column], known: names))
    }
    return index
  }

  private static func areNumbers(_ texts: [String]) -> Bool {
    texts.allSatisfy { Number.parse($0)?.isFinite == true }
  }

  /// One text for each number; a whole number has no fraction.
  private static func canonical(_ text: String, isNumber: Bool) -> String {
    guard isNumber, let number = Number.parse(text), number.isFinite else { return text }
    return Int64(exactly: number).map { String($0) } ?? String(number)
  }
}
