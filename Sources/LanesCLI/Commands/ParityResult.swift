import LanesParity

/// What `lanes parity` found: for each operation, instruction set and number of threads.
struct ParityResult {
  struct Row {
    let operation: ParityOperation
    let isa: String, threads: Int
    let cases: Int
    let mismatches: [ParityMismatch]
  }

  let rows: [Row]

  init(_ reports: [(isa: String, threads: Int, report: ParityReport)]) {
    rows = ParityOperation.allCases.flatMap { operation in
      reports.compactMap { isa, threads, report in
        report.cases[operation].map {
          Row(
            operation: operation, isa: isa, threads: threads, cases: $0,
            mismatches: report.mismatches(of: operation))
        }
      }
    }
  }

  private var mismatchCount: Int { rows.reduce(0) { $0 + $1.mismatches.count } }
  /// Cases, counted once for each backend that they ran on.
  private var caseCount: Int { rows.reduce(0) { $0 + $1.cases } }

  /// A comparison of nothing is no pass.
  var passed: Bool { caseCount > 0 && mismatchCount == 0 }

  /// The table, then each mismatch: operation, case, element, both values.
  var text: String {
    let table = Table(
      columns: ["operation", "ISA", "threads", "cases", "mismatches"],
      rows: rows.map { ["\($0.operation)", $0.isa, "\($0.threads)", "\($0.cases)", "\($0.mismatches.count)"] })
    let details = rows.flatMap { row in
      row.mismatches.map { "\(row.isa), \(row.threads) thread\(row.threads == 1 ? "" : "s"): \($0)\n" }
    }
    let found = passed ? "the same bits as the reference" : "\(mismatchCount) mismatches"
    return "\(table)\n\(details.joined())\(caseCount) comparisons: \(found)\n"
  }

  var json: JSON {
    .object([
      ("comparisons", .integer(caseCount)), ("mismatches", .integer(mismatchCount)),
      (
        "results",
        .array(
          rows.map { row in
            .object([
              ("operation", .string(row.operation.rawValue)), ("isa", .string(row.isa)),
              ("threads", .integer(row.threads)), ("cases", .integer(row.cases)),
              ("mismatches", .array(row.mismatches.map(Self.json))),
            ])
          })
      ),
    ])
  }

  /// The case, and what is wrong with it in words; of a value also where it is and its bits.
  private static func json(_ mismatch: ParityMismatch) -> JSON {
    var members: [(key: String, value: JSON)] = [
      ("case", .string(mismatch.caseName)), ("description", .string(mismatch.description)),
    ]
    if case .value(let value) = mismatch.kind {
      members += [
        ("output", .string(value.output)), ("element", .integer(value.index)),
        ("actualBits", .integer(Int(value.actual))), ("expectedBits", .integer(Int(value.expected))),
      ]
    }
    return .object(members)
  }
}
