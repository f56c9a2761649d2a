import Lanes
import LanesParity
import LanesReference
import Testing

/// Every defect, in every operation in which it can be, is reported as what it is.
@Suite struct DefectTests {
  @Test(arguments: ParityOperation.allCases)
  func areReported(operation: ParityOperation) throws {
    let defects = Defect.allCases.filter { $0.canBe(in: operation) }
    let reports = Parity.compare(
      try defects.map { try DefectiveBackend($0) }, with: ReferenceBackend(), cases: ParitySuite.cases(for: operation))
    #expect(reports.count == defects.count)
    for (defect, report) in zip(defects, reports) {
      guard let mismatch = report.mismatches.first else {
        Issue.record("\(defect) in \(operation) went unnoticed")
        continue
      }
      #expect(!report.passed)
      #expect(report.mismatches.allSatisfy { $0.operation == operation })
      #expect(defect.isSeen(in: mismatch.kind), "\(defect) is reported as: \(mismatch)")
    }
  }

  /// The whole cases of an operation fail, not one by chance: a NaN that is lost in each function is seen.
  @Test(arguments: UnaryOperation.allCases)
  func aLostNaNIsSeenInEveryFunction(operation: UnaryOperation) throws {
    let cases = ParitySuite.cases(for: .unary).filter { $0.name.contains(": \(operation) count") }
    let report = Parity.compare(try DefectiveBackend(.launderedNaN), with: ReferenceBackend(), cases: cases)
    #expect(report.mismatches.count > 3)
  }

  @Test func oneDefectLeavesTheOthersAlone() throws {
    let backends: [any Backend] = [ReferenceBackend(), try DefectiveBackend(.tailBit), ReferenceBackend()]
    let reports = Parity.compare(backends, with: ReferenceBackend(), cases: ParitySuite.cases(for: .softmax))
    #expect(reports.map(\.passed) == [true, false, true])
  }

  @Test func aReferenceThatDoesDamageIsReported() throws {
    let report = Parity.compare(
      ReferenceBackend(), with: try DefectiveBackend(.writesPastTheEnd), cases: ParitySuite.cases(for: .unary))
    #expect(report.mismatches.contains { "\($0)".contains("the reference wrote to") })
  }

  @Test func aReportNamesTheElement() throws {
    let cases = ParitySuite.cases(for: .binary).filter { $0.name.contains("add 1×31 ") }
    let report = Parity.compare(try DefectiveBackend(.tailBit), with: ReferenceBackend(), cases: cases)
    #expect(report.mismatches.count == cases.count && !cases.isEmpty)
    #expect("\(report)".contains("output[30] is 0x"))
    #expect("\(report)".contains("(1 of 31 differ)"))
  }

  /// Writing a guard page ends the process; staying inside does not.
  @Test func aPageIsAGuard() async {
    await #expect(processExitsWith: .failure) {
      _ = Parity.compare(
        try DefectiveBackend(.writesPastTheEnd), with: ReferenceBackend(), cases: ParitySuite.cases(for: .unary),
        edges: .pageAfter)
    }
    await #expect(processExitsWith: .failure) {
      _ = Parity.compare(
        try DefectiveBackend(.writesBeforeTheStart), with: ReferenceBackend(),
        cases: ParitySuite.cases(for: .unary), edges: .pageBefore)
    }
    await #expect(processExitsWith: .success) {
      _ = Parity.compare(
        try DefectiveBackend(.tailBit), with: ReferenceBackend(), cases: ParitySuite.cases(for: .unary),
        edges: .pageAfter)
    }
  }
}

extension Defect {
  /// No NaN is an index, one row has no gaps.
  fileprivate func canBe(in operation: ParityOperation) -> Bool {
    switch self {
    case .launderedNaN: operation != .argmax
    case .writesInAGap: ![.unary, .unaryGradient, .reduce, .argmax, .update].contains(operation)
    default: true
    }
  }

  /// Whether a mismatch is what this defect leaves.
  fileprivate func isSeen(in mismatch: ParityMismatch.Kind) -> Bool {
    switch (self, mismatch) {
    case (.tailBit, .value(let value)), (.largeTailBit, .value(let value)), (.forgetsTheLast, .value(let value)):
      value.index == value.of - 1 && value.count == 1
    case (.launderedNaN, .value(let value)): value.count == 1 && Float(bitPattern: value.expected).isNaN
    case (.writesPastTheEnd, .damage(let text)): text.contains("after the end") || text.contains("the gap")
    case (.writesBeforeTheStart, .damage(let text)): text.contains("before")
    case (.writesInAGap, .damage(let text)): text.contains("the gap after row 0")
    case (.writesAnInput, .damage(let text)): text.contains("the input")
    case (.refusesEverything, .error(let actual, let expected)):
      actual?.operation == "everything" && expected != actual
    case (.acceptsEverything, .error(let actual, let expected)): actual == nil && expected != nil
    case (.throwsAnotherError, .error(let actual, let expected)): actual != nil && expected != nil
    case (.writesBeforeItThrows, .damage(let text)): text.contains("threw")
    default: false
    }
  }
}
