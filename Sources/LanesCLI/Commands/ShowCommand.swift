import ArgumentParser
import Lanes
import LanesTrain

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show a model: layers and parameters, columns and classes, settings, how far it is trained.",
    discussion: """
      EXAMPLES:
        lanes show iris
        lanes show iris/model.safetensors --format json
      """)

  @Argument(help: "The model's folder or file.") var model: String

  @Option(parsing: .unconditional, help: "How to print it.") var format = OutputFormat.text

  func run() throws {
    let saved = try SavedModel(model)
    // Reads the numbers too: what is shown can predict.
    let trainer = try saved.trainer(on: NativeBackend())
    let best = try Fit.best(in: saved.checkpoint, of: trainer)
    try Output.write(format == .json ? json(saved, best).description + "\n" : text(saved, best))
  }

  private func text(_ saved: SavedModel, _ best: Fit.Best?) -> String {
    let model = saved.description
    let layers = model.layers
    let total = layers.reduce(0) { $0 + $1.parameters }
    let table = Table(
      columns: ["layer", "output", "parameters"], rows: layers.map { [$0.layer, $0.shape, "\($0.parameters)"] })
    let target = model.classes.map { "classes \(Self.list($0))" } ?? "a number"
    let found = best.map { "; best after epoch \($0.epoch), validation loss \($0.validationLoss)" } ?? ""
    let settings = model.settings.list.map { "  \(Table.padded($0.option, toRight: 14))  \($0.value)\n" }.joined()
    return """
      \(table)\(total) parameters, \(model.settings.hidden.count + 1) layers

      target   '\(model.schema.target)': \(target)
      features \(Self.list(model.schema.featureNames))
      data     \(model.data.samples) samples
      trained  \(saved.steps) steps\(found)
      written  by Lanes \(saved.checkpoint.metadata["lanes_version"] ?? "unknown")
      settings
      \(settings)
      """
  }

  private func json(_ saved: SavedModel, _ best: Fit.Best?) -> JSON {
    let model = saved.description
    return .object([
      ("steps", .integer(saved.steps)),
      ("parameters", .integer(model.layers.reduce(0) { $0 + $1.parameters })),
      (
        "layers",
        .array(
          model.layers.map {
            .object([
              ("layer", .string($0.layer)), ("output", .string($0.shape)), ("parameters", .integer($0.parameters)),
            ])
          })
      ),
      ("target", .string(model.schema.target)),
      ("classes", model.classes.map { .array($0.map { .string($0) }) } ?? .null),
      ("features", .array(model.schema.featureNames.map { .string($0) })),
      ("samples", .integer(model.data.samples)), ("bestEpoch", best.map { .integer($0.epoch) } ?? .null),
      ("bestValidationLoss", best.map { .float($0.validationLoss) } ?? .null),
      ("settings", .object(model.settings.list.map { ($0.option, .string($0.value)) })),
    ])
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}

extension ModelDescription {
  fileprivate var layers: [(layer: String, shape: String, parameters: Int)] {
    settings.summary(features: schema.featureNames.count, outputs: outputs)
  }
}
