import Lanes

/// What a node computes. Each conforming type stands in its own file of `Operations`, its gradient beside it.
protocol NodeOperation: Hashable, Sendable {
  /// As in errors and listings.
  var name: String { get }
  /// Shape and type of the result; throws what does not fit.
  func value(of operands: [Value]) throws(Mismatch) -> Value
  /// The gradient with respect to each operand, given that of the result; nil where there is none.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?]
  /// The call that computes the result, or nil where nothing is to be done at run time.
  func kernel(_ wiring: Wiring) -> Kernel?
  /// The floats of scratch memory that the call is given.
  func workspace(for operands: [Value], on backend: any Backend) -> Int
  /// Whether the result may be written over this operand, where that has the same size and is not needed any more.
  func mayOverwrite(operand: Int) -> Bool
  /// Whether row i of the result has the bits that it would have if there were only row i of each operand with a row a sample,
  /// given that these have many rows (more than 64, so that C2 has its order for many), and that the result has as many.
  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool
}

extension NodeOperation {
  func workspace(for operands: [Value], on backend: any Backend) -> Int { 0 }
  func mayOverwrite(operand: Int) -> Bool { false }
  func keepsRowsApart(_ operands: [RowsOfSamples]) -> Bool { false }

  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    request.graph.fail(
      name, request.operands.map(\.shape), "this has no gradient of its own", at: request.location)
    return request.operands.map { _ in nil }
  }
}

struct GradientRequest {
  let operands: [SymbolicTensor]
  let result: SymbolicTensor
  /// The gradient of the loss with respect to the result.
  let upstream: SymbolicTensor
  /// Which operands' gradients are wanted.
  let wanted: [Bool]

  var graph: Graph { result.graph }
  var location: SourceLocation { result.location }
}

/// Where a Program's values are: a table of pointers, one a slot.
typealias Slots = UnsafeMutablePointer<UnsafeMutablePointer<Float>>

/// One call of a backend, ready to run.
typealias Kernel = (Slots) throws(LanesError) -> Void

/// What a kernel is made from.
struct Wiring {
  let backend: any Backend
  let operands: [WiredValue]
  /// Most operations have one.
  let results: [WiredValue]
  /// Scratch memory, where the operation wants any.
  let workspace: (slot: Int, count: Int)?

  var result: WiredValue { results[0] }
}

/// A value's place in the table of slots.
struct WiredValue {
  let slot: Int
  let shape: Shape
  let type: ElementType
  /// Where the value is a variable that the Program itself does not change.
  var parameter: Memory? = nil
}

/// A value given to each run.
struct InputNode: NodeOperation {
  let name: String
  let value: Value
  func value(of operands: [Value]) -> Value { value }
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] { [] }
  func kernel(_ wiring: Wiring) -> Kernel? { nil }
}

/// A value that lives in a State.
struct VariableNode: NodeOperation {
  let name: String
  let shape: Shape
  func value(of operands: [Value]) -> Value { Value(shape: shape, type: .float32) }
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] { [] }
  func kernel(_ wiring: Wiring) -> Kernel? { nil }
}

/// One number in every element; filled in when the Program is made.
struct FillNode: NodeOperation {
  /// The bits, so that equal nodes are equal values: −0 is not +0.
  let bits: UInt32
  let shape: Shape
  var name: String { "constant" }
  func value(of operands: [Value]) -> Value { Value(shape: shape, type: .float32) }
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] { [] }
  func kernel(_ wiring: Wiring) -> Kernel? { nil }
}
