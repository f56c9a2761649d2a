import Lanes

/// One place where a backend is not like the reference.
public struct ParityMismatch: Sendable, CustomStringConvertible {
  /// The first element of an output that differs.
  public struct Value: Sendable {
    /// The argument, and whether it holds floats or 32-bit integers.
    public let output: String, isFloat: Bool
    /// In row-major order, without gaps.
    public let index: Int
    public let actual: UInt32, expected: UInt32
    /// Elements that differ, of all.
    public let count: Int, of: Int
  }

  public enum Kind: Sendable {
    case value(Value)
    /// One threw, or the two threw different errors.
    case error(actual: LanesError?, expected: LanesError?)
    /// The case must be refused, and neither threw.
    case acceptedByBoth
    /// The case must not be refused, and both threw.
    case refusedByBoth(LanesError?)
    /// An input, a guard or a gap was written, or an output of a call that threw.
    case damage(String)
  }

  public let operation: ParityOperation
  public let caseName: String
  public let kind: Kind

  public var description: String {
    switch kind {
    case .value(let value): "\(caseName): \(value)"
    case .error(let actual, let expected): "\(caseName): \(Self.text(actual)), expected: \(Self.text(expected))"
    case .acceptedByBoth: "\(caseName): neither backend threw"
    case .refusedByBoth(let error): "\(caseName): both backends threw: \(Self.text(error))"
    case .damage(let text): "\(caseName): \(text)"
    }
  }

  private static func text(_ error: LanesError?) -> String { error.map { "threw '\($0)'" } ?? "threw nothing" }
}

extension ParityMismatch.Value: CustomStringConvertible {
  public var description: String {
    "\(output)[\(index)] is \(text(actual)), expected \(text(expected)) (\(count) of \(of) differ)"
  }

  private func text(_ bits: UInt32) -> String {
    guard isFloat else { return "\(Int32(bitPattern: bits))" }
    let digits = String(bits, radix: 16)
    return "0x\(String(repeating: "0", count: 8 - digits.count))\(digits) = \(Float(bitPattern: bits))"
  }
}

/// What a comparison found, operation by operation.
public struct ParityReport: Sendable, CustomStringConvertible {
  /// The name of the backend, and of what it was compared with.
  public let backend: String, reference: String
  /// Cases that ran, by operation.
  public private(set) var cases: [ParityOperation: Int] = [:]
  public private(set) var mismatches: [ParityMismatch] = []

  init(backend: String, reference: String) { (self.backend, self.reference) = (backend, reference) }

  mutating func add(_ differences: [ParityMismatch], of parityCase: ParityCase) {
    cases[parityCase.operation, default: 0] += 1
    mismatches += differences
  }

  /// Whether there was a case, and none with a mismatch.
  public var passed: Bool { !cases.isEmpty && mismatches.isEmpty }

  public func mismatches(of operation: ParityOperation) -> [ParityMismatch] {
    mismatches.filter { $0.operation == operation }
  }

  /// A line for each operation, with its first mismatches.
  public var description: String {
    var lines = ["\(backend), compared with \(reference):"]
    for operation in ParityOperation.allCases {
      guard let count = cases[operation] else { continue }
      let found = mismatches(of: operation)
      lines.append("  \(operation): \(count) cases, \(found.isEmpty ? "the same bits" : "\(found.count) mismatches")")
      lines += found.prefix(5).map { "    \($0)" }
    }
    return lines.joined(separator: "\n")
  }
}
