import Lanes
import LanesParity
import LanesReference
import Testing

/// The suite itself: it covers every operation, replays, and asks for nothing that the reference cannot give.
@Suite struct ParitySuiteTests {
  @Test func namesAreUnique() {
    var seen: Set<String> = []
    for parityCase in ParitySuite.cases() {
      #expect(seen.insert(parityCase.name).inserted, "twice: \(parityCase.name)")
    }
  }

  @Test(arguments: ParityOperation.allCases)
  func everyOperationHasCasesOfBothKinds(operation: ParityOperation) {
    let cases = ParitySuite.cases(for: operation)
    #expect(cases.count >= 100)
    #expect(cases.contains { $0.isRefused })
    #expect(cases.allSatisfy { $0.operation == operation })
  }

  /// The reference refuses what must be refused and nothing else, and writes only its outputs.
  @Test(arguments: ParityOperation.allCases)
  func theReferenceIsLikeItself(operation: ParityOperation) {
    let report = Parity.compare(ReferenceBackend(), with: ReferenceBackend(), cases: ParitySuite.cases(for: operation))
    #expect(report.passed, "\(report)")
    #expect(report.cases == [operation: ParitySuite.cases(for: operation).count])
  }

  @Test func aCaseReplays() throws {
    let cases = ParitySuite.cases(for: .binary)
    let later = try #require(cases.first { $0.name.contains("normals") && !$0.isRefused })
    let first = later.outcome(on: ReferenceBackend())
    _ = cases.first?.outcome(on: ReferenceBackend())
    let again = ParitySuite.cases(for: .binary).first { $0.name == later.name }?.outcome(on: ReferenceBackend())
    #expect(first.outputs.map(\.bits) == again?.outputs.map(\.bits))
    #expect(first.outputs.first?.bits.isEmpty == false)
  }

  @Test func progressNamesEveryCase() {
    let cases = Array(ParitySuite.cases(for: .update).prefix(5))
    var names: [String] = []
    let reports = Parity.compare([ReferenceBackend(), ReferenceBackend()], with: ReferenceBackend(), cases: cases) {
      #expect($0 == names.count)
      names.append($1.name)
    }
    #expect(names == cases.map(\.name))
    #expect(reports.count == 2)
  }

  @Test func nothingComparedIsNothingPassed() {
    #expect(!Parity.compare(ReferenceBackend(), with: ReferenceBackend(), cases: []).passed)
  }
}
