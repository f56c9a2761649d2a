/// A model as data: values, and the operations that make them from other values.
///
/// A graph is built by ordinary Swift expressions over `SymbolicTensor`. Equal expressions are one node. Operators cannot
/// throw, so the first mistake is kept, and thrown when the graph is compiled into a `Program`.
///
/// Not Sendable: it is built on one thread, and a Program keeps nothing of it.
public final class Graph {
  struct Node {
    let operation: any NodeOperation
    let operands: [Int]
    let value: Value
    let location: SourceLocation
  }

  private struct Key: Hashable {
    let operation: AnyHashable
    let operands: [Int]
  }

  private(set) var nodes: [Node] = []
  private var known: [Key: Int] = [:]
  private(set) var variables: [Variable] = []
  private var inputs: [String: Value] = [:]
  private(set) var firstError: ModelError?

  /// The trainable variables that were asked for, in this order.
  private(set) var parameters: [Variable] = []
  /// Whether moving averages are read where parameters are asked for.
  private let isAveraged: Bool
  /// Whether layers behave as in training: Dropout drops.
  public let isTraining: Bool

  /// - Parameter isAveraged: the graph of an evaluation that reads the moving averages of the parameters.
  public init(isTraining: Bool = false, isAveraged: Bool = false) {
    (self.isTraining, self.isAveraged) = (isTraining, isAveraged)
  }

  /// A value that is given to each run: `bind` it to memory.
  public func input(
    _ name: String, _ shape: Shape, _ type: ElementType = .float32, file: String = #fileID, line: Int = #line
  ) -> SymbolicTensor {
    let location = SourceLocation(file, line)
    let value = Value(shape: shape, type: type)
    if let other = inputs.updateValue(value, forKey: name), other != value {
      let reason = "'\(name)' is \(other.shape) of \(other.type) elsewhere, and \(shape) of \(type) here"
      fail("input", [other.shape, shape], reason, at: location)
    }
    return add(InputNode(name: name, value: value), [], at: location)
  }

  /// A value that lives from run to run, in a `State`, under its name.
  public func variable(_ variable: Variable, file: String = #fileID, line: Int = #line) -> SymbolicTensor {
    self.variable(variable, at: SourceLocation(file, line))
  }

  func variable(_ wanted: Variable, at location: SourceLocation) -> SymbolicTensor {
    if wanted.isTrainable, !parameters.contains(where: { $0.name == wanted.name }) { parameters.append(wanted) }
    let variable = isAveraged && wanted.isTrainable ? wanted.average : wanted
    if let other = variables.first(where: { $0.name == variable.name }) {
      if other.shape != variable.shape {
        fail(
          "variable", [other.shape, variable.shape],
          "'\(variable.name)' is \(other.shape) elsewhere, and \(variable.shape) here", at: location)
      }
    } else {
      variables.append(variable)
    }
    return add(VariableNode(name: variable.name, shape: variable.shape), [], at: location)
  }

  private var names: [String: Int] = [:]

  /// 1, 2, … in the order of asking.
  func uniqueNumber(_ stem: String) -> Int {
    names[stem, default: 0] += 1
    return names[stem, default: 1]
  }

  /// "dense1", "dense2", … in the order of asking.
  func uniqueName(_ stem: String) -> String { "\(stem)\(uniqueNumber(stem))" }

  /// The same number in every element.
  public func constant(
    _ value: Float, _ shape: Shape = .scalar, file: String = #fileID, line: Int = #line
  ) -> SymbolicTensor {
    constant(value, shape, at: SourceLocation(file, line))
  }

  func constant(_ value: Float, _ shape: Shape = .scalar, at location: SourceLocation) -> SymbolicTensor {
    add(FillNode(bits: value.bitPattern, shape: shape), [], at: location)
  }

  /// The node of an operation: an old one where the same operation has the same operands.
  func add(
    _ operation: some NodeOperation, _ operands: [SymbolicTensor], at location: SourceLocation
  ) -> SymbolicTensor {
    do throws(Mismatch) {
      if operands.contains(where: { $0.graph !== self }) { throw Mismatch("its operands belong to different graphs") }
      let key = Key(operation: AnyHashable(operation), operands: operands.map(\.node))
      if let node = known[key] { return SymbolicTensor(graph: self, node: node) }
      let value = try operation.value(of: operands.map(\.value))
      if !value.shape.isValid { throw Mismatch("\(value.shape) is not the shape of a scalar, vector or matrix") }
      nodes.append(Node(operation: operation, operands: key.operands, value: value, location: location))
      known[key] = nodes.count - 1
    } catch {
      fail(operation.name, operands.map(\.shape), error.reason, at: location)
      // Something to go on with until compiling throws; its operands may not even be of this graph.
      let value = Value(shape: .scalar, type: .float32)
      nodes.append(Node(operation: operation, operands: [], value: value, location: location))
    }
    return SymbolicTensor(graph: self, node: nodes.count - 1)
  }

  func fail(_ operation: String, _ shapes: [Shape], _ reason: String, at location: SourceLocation) {
    if firstError == nil {
      firstError = ModelError(operation: operation, shapes: shapes, reason: reason, location: location)
    }
  }
}

/// The numbers that a tensor holds.
public enum ElementType: Sendable, Hashable { case float32, int32 }

/// What is known of a value before it is computed.
struct Value: Hashable, Sendable {
  var shape: Shape
  var type: ElementType
}

/// A value of a graph that is not computed yet.
public struct SymbolicTensor {
  public let graph: Graph
  let node: Int

  var value: Value { graph.nodes[node].value }
  var location: SourceLocation { graph.nodes[node].location }
  public var shape: Shape { value.shape }
  public var type: ElementType { value.type }

  /// The number in every element, where that is known already.
  var uniform: Float? { (graph.nodes[node].operation as? FillNode).map { Float(bitPattern: $0.bits) } }
}

/// A named value that lives from run to run: a parameter, or what an optimizer remembers of it.
public struct Variable: Sendable {
  public enum Role: Sendable {
    /// Trained; regularized where it is a weight.
    case weight, bias
    /// Kept by an optimizer.
    case slot
  }

  public let name: String
  public let shape: Shape
  public let role: Role
  public let initializer: Initializer

  public init(_ name: String, _ shape: Shape, role: Role, initializer: Initializer) {
    (self.name, self.shape, self.role, self.initializer) = (name, shape, role, initializer)
  }

  public var isTrainable: Bool { role != .slot }

  /// The shadow of a parameter.
  var average: Variable {
    Variable(MovingAverage.name(of: name), shape, role: .slot, initializer: .copy(of: name))
  }
}
