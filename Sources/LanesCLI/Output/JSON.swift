/// A JSON value that knows float32: Foundation's encoder would print a Float's digits by way of other types, and `description`
/// is already the shortest text that reads back to the same Float.
indirect enum JSON: CustomStringConvertible, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case float(Float)
  case double(Double)
  case string(String)
  case array([JSON])
  /// In this order.
  case object([(key: String, value: JSON)])

  /// On one line. Infinities and NaN, for which JSON has no text, are null: whoever must not lose them checks before.
  var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .float(let value): value.isFinite ? "\(value)" : "null"
    case .double(let value): value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.quoted(value)
    case .array(let values): "[\(values.map(\.description).joined(separator: ","))]"
    case .object(let members):
      "{\(members.map { "\(Self.quoted($0.key)):\($0.value)" }.joined(separator: ","))}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
