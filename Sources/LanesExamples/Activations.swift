import Lanes
import LanesTrain

/// The lecture's *activations*, and those that came after it: values and derivatives over −6 … 6.
public struct Activations: Sendable {
  /// The lecture's three first.
  public static let functions: [UnaryOperation] = [
    .relu, .sigmoid, .tanh, .leakyRelu, .relu6, .elu, .selu, .gelu, .geluTanh, .silu, .mish, .softplus, .softsign,
    .hardSigmoid, .hardSwish, .hardTanh,
  ]

  public struct Curve: Hashable, Sendable {
    public let function: UnaryOperation
    public let values: [Float], derivatives: [Float]
  }

  /// In steps of 1/80, which float32 has exactly at every whole number.
  public static let inputs: [Float] = (-480...480).map { Float($0) / 80 }

  public init() {}

  public func run(on backend: any Backend) throws -> [Curve] {
    let graph = Graph()
    let x = graph.variable(
      Variable("x", [Self.inputs.count], role: .weight, initializer: .values(Self.inputs)))
    let results = Self.functions.flatMap { function in
      let y = Activation(function)(x)
      return [y] + graph.gradients(of: sum(y), withRespectTo: [x])
    }
    let program = try Program(graph, results: results, state: State(), on: backend)
    try program.run()
    return Self.functions.enumerated().map { index, function in
      Curve(
        function: function, values: program.result(2 * index).values,
        derivatives: program.result(2 * index + 1).values)
    }
  }

  /// As the field writes it.
  public static func formula(_ function: UnaryOperation) -> String {
    switch function {
    case .relu: "max(x, 0)"
    case .sigmoid: "1 / (1 + e⁻ˣ)"
    case .tanh: "(1 − e⁻²ˣ) / (1 + e⁻²ˣ)"
    case .leakyRelu: "max(x, 0.2·x)"
    case .relu6: "min(max(x, 0), 6)"
    case .elu: "x > 0: x, else eˣ − 1"
    case .selu: "1.0507·x for x > 0, else 1.7581·(eˣ − 1)"
    case .gelu: "x·Φ(x)"
    case .geluTanh: "0.5·x·(1 + tanh(0.7979·(x + 0.044715·x³)))"
    case .silu: "x·sigmoid(x)"
    case .mish: "x·tanh(softplus(x))"
    case .softplus: "log(1 + eˣ)"
    case .softsign: "x / (1 + |x|)"
    case .hardSigmoid: "min(max(x + 3, 0), 6) / 6"
    case .hardSwish: "x·min(max(x + 3, 0), 6) / 6"
    case .hardTanh: "min(max(x, −1), 1)"
    default: "\(function)(x)"
    }
  }
}
