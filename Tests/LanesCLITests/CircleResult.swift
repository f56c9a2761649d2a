import Foundation
import Testing

/// The JSON of `lanes run circles`, strictly: these keys and no others.
struct CircleResult: Decodable {
  struct Parameter: Decodable {
    let name: String
    let shape: [Int]
    let values: [Double]
  }

  let example: String, backend: String, isa: String
  let threads: Int, steps: Int
  let loss: Double, accuracy: Double
  let parameters: [Parameter]
  let trace: TraceTable
  /// Where there is a moving average.
  let shadow: [Parameter]?

  struct TraceTable: Decodable {
    let columns: [String]
    let rows: [[Double]]
  }

  static let keys: Set = ["example", "backend", "isa", "threads", "steps", "loss", "accuracy", "parameters", "trace"]
  static let parameterKeys: Set = ["name", "shape", "values"]

  init(text: String) throws {
    let data = Data(text.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(Set(object.keys).subtracting(["shadow"]) == Self.keys)
    for parameter in try #require(object["parameters"] as? [[String: Any]]) {
      #expect(Set(parameter.keys) == Self.parameterKeys)
    }
    self = try JSONDecoder().decode(CircleResult.self, from: data)
  }

  /// The part of the text that is the parameters, the trace and what follows. Equal text is equal bits, as the values read back to the same float32.
  static func parametersText(_ text: String) throws -> Substring {
    let start = try #require(text.range(of: "\"parameters\":"))
    return text[start.lowerBound...]
  }

  /// The values of a parameter, read from the text as float32 without a detour by double.
  static func floats(of name: String, in text: String) throws -> [Float] {
    let parameter = try #require(text.range(of: "\"name\":\"\(name)\""))
    let rest = text[parameter.upperBound...]
    let start = try #require(rest.range(of: "\"values\":["))
    let end = try #require(rest[start.upperBound...].firstIndex(of: "]"))
    return try rest[start.upperBound..<end].split(separator: ",").map { try #require(Float($0)) }
  }
}
