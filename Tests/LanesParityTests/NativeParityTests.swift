import Lanes
import LanesParity
import LanesReference
import Testing

/// The native kernels give the reference's bits: on every instruction set that this machine has, on any number of threads.
@Suite struct NativeParityTests {
  /// Each operation runs on the reference once, and on every instruction set with 1, 2, 3 and 5 threads. The tiny grain
  /// makes threads of work that would not be worth them. Without OpenMP one thread does what is cut for one, or several.
  @Test(arguments: ParityOperation.allCases)
  func isLikeTheReference(operation: ParityOperation) throws {
    let counts = Hardware().hasOpenMP ? [1, 2, 3, 5] : [1, 3]
    var backends: [NativeBackend] = []
    for isa in Hardware.availableISAs {
      for threads in counts {
        backends.append(try NativeBackend(isa: isa, threads: threads, grainNanoseconds: 1))
      }
    }
    #expect(backends.count == counts.count * Hardware.availableISAs.count && backends.count >= counts.count)
    let reports = Parity.compare(backends, with: ReferenceBackend(), cases: ParitySuite.cases(for: operation))
    for report in reports { #expect(report.passed, "\(report)") }
  }

  /// exp, log and sigmoid take a short form where a whole group of arguments is ordinary: neighbours of where that ends, and
  /// one special argument at every place of a group.
  @Test(arguments: [UnaryOperation.exp, .log, .sigmoid])
  func groupsOfOrdinaryArguments(operation: UnaryOperation) throws {
    var x: [Float] = []
    for edge in [87, -87, -88.5, 0x1p-126, .greatestFiniteMagnitude, 1, -1e-30] as [Float] {
      let bits = edge.bitPattern
      x += (bits - 128..<bits + 128).map { Float(bitPattern: $0) }
    }
    for place in 0..<64 {
      var group = (0..<64).map { Float($0 + 1) / 4 }
      group[place] = [.nan, -.infinity, .infinity, 0, -104, -1, 0x1p-140][place % 7]
      x += group
    }
    let expected = try Reference.unary(operation, x)
    for isa in Hardware.availableISAs {
      var y = [Float](repeating: 0, count: x.count)
      try NativeBackend(isa: isa, threads: 1).unary(operation, count: x.count, x, into: &y)
      for i in x.indices where !(y[i].isNaN && expected[i].isNaN) {
        #expect(y[i].bitPattern == expected[i].bitPattern, "\(operation)(\(x[i])) on \(isa)")
      }
    }
  }

  /// Nothing is read or written beyond an edge; that would end the process. Among the backends is the one that a caller gets
  /// who states nothing.
  @Test(arguments: [ParityMemory.Edges.pageAfter, .pageBefore])
  func staysWithinItsPages(edges: ParityMemory.Edges) throws {
    let backends = try Hardware.availableISAs.map { try NativeBackend(isa: $0, threads: 2, grainNanoseconds: 1) }
    let reports = Parity.compare(backends + [try NativeBackend()], with: ReferenceBackend(), edges: edges)
    #expect(reports.count == backends.count + 1)
    for report in reports {
      #expect(report.passed, "\(report)")
      #expect(Set(report.cases.keys) == Set(ParityOperation.allCases))
    }
  }

  /// One backend, called by many tasks at once.
  @Test func callsAtOnce() async throws {
    let backend = try NativeBackend(threads: 3, grainNanoseconds: 1)
    let cases = ParitySuite.cases().filter { !$0.name.contains("100003") }
    await withTaskGroup(of: ParityReport.self) { group in
      for first in 0..<8 {
        let share = stride(from: first, to: cases.count, by: 8).map { cases[$0] }
        group.addTask { Parity.compare(backend, with: ReferenceBackend(), cases: share) }
      }
      for await report in group { #expect(report.passed, "\(report)") }
    }
  }
}
