/// A model in figures: its layers, what comes out of each, and how many parameters there are.
///
/// ```swift
/// print(try ModelSummary(Sequential(Dense(3, 4, activation: .relu), Dense(4, 2)), features: 3))
/// ```
public struct ModelSummary: Hashable, Sendable {
  /// A part of the model. The parts of a `Sequential` are listed, not the `Sequential`.
  public struct Layer: Hashable, Sendable {
    /// The type, and the activation of a `Dense`: "Dense, relu".
    public let name: String
    /// Numbers that come out for one sample.
    public let outputs: Int
    /// The parameters that are first used here, such as "dense1/weights", with their shapes.
    public let variables: [Parameter]
    /// Weights and biases together.
    public var parameters: Int { variables.reduce(0) { $0 + $1.shape.count } }
  }

  public struct Parameter: Hashable, Sendable {
    public let name: String
    public let shape: Shape
  }

  /// Numbers that go in for one sample.
  public let features: Int
  public let layers: [Layer]

  /// All weights and all biases.
  public var parameters: Int { layers.reduce(0) { $0 + $1.parameters } }

  /// Layers that compute with parameters: hidden layers and the output layer. The input is none, nor is an activation by
  /// itself.
  public var layerCount: Int { layers.count { $0.parameters > 0 } }

  /// Applies the model to one sample of so many features.
  /// - Throws: `ModelError` where layers do not fit together.
  public init(_ model: any LanesTrain.Layer, features: Int, file: String = #fileID, line: Int = #line)
    throws(ModelError)
  {
    let graph = Graph()
    var value = graph.input(Inputs.features, [1, features], file: file, line: line)
    var layers: [Layer] = []
    for layer in Self.parts(of: model) {
      let known = graph.parameters.count
      value = layer(value)
      let made = graph.parameters.dropFirst(known).map { Parameter(name: $0.name, shape: $0.shape) }
      layers.append(Layer(name: Self.name(of: layer), outputs: value.shape.columns, variables: made))
    }
    if let error = graph.firstError { throw error }
    (self.features, self.layers) = (features, layers)
  }

  private static func parts(of model: any LanesTrain.Layer) -> [any LanesTrain.Layer] {
    (model as? Sequential).map { $0.layers.flatMap(parts) } ?? [model]
  }

  private static func name(of layer: any LanesTrain.Layer) -> String {
    switch layer {
    case let dense as Dense where dense.activation != .identity: "Dense, \(dense.activation)"
    case let activation as Activation: "\(activation.function)"
    default: "\(type(of: layer))"
    }
  }
}

extension ModelSummary: CustomStringConvertible {
  /// A table, and the totals.
  public var description: String {
    let rows = [("layer", "output", "parameters")] + layers.map { ($0.name, "\($0.outputs)", "\($0.parameters)") }
    let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0, rows.map(\.2.count).max() ?? 0)
    func spaces(_ text: String, _ width: Int) -> String { String(repeating: " ", count: width - text.count) }
    let lines = rows.map { name, output, parameters in
      name + spaces(name, widths.0) + "  " + spaces(output, widths.1) + output + "  "
        + spaces(parameters, widths.2) + parameters
    }
    return (lines + [totals]).joined(separator: "\n")
  }

  /// "2 layers, 26 parameters"
  public var totals: String {
    "\(layerCount) layer\(layerCount == 1 ? "" : "s"), \(parameters) parameter\(parameters == 1 ? "" : "s")"
  }
}
