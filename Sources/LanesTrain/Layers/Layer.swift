import Lanes

/// A part of a network: makes variables, and an output from an input.
///
/// A layer is a description. It is applied once for each batch size, to a new graph each time; the variables it asks for by
/// name are the same in all.
public protocol Layer: Sendable {
  func callAsFunction(_ input: SymbolicTensor) -> SymbolicTensor
}

/// `activation(x·W + b)`: x [samples, inputs], W [inputs, outputs], b [outputs]. TensorFlow: `tf.layers.dense`.
public struct Dense: Layer {
  public let inputs: Int, outputs: Int
  public let activation: UnaryOperation
  public let weights: Initializer
  /// Nil: no bias.
  public let bias: Initializer?
  /// The variables are `name/weights` and `name/bias`.
  public let name: String?
  private let location: SourceLocation

  /// - Parameter name: nil: "dense1", "dense2", … in the order of use.
  public init(
    _ inputs: Int, _ outputs: Int, activation: UnaryOperation = .identity, weights: Initializer = .glorotUniform(),
    bias: Initializer? = .zeros, name: String? = nil, file: String = #fileID, line: Int = #line
  ) {
    (self.inputs, self.outputs, self.activation) = (inputs, outputs, activation)
    (self.weights, self.bias, self.name, location) = (weights, bias, name, SourceLocation(file, line))
  }

  public func callAsFunction(_ input: SymbolicTensor) -> SymbolicTensor {
    let graph = input.graph
    let name = name ?? graph.uniqueName("dense")
    let w = graph.variable(
      Variable("\(name)/weights", [inputs, outputs], role: .weight, initializer: weights), at: location)
    var y = matmul(input, w, transposeA: false, transposeB: false, at: location)
    if let bias {
      y = y + graph.variable(Variable("\(name)/bias", [outputs], role: .bias, initializer: bias), at: location)
    }
    return activation == .identity ? y : y.map(activation, at: location)
  }
}

/// One layer after the other.
public struct Sequential: Layer {
  public let layers: [any Layer]

  public init(_ layers: any Layer...) { self.layers = layers }
  public init(_ layers: [any Layer]) { self.layers = layers }

  public func callAsFunction(_ input: SymbolicTensor) -> SymbolicTensor {
    layers.reduce(input) { $1($0) }
  }
}
