import Lanes
import LanesTrain

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a model is beside its numbers: settings, columns and classes, scales.
struct ModelDescription: Codable, Equatable {
  static let currentVersion = 1

  var version = currentVersion
  var settings: ModelSettings
  /// Columns and classes.
  let schema: TableSchema
  /// Of the features, fitted to the training part.
  let scale: Standardization
  /// Of a target that is a number, fitted to the training part; nil for classes.
  let targetScale: Standardization?
  let data: DataDescription

  /// The data that the model is trained on.
  struct DataDescription: Codable, Equatable {
    let samples: Int
    /// A hash of all features and targets.
    let fingerprint: String
  }

  var classes: [String]? { schema.classes }
  var outputs: Int { classes?.count ?? 1 }

  func trainer(on backend: any Backend) throws -> Trainer {
    try settings.trainer(features: schema.featureNames.count, classes: classes?.count, on: backend)
  }
}

/// A model as one safetensors file, `model.safetensors` in a folder of its own: the arrays of a `Fit`'s checkpoint, and the
/// description as JSON in the metadata. As it is one file, replaced as a whole, a kill at any moment leaves a model that
/// fits together.
struct SavedModel {
  static let fileName = "model.safetensors"
  private static let key = "model", checksum = "checksum"

  let path: String
  let description: ModelDescription
  let checkpoint: Checkpoint

  /// Reads a file, or the model in a folder.
  init(_ place: String) throws {
    path = Self.isFolder(place) ? Self.path(in: place) : place
    checkpoint = try Safetensors.read(path)
    guard let text = checkpoint.metadata[Self.key] else {
      throw FileError(path: path, reason: .unsupported("this was not written by 'lanes train': it has no description"))
    }
    let decoder = JSONDecoder()
    guard let version = try? decoder.decode(Version.self, from: Data(text.utf8)) else {
      throw FileError(path: path, reason: .malformed("the model's description is damaged"))
    }
    guard version.version == ModelDescription.currentVersion else {
      let found = "the model has version \(version.version); this command reads \(ModelDescription.currentVersion)"
      throw FileError(path: path, reason: .unsupported(found))
    }
    guard checkpoint.metadata[Self.checksum] == checkpoint.fingerprint(without: Self.checksum) else {
      throw FileError(path: path, reason: .malformed("the file is damaged: its checksum is not that of its content"))
    }
    guard let description = try? decoder.decode(ModelDescription.self, from: Data(text.utf8)), description.isSound
    else {
      throw FileError(path: path, reason: .malformed("the model's description is damaged"))
    }
    self.description = description
  }

  private struct Version: Decodable { let version: Int }

  static func path(in folder: String) -> String { folder.hasSuffix("/") ? folder + fileName : "\(folder)/\(fileName)" }

  static func write(_ fit: Fit, _ description: ModelDescription, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(description), as: UTF8.self)
    var checkpoint = fit.checkpoint(metadata: [key: text])
    checkpoint.metadata[checksum] = checkpoint.fingerprint(without: checksum)
    try Safetensors.write(checkpoint, to: path)
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// A trainer to predict with: by the best parameters.
  func trainer(on backend: any Backend) throws -> Trainer {
    let trainer = try description.trainer(on: backend)
    do throws(CheckpointError) {
      try trainer.restoreBest(checkpoint)
    } catch {
      throw UserError("\(path): \(error)")
    }
    return trainer
  }

  /// Updates so far.
  var steps: Int {
    guard case .int64(let step) = checkpoint.arrays["trainer/global_step"]?.elements else { return 0 }
    return step.first.map { Int($0) } ?? 0
  }
}

extension ModelDescription {
  /// Whether the parts fit together, so that a net can be made of them.
  fileprivate var isSound: Bool {
    let features = schema.featureNames.count
    return (settings.hidden + [features, outputs]).allSatisfy { (1...1 << 24).contains($0) }
      && settings.batch > 0 && settings.epochs > 0
      && scale.means.count == features && scale.deviations.count == features
      && (classes == nil) == (targetScale != nil) && settings.activation.function != nil
      && targetScale.map { $0.means.count == 1 && $0.deviations.count == 1 } != false
  }
}

/// An error in words for whoever runs the command.
struct UserError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
