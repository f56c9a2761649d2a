import LanesExamples
import LanesPlot
import LanesTrain

/// What an example leaves.
struct ExampleResult {
  struct Parameter {
    let name: String
    let value: Tensor
  }

  let steps: Int
  /// Over all samples, with the regularization; nil where the example has none.
  var loss: Float?
  var accuracy: Double?
  var parameters: [Parameter] = []
  var trace: Trace
  /// The moving averages, by the parameters' names; nil where there are none.
  var shadow: [Parameter]?
  /// What else the example's JSON has.
  var more: [(key: String, value: JSON)] = []
  /// What is printed at the end.
  var text = ""
  var model: ModelSummary?
  /// The example's part of a report.
  var sections: [Report.Section] = []

  init(steps: Int, trace: Trace) { (self.steps, self.trace) = (steps, trace) }

  func json(example: String, backend: ChosenBackend) -> JSON {
    .object(
      [
        ("example", .string(example)), ("backend", .string(backend.name)), ("isa", .string(backend.isa)),
        ("threads", .integer(backend.threads)), ("steps", .integer(steps)), ("loss", loss.map { .float($0) } ?? .null),
        ("accuracy", accuracy.map { .double($0) } ?? .null),
        ("parameters", Self.json(parameters)), ("trace", Self.json(trace)),
      ] + (shadow.map { [("shadow", Self.json($0))] } ?? []) + more)
  }

  static func json(_ tensor: [Float]) -> JSON { .array(tensor.map { .float($0) }) }

  private static func json(_ trace: Trace) -> JSON {
    .object([
      ("columns", .array(trace.columns.map { .string($0) })), ("rows", .array(trace.rows.map { json($0) })),
    ])
  }

  private static func json(_ parameters: [Parameter]) -> JSON {
    .array(
      parameters.map { parameter in
        .object([
          ("name", .string(parameter.name)),
          ("shape", .array(parameter.value.shape.dimensions.map { .integer($0) })),
          ("values", json(parameter.value.values)),
        ])
      })
  }

  /// Throws where a parameter is infinite or NaN, for which JSON has no text.
  func checkFinite() throws {
    for parameter in parameters + (shadow ?? []) {
      guard let index = parameter.value.values.firstIndex(where: { !$0.isFinite }) else { continue }
      throw Divergence(
        what: "\(parameter.name), element \(index),", value: parameter.value.values[index], step: steps)
    }
  }
}

extension Trace {
  /// For people to read. The first column counts.
  var table: Table {
    Table(
      columns: columns,
      rows: rows.map { row in row.enumerated().map { $0 == 0 ? "\(Int($1))" : "\($1)" } })
  }
}
