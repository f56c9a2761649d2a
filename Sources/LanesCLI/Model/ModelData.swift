import LanesTrain

/// A table as a model's training and validation data.
struct ModelData {
  let training: Dataset
  let validation: Dataset?

  /// Finds out columns, classes and scales.
  static func fitting(_ table: LanesTrain.Table, _ settings: ModelSettings) throws -> (ModelData, ModelDescription) {
    let schema = try TableSchema(fitting: table, target: settings.target, options: settings.tableOptions)
    if let classes = schema.classes, classes.count < 2 {
      throw UserError("\(table.name): column '\(schema.target)' has one class only, '\(classes.first ?? "")'")
    }
    let all = try schema.dataset(from: table)
    let (training, validation) = try split(all, settings)
    let description = ModelDescription(
      settings: settings, schema: schema, scale: try Standardization(fitting: training),
      targetScale: schema.classes == nil ? try Standardization(fitting: training.targets, columns: 1) : nil,
      data: .init(samples: all.count, fingerprint: all.fingerprint))
    return (try ModelData(training, validation, description), description)
  }

  /// The data that a model was trained on before.
  /// - Throws: where it is other data.
  static func resuming(_ table: LanesTrain.Table, _ model: ModelDescription) throws -> ModelData {
    let all = try model.schema.dataset(from: table)
    guard all.count == model.data.samples, all.fingerprint == model.data.fingerprint else {
      throw UserError(
        all.count == model.data.samples
          ? "\(table.name): these are other data than the model was trained on"
          : "\(table.name): these are \(all.count) samples, but the model was trained on \(model.data.samples)")
    }
    let (training, validation) = try split(all, model.settings)
    return try ModelData(training, validation, model)
  }

  private init(_ training: Dataset, _ validation: Dataset?, _ model: ModelDescription) throws {
    self.training = try model.standardized(training)
    self.validation = try validation.map { try model.standardized($0) }
  }

  private static func split(_ all: Dataset, _ settings: ModelSettings) throws -> (Dataset, Dataset?) {
    if settings.validation == 0 { return (all, nil) }
    let split = try all.split(
      validation: settings.validation, seed: settings.seed, stratified: all.classes != nil)
    return (split.training, split.validation)
  }
}

extension ModelDescription {
  /// Features, and a target that is a number, as the net sees them.
  func standardized(_ data: Dataset) throws -> Dataset {
    let scaled = try scale.standardized(data)
    guard let targetScale else { return scaled }
    return try Dataset(
      features: scaled.features, featureCount: scaled.featureCount,
      targets: try targetScale.standardized(scaled.targets), targetCount: 1, featureNames: scaled.featureNames,
      targetNames: scaled.targetNames)
  }
}

extension ModelSettings {
  fileprivate var tableOptions: TableSchema.Options {
    let task: TableSchema.Task =
      switch task {
      case .auto: .automatic
      case .classification: .classification
      case .regression: .regression
      }
    let missing: TableSchema.Missing =
      switch missing {
      case .error: .error
      case .drop: .dropRow
      case .mean: .mean
      }
    return TableSchema.Options(
      task: task, missing: missing, categories: Set(categories), ignored: Set(ignored))
  }
}

extension Dataset {
  /// FNV-1a, 64 bits, over the words of all features and targets.
  fileprivate var fingerprint: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for values in [features, targets] {
      for value in values { hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01b3 }
    }
    return String(hash, radix: 16)
  }
}
