import LanesTrain
import Testing

@Suite("CSV")
struct CSVTests {
  private func table(_ text: String, _ format: Table.Format = .init()) throws(TableError) -> Table {
    try Table(csvBytes: Array(text.utf8), name: "t.csv", format: format)
  }

  private func cells(_ table: Table) -> [[String]] {
    (0..<table.count).map { row in table.columns.indices.map { table[row, $0] } }
  }

  private func data(_ text: String, _ options: TableSchema.Options = .init()) throws -> Dataset {
    let table = try table(text)
    return try TableSchema(fitting: table, target: "y", options: options).dataset(from: table)
  }

  @Test(
    "line ends, quotes, byte order marks and blank lines",
    arguments: [
      "a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r1,2\r3,4", "\u{feff}a,b\n1,2\n3,4",
      "\n\na,b\n\n1,2\r\n\r\n3,4\n\n", "\"a\",\"b\"\n\"1\",2\n3,\"4\"", " a ,b\n1,2\n3,4",
    ])
  func spellings(text: String) throws {
    let table = try table(text)
    #expect(table.columns == ["a", "b"] && cells(table) == [["1", "2"], ["3", "4"]])
  }

  @Test("a quoted cell holds delimiters, quotes and line ends; lines are counted through it")
  func quotes() throws {
    let table = try table("a,b\n\"x,\"\"y\"\"\nz\r\n\",2\n,\"\"\n")
    #expect(cells(table) == [["x,\"y\"\nz\r\n", "2"], ["", ""]])
    #expect(table.lines == [2, 5])
  }

  @Test("columns without names are called by their numbers")
  func headers() throws {
    #expect(try table("1,2\n3,4").columns == ["column1", "column2"])
    #expect(try table("1,2\n3,4").count == 2)
    #expect(try table("1,2\n3,4", .init(header: .present)).columns == ["1", "2"])
    #expect(try table("a,b\n3,4", .init(header: .absent)).count == 2)
    #expect(try table(",b\n3,4").columns == ["column1", "b"])
    let semicolons = Table.Format(delimiter: .semicolon, skippedLines: 2)
    let skipped = try table("anything \"\n\na;b\n1,5;2", semicolons)
    #expect(skipped.columns == ["a", "b"] && cells(skipped) == [["1,5", "2"]] && skipped.lines == [4])
    #expect(cells(try table("a\tb\n1\t2", .init(delimiter: .tab))) == [["1", "2"]])
  }

  @Test(
    "what is wrong with a table is said with line and column",
    arguments: [
      ("", "t.csv: there are no rows"),
      ("a,b\n", "t.csv: there are no rows"),
      ("\u{feff}", "t.csv: there are no rows"),
      ("a,b\n1,2\n3\n", "t.csv:3: the row has 1 cells, but the first one has 2"),
      ("a,b\n\"1\n\",2\n3,4,5\n", "t.csv:4: the row has 3 cells, but the first one has 2"),
      ("a,b\n1,2\"\n", "t.csv:2: column 2: a quote within a cell must be doubled, and the cell quoted"),
      ("a,b\n1, \"2\"\n", "t.csv:2: column 2: a quote within a cell must be doubled, and the cell quoted"),
      ("a,b\n\"1\"x,2\n", "t.csv:2: column 1: the cell goes on after its closing quote"),
      ("a,b\n1,\"2\n3,4\n", "t.csv:2: column 2: the quote that begins the cell is never closed"),
      ("a,b, a\n1,2,3\n", "t.csv:1: column 3: there are two columns of the name 'a'"),
    ])
  func mistakes(text: String, message: String) {
    let error = #expect(throws: TableError.self) { try table(text) }
    #expect(error?.description == message)
  }

  @Test("bytes that are not UTF-8, and files that cannot be read")
  func files() throws {
    let error = #expect(throws: TableError.self) { try Table(csvBytes: Array("a,b\n1,".utf8) + [0xff, 10]) }
    #expect(error?.reason == .notUTF8 && error?.line == 2 && error?.column?.number == 2)
    let folder = try TemporaryFolder()
    let missing = #expect(throws: TableError.self) { try Table(csv: folder.file("no.csv")) }
    #expect(missing?.description.hasSuffix("no.csv: open: No such file or directory") == true)
    #expect(throws: TableError.self) { try Table(csv: folder.path) }
    try write(Array("a,y\n1,2\n".utf8), to: folder.file("t.csv"))
    #expect(try Table(csv: folder.file("t.csv")).columns == ["a", "y"])
  }

