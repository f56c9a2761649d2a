import Lanes
import LanesParity
import LanesReference
import Testing

/// The programs of `LanesParity.md`.
@Suite("Parity, as documented")
struct ParityTests {
  @Test("a comparison of the whole suite, and a case of one's own")
  func comparison() throws {
    // snippet
    let report = Parity.compare(try NativeBackend(threads: 2), with: ReferenceBackend())
    print(report)
    // end
    #expect(report.passed, "\(report)")
    #expect(report.cases.count == ParityOperation.allCases.count)

    // snippet
    let sum = ParityCase(.reduce, "the sum of 1,000 values") { memory in
      let x = memory.input("x", columns: 1_000, .normals)
      let y = memory.output("y", columns: 1)
      return { backend throws(LanesError) in
        try backend.reduce(.sum, .everything, rows: 1, columns: 1_000, x.matrix, into: y.write)
      }
    }
    let own = Parity.compare(try NativeBackend(), with: ReferenceBackend(), cases: [sum])
    // end
    #expect(own.passed && own.cases == [.reduce: 1], "\(own)")
  }
}
