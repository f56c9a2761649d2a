import LanesTrain

/// The lecture's *complexity*: a net in figures. 3-4-2 has two layers, as the input is none, and
/// 3·4 + 4 + 4·2 + 2 = 26 parameters.
public struct Complexity: Sendable {
  /// Inputs, hidden layers, outputs.
  public let sizes: [Int]

  public static let lecture = [3, 4, 2]

  /// Needs two sizes or more.
  public init(_ sizes: [Int] = Complexity.lecture) { self.sizes = sizes }

  public var network: Sequential {
    Sequential(
      zip(sizes, sizes.dropFirst()).enumerated().map { index, ends in
        Dense(ends.0, ends.1, activation: index < sizes.count - 2 ? .relu : .identity)
      })
  }

  public func summary() throws -> ModelSummary { try ModelSummary(network, features: sizes.first ?? 0) }

  /// "3·4 + 4 + 4·2 + 2 = 26"
  public func sum() throws -> String {
    let terms = zip(sizes, sizes.dropFirst()).map { "\($0)·\($1) + \($1)" }
    return "\(terms.joined(separator: " + ")) = \(try summary().parameters)"
  }
}
