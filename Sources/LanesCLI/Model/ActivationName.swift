import Lanes

/// An elementwise function that hidden layers can have, by its name on the command line: "leaky-relu".
struct ActivationName: Codable, Equatable {
  let name: String

  init(_ name: String) { self.name = name }

  init(from decoder: any Decoder) throws { name = try decoder.singleValueContainer().decode(String.self) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }

  /// Nil where there is none of the name.
  var function: UnaryOperation? { Self.functions.first { Self.name(of: $0) == name } }

  static let names = functions.map { name(of: $0) }

  private static let functions: [UnaryOperation] = [
    .identity, .relu, .leakyRelu, .relu6, .elu, .selu, .gelu, .geluTanh, .silu, .mish, .softplus, .softsign, .sigmoid,
    .hardSigmoid, .hardSwish, .tanh, .hardTanh,
  ]

  /// Whether the function is linear above 0, so that He's initial weights suit it; for others Glorot's do.
  static func isRectifier(_ function: UnaryOperation) -> Bool {
    [.relu, .leakyRelu, .relu6, .elu, .gelu, .geluTanh, .silu, .mish, .softplus, .hardSwish].contains(function)
  }

  private static func name(of function: UnaryOperation) -> String {
    "\(function)".reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : "\($1)" }
  }
}