  @Test("numbers, as they may be written")
  func numbers() throws {
    let data = try data("a,y\n 1 ,0.5\n+2e3,1\n-.5,1.5\n\"7.\",2\n1e-50,3\n")
    #expect(data.features == [1, 2000, -0.5, 7, 0] && data.classes == nil && data.targets == [0.5, 1, 1.5, 2, 3])
    #expect(data.featureNames == ["a"] && data.targetNames == ["y"])
  }

  @Test(
    "cells that are no finite numbers are named",
    arguments: [
      ("red", "'red' is not a number"), ("1,5", "'1,5' is not a number"), ("0x10", "'0x10' is not a number"),
      ("1 2", "'1 2' is not a number"), ("inf", "'inf' is not a finite number"),
      ("-Infinity", "'-Infinity' is not a finite number"),
      ("1e39", "'1e39' is not a finite number"), ("NAN", "'NAN' is not a finite number"),
      ("NaN", "the value is missing ('NaN')"), ("", "the value is missing"), (" ", "the value is missing"),
    ])
  func badCells(cell: String, message: String) {
    let error = #expect(throws: TableError.self) { try data("a,b,y\n1,2,0.5\n1,\"\(cell)\",2\n") }
    #expect(error?.description == "t.csv:3: column 2 'b': \(message)")
    let target = #expect(throws: TableError.self) {
      try data("a,y\n1,2.5\n1,\"\(cell)\"\n", .init(task: .regression))
    }
    #expect(target?.description == "t.csv:3: column 2 'y': \(message)")
  }

  @Test("a target or column that is not there is an error that lists those that are")
  func noColumn() throws {
    let table = try table("a,b\n1,2\n")
    let error = #expect(throws: TableError.self) { try TableSchema(fitting: table, target: "y") }
    #expect(error?.description == "t.csv: there is no column 'y'; there are 'a', 'b'")
    #expect(throws: TableError.self) { try TableSchema(fitting: table, target: "b", options: .init(ignored: ["z"])) }
    #expect(throws: TableError.self) { try TableSchema(fitting: table, target: "b", options: .init(categories: ["z"])) }
    let none = #expect(throws: TableError.self) {
      try TableSchema(fitting: table, target: "b", options: .init(ignored: ["a"]))
    }
    #expect(none?.reason == .noFeatures)
  }

  @Test("missing values: dropped, filled with the mean or with a constant")
  func missing() throws {
    let text = "a,b,y\n1,5,0\n,7,1\n3,?,0\n8,6,1\n"
    func features(_ missing: TableSchema.Missing) throws -> [Float] { try data(text, .init(missing: missing)).features }
    #expect(try features(.dropRow) == [1, 5, 8, 6])
    #expect(try features(.mean) == [1, 5, 4, 7, 3, 6, 8, 6])
    #expect(try features(.constant(-1)) == [1, 5, -1, 7, 3, -1, 8, 6])
    #expect(throws: TableError.self) { try features(.error) }
    #expect(try data("a,y\n1,0\n2,\n3,1\n4,1", .init(missing: .dropRow)).count == 3)
    #expect(throws: TableError.self) { try data("a,y\n1,0\n2,\n", .init(missing: .mean)) }
    let nothing = #expect(throws: TableError.self) { try data("a,y\n,0\n,1\n", .init(missing: .mean)) }
    #expect(nothing?.reason == .nothingToFillWith)
    let dropped = #expect(throws: TableError.self) { try data("a,y\n,0\n,1\n", .init(missing: .dropRow)) }
    #expect(dropped?.reason == .allDropped)
    #expect(throws: TableError.self) { try data("a,y\n?,0\n1,1\n", .init(missing: .mean, missingTexts: [""])) }
  }

  @Test("the task: classes of texts and of few whole numbers, regression otherwise")
  func tasks() throws {
    func classes(_ targets: [String], _ options: TableSchema.Options = .init()) throws -> [String]? {
      try data("a,y\n" + targets.map { "1,\($0)\n" }.joined(), options).classes?.names
    }
    #expect(try classes(["no", "yes", "no"]) == ["no", "yes"])
    #expect(try classes(["yes", "no", "maybe"], .init(classOrder: .firstSeen)) == ["yes", "no", "maybe"])
    #expect(try classes(["10", "9", "9.0", "1e1"]) == ["9", "10"])
    #expect(try classes(["1", "2", "3", "3"]) == nil)
    #expect(try classes(["0.5", "0.5", "1", "1"]) == nil)
    #expect(try classes((0..<40).map { "\($0 / 2)" })?.count == 20)
    #expect(try classes((0..<42).map { "\($0 / 2)" }) == nil)
    #expect(try classes(["0", "0", "1", "1"], .init(task: .regression)) == nil)
    #expect(try classes(["0.5", "1", "x"], .init(task: .classification)) == ["0.5", "1", "x"])
    let mixed = #expect(throws: TableError.self) { try classes(["1", "2", "oops", "1"]) }
    #expect(mixed?.reason == .mixedTarget("oops") && mixed?.line == 4)
    #expect(throws: TableError.self) { try classes(["0", "0", "inf", "0"]) }
  }

  @Test("labels follow the classes, and a fitted schema reads other tables the same way")
  func schema() throws {
    let options = TableSchema.Options(missing: .mean, categories: ["colour"], ignored: ["id"])
    let fitted = try table("id,size,colour,y\nx,1,red,b\ny,3,blue,a\nz,,red,b\n")
    let schema = try TableSchema(fitting: fitted, target: "y", options: options)
    #expect(schema.featureNames == ["size", "colour=blue", "colour=red"] && schema.classes == ["a", "b"])
    let data = try schema.dataset(from: fitted)
    #expect(data.features == [1, 0, 1, 3, 1, 0, 2, 0, 1] && data.classes?.labels == [1, 0, 1])
    // Another order of columns, no target, a missing value of each kind.
    let other = try table("colour,size\n,9\nblue,\n")
    let inputs = try schema.features(from: other)
    #expect(inputs.values == [9, 0, 0, 2, 1, 0] && inputs.rows == [0, 1])
    #expect(throws: TableError.self) { try schema.dataset(from: other) }
    let unknown = #expect(throws: TableError.self) { try schema.features(from: table("size,colour\n1,pink\n")) }
    #expect(unknown?.description == "t.csv:2: column 2 'colour': 'pink' is unknown; known are 'blue', 'red'")
    let label = #expect(throws: TableError.self) { try schema.dataset(from: table("size,colour,y\n1,red,c\n")) }
    #expect(label?.reason == .unknownCategory("c", known: ["a", "b"]))
  }

  @Test("rows that are dropped are missing from the features, too, and the rest are numbered")
  func droppedRows() throws {
    let fitted = try table("a,y\n1,0\n2,1\n")
    let schema = try TableSchema(fitting: fitted, target: "y", options: .init(missing: .dropRow))
    let features = try schema.features(from: table("a,y\n5,\n,1\n6,0\n"))
    #expect(features.values == [5, 6] && features.rows == [0, 2])
  }

  @Test("nothing that a file can hold traps", arguments: 0..<4)
  func fuzz(seed: Int) throws {
    let text = "id,size,colour,y\r\n\"a\"\"\n\",1.5,red,1\n,,blue,0\nü,1e9,red,1\n7,NaN,\"\",0\n"
    let options = [
      TableSchema.Options(), .init(missing: .dropRow, categories: ["colour"], ignored: ["id"]),
      .init(missing: .mean, categories: ["colour", "id"]),
      .init(task: .classification, missing: .constant(0), categories: ["colour"], ignored: ["id"]),
    ]
    var (tables, sets) = (0, 0)
    for bytes in try damaged(Array(text.utf8), count: 1000, seed: UInt32(seed)) {
      for header in [Table.Format.Header.automatic, .absent] {
        guard let table = try? Table(csvBytes: bytes, format: .init(header: header)) else { continue }
        tables += 1
        for target in table.columns.suffix(1) {
          guard let schema = try? TableSchema(fitting: table, target: target, options: options[seed]) else { continue }
          if let data = try? schema.dataset(from: table) {
            sets += 1
            #expect(data.features.allSatisfy(\.isFinite) && data.targets.allSatisfy(\.isFinite))
          }
        }
      }
    }
    #expect(tables > 100 && (sets > 10 || seed == 0), "\(tables) tables, \(sets) data sets")
  }
}
