import Lanes

/// Compares backends, bit for bit.
///
/// ```swift
/// let report = Parity.compare(MyBackend(), with: ReferenceBackend())
/// precondition(report.passed, "\(report)")
/// ```
public enum Parity {
  /// Runs the cases on both backends and reports where the first differs from the second.
  public static func compare(
    _ backend: any Backend, with reference: any Backend, cases: [ParityCase] = ParitySuite.cases(),
    edges: ParityMemory.Edges = .guards
  ) -> ParityReport {
    var report = ParityReport(backend: backend.name, reference: reference.name)
    for parityCase in cases {
      run(parityCase, on: [backend], with: reference, edges) { report.add($1, of: parityCase) }
    }
    return report
  }

  /// Runs the cases on all backends, on the reference only once, and gives a report for each of the backends.
  ///
  /// `progress` is called before each case with its number: where a backend ends the process, it says in which.
  public static func compare(
    _ backends: [any Backend], with reference: any Backend, cases: [ParityCase] = ParitySuite.cases(),
    edges: ParityMemory.Edges = .guards, progress: (_ index: Int, _ parityCase: ParityCase) -> Void = { _, _ in }
  ) -> [ParityReport] {
    var reports = backends.map { ParityReport(backend: $0.name, reference: reference.name) }
    for (number, parityCase) in cases.enumerated() {
      progress(number, parityCase)
      run(parityCase, on: backends, with: reference, edges) { reports[$0].add($1, of: parityCase) }
    }
    return reports
  }

  /// Gives what differs, for each backend.
  private static func run(
    _ parityCase: ParityCase, on backends: [any Backend], with reference: any Backend,
    _ edges: ParityMemory.Edges, _ body: (_ backend: Int, _ differences: [ParityMismatch]) -> Void
  ) {
    var expected = ParityOutcome()
    parityCase.forEachOutcome(on: [reference] + backends, edges: edges) { index, outcome in
      if index == 0 {
        expected = outcome
      } else {
        body(index - 1, differences(outcome, from: expected, in: parityCase))
      }
    }
  }

  /// Where an outcome is not what was expected: at most one mismatch for each output, and one for each piece of damage.
  static func differences(
    _ outcome: ParityOutcome, from expected: ParityOutcome, in parityCase: ParityCase
  ) -> [ParityMismatch] {
    var kinds: [ParityMismatch.Kind] = []
    if outcome.error != expected.error {
      kinds.append(.error(actual: outcome.error, expected: expected.error))
    } else if parityCase.isRefused != (outcome.error != nil) {
      kinds.append(parityCase.isRefused ? .acceptedByBoth : .refusedByBoth(outcome.error))
    }
    if outcome.error == nil, expected.error == nil {
      for (actual, wanted) in zip(outcome.outputs, expected.outputs) {
        let indices = actual.bits.indices.filter { !actual.agrees(with: wanted, at: $0) }
        guard let first = indices.first else { continue }
        kinds.append(
          .value(
            ParityMismatch.Value(
              output: actual.name, isFloat: actual.isFloat, index: first, actual: actual.bits[first],
              expected: wanted.bits[first], count: indices.count, of: actual.bits.count)))
      }
    }
    kinds += outcome.damage.map { .damage($0) }
    kinds += expected.damage.map { .damage("the reference \($0)") }
    return kinds.map { ParityMismatch(operation: parityCase.operation, caseName: parityCase.name, kind: $0) }
  }
}
