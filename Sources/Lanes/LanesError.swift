/// What was wrong with a call: the operation, and the values at fault.
public struct LanesError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// A size is negative.
    case negativeSize(name: String, value: Int)
    /// A product of sizes is beyond 2⁵⁹ elements.
    case tooLarge(name: String, sizes: [Int])
    /// A row stride is shorter than a row.
    case strideTooShort(name: String, stride: Int, columns: Int)
    /// A broadcast operand's column stride is not 0 or 1, or its row stride is negative.
    case broadcastStride(name: String, rowStride: Int, columnStride: Int)
    /// An output shares memory with an input, and is not exactly that input.
    case overlap(output: String, input: String)
    /// A label is not the number of a class, and not ignored.
    case labelOutOfRange(row: Int, label: Int, classes: Int)
    /// A label smoothing is not within 0 … 1.
    case smoothingOutOfRange(Float)
    /// There is no element to choose from.
    case empty(name: String)
    case outOfMemory
    /// A run of a prepared product lacks what it was prepared with.
    case missing(name: String)
    /// A packed matrix has another k or n than the call.
    case packedShape(k: Int, n: Int, packedK: Int, packedN: Int)
    /// A packed matrix is in the order of another backend.
    case packedLayout(String, needed: String)
    /// The outputs of a batch, `step` floats apart, share elements.
    case batchOverlap(name: String, step: Int)
    /// No instruction set has this name.
    case unknownISA(String, known: [String])
    /// This machine, system or build does not have the instruction set.
    case unavailableISA(String, available: [String])
    /// The number of threads is not between 1 and 1024.
    case invalidThreads(String)
    /// Anything else, in words.
    case other(String)
  }

  public let operation: String
  public let reason: Reason

  public init(_ operation: String, _ reason: Reason) {
    self.operation = operation
    self.reason = reason
  }

  public var description: String { "\(operation): \(reason)" }
}

extension LanesError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .negativeSize(let name, let value): "\(name) is \(value), and may not be negative"
    case .tooLarge(let name, let sizes):
      "\(name) of \(sizes.map(String.init).joined(separator: " × ")) elements is too large"
    case .strideTooShort(let name, let stride, let columns):
      "the stride of \(name) is \(stride), shorter than its rows of \(columns)"
    case .broadcastStride(let name, let rowStride, let columnStride):
      "the strides of \(name) are (\(rowStride), \(columnStride)); the first may not be negative, the second must be 0 or 1"
    case .overlap(let output, let input): "the output \(output) overlaps the input \(input), and is not exactly it"
    case .labelOutOfRange(let row, let label, let classes):
      classes == 0
        ? "the label \(label) of row \(row) names a class, but there are none"
        : "the label of row \(row) is \(label), but the classes are 0 … \(classes - 1)"
    case .smoothingOutOfRange(let value): "the label smoothing is \(value), and must be between 0 and 1"
    case .empty(let name): "\(name) has no element to choose from"
    case .outOfMemory: "memory could not be allocated"
    case .missing(let name): "the product was prepared with a \(name), and this run has none"
    case .packedShape(let k, let n, let packedK, let packedN):
      "the packed matrix is \(packedK) × \(packedN), but k × n is \(k) × \(n)"
    case .packedLayout(let layout, let needed):
      "the matrix was packed for '\(layout)', but this backend reads '\(needed)'"
    case .batchOverlap(let name, let step): "the outputs \(name) of the batch, \(step) apart, overlap each other"
    case .unknownISA(let name, let known):
      "no instruction set is called '\(name)'; known: \(known.joined(separator: ", "))"
    case .unavailableISA(let name, let available):
      "this machine, system or build does not have '\(name)'; available: \(available.joined(separator: ", "))"
    case .invalidThreads(let value): "the number of threads is '\(value)', and must be between 1 and 1024"
    case .other(let message): message
    }
  }
}
