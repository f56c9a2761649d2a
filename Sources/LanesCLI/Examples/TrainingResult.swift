import LanesTrain

/// What a training run leaves.
struct TrainingResult {
  struct Parameter {
    let name: String
    let value: Tensor
  }

  let example: String
  let backend: ChosenBackend
  let steps: Int
  /// Over all samples, with the regularization.
  let loss: Float
  let accuracy: Double?
  let parameters: [Parameter]

  var json: JSON {
    .object([
      ("example", .string(example)), ("backend", .string(backend.name)), ("isa", .string(backend.isa)),
      ("threads", .integer(backend.threads)), ("steps", .integer(steps)), ("loss", .float(loss)),
      ("accuracy", accuracy.map { .double($0) } ?? .null),
      (
        "parameters",
        .array(
          parameters.map { parameter in
            .object([
              ("name", .string(parameter.name)),
              ("shape", .array(parameter.value.shape.dimensions.map { .integer($0) })),
              ("values", .array(parameter.value.values.map { .float($0) })),
            ])
          })
      ),
    ])
  }

  func text(time: Duration) -> String {
    let seconds = time / .seconds(1)
    let rate = seconds > 0 ? ", \(Int(Double(steps) / seconds)) steps/s" : ""
    let accuracy = accuracy.map { ", accuracy \($0)" } ?? ""
    return """
      \(steps) steps in \((seconds * 100).rounded() / 100) s\(rate)
      loss \(loss)\(accuracy)

      """
  }
}
