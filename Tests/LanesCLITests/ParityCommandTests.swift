import Foundation
import Lanes
import LanesParity
import LanesReference
import Testing

@testable import LanesCLI

@Suite struct ParityCommandTests {
  private static var threads: [Int] { Hardware().hasOpenMP ? Forced.threads : [1] }

  @Test func theTableHasEveryInstructionSetAndNumberOfThreads() throws {
    let outcome = try LanesProcess.run("parity", "--operation", "argmax")
    #expect(outcome.succeeded && outcome.errors == "")
    let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.first == ["operation", "ISA", "threads", "cases", "mismatches"])
    let cases = "\(ParitySuite.cases(for: .argmax).count)"
    let expected = Forced.isas.flatMap { isa in Self.threads.map { ["argmax", isa, "\($0)", cases, "0"] } }
    #expect(Array(lines.dropFirst(2).dropLast()) == expected)
    #expect(outcome.output.hasSuffix("comparisons: the same bits as the reference\n"))
  }

  private struct Report: Decodable {
    struct Result: Decodable {
      struct Mismatch: Decodable {}
      let operation: String, isa: String
      let threads: Int, cases: Int
      let mismatches: [Mismatch]
    }
    let comparisons: Int, mismatches: Int
    let results: [Result]
  }

  @Test func json() throws {
    let outcome = try LanesProcess.run("parity", "--operation", "softmax", "--format", "json")
    #expect(outcome.succeeded && outcome.errors == "")
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.mismatches == 0)
    #expect(report.results.count == Forced.isas.count * Self.threads.count)
    #expect(report.comparisons == report.results.reduce(0) { $0 + $1.cases })
    #expect(report.results.allSatisfy { $0.operation == "softmax" && $0.cases > 0 && $0.mismatches.isEmpty })
  }

  /// The result of a case in which another backend is asked for another function than the reference.
  private static func failed() throws -> ParityResult {
    let differing = ParityCase(.unary, "made to differ") { memory in
      let y = memory.output("y", columns: 3)
      let x = memory.input("x", columns: 3, .normals)
      return { backend throws(LanesError) in
        try backend.unary(
          backend.name == "reference" ? .identity : .negate, count: 3, UnsafePointer(x.read), into: y.write)
      }
    }
    let report = Parity.compare(try NativeBackend(), with: ReferenceBackend(), cases: [differing])
    return ParityResult([(isa: "avx9", threads: 7, report: report)])
  }

  @Test func aMismatchIsPrintedInFull() throws {
    let result = try Self.failed()
    #expect(!result.passed)
    let lines = result.text.split(separator: "\n").map(String.init)
    #expect(lines[2].split(separator: " ") == ["unary", "avx9", "7", "1", "1"])
    #expect(lines[3].hasPrefix("avx9, 7 threads: unary: made to differ: y[0] is 0x"))
    #expect(lines[3].contains(", expected 0x") && lines[3].hasSuffix("(3 of 3 differ)"))
    #expect(lines.last == "1 comparisons: 1 mismatches")
  }

  @Test func aMismatchAsJSON() throws {
    let text = try Self.failed().json.description
    _ = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    #expect(text.hasPrefix("{\"comparisons\":1,\"mismatches\":1,\"results\":[{\"operation\":\"unary\""))
    #expect(text.contains("\"output\":\"y\",\"element\":0,\"actualBits\":"))
  }

  @Test func comparingNothingIsNoPass() {
    #expect(!ParityResult([]).passed)
  }
}
