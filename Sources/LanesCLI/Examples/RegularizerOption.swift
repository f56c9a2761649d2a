import ArgumentParser
import LanesTrain

/// `none`, `l1:X` or `l2:X`.
enum RegularizerOption {
  static let help = ArgumentHelp(
    "A price on weights: none, l1:X for X·Σ|w|, or l2:X for X·Σw²/2. (default: none)", valueName: "none|l1:X|l2:X")

  static func parse(_ text: String) throws -> Regularizer {
    if text == "none" { return .none }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, ["l1", "l2"].contains(parts[0]) else {
      throw ValidationError("it must be none, l1:X or l2:X, where X is a number, such as l2:0.01")
    }
    guard let factor = Float(parts[1]), factor.isFinite, factor.sign == .plus else {
      throw ValidationError("'\(parts[1])' must be a number from 0 to \(Float.greatestFiniteMagnitude)")
    }
    return parts[0] == "l1" ? .l1(factor) : .l2(factor)
  }

  static func text(_ regularizer: Regularizer) -> String {
    let parts = [("l1", regularizer.l1), ("l2", regularizer.l2)].filter { $0.1 != 0 }
    return parts.isEmpty ? "none" : parts.map { "\($0):\($1)" }.joined(separator: " and ")
  }
}
