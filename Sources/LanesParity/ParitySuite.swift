import Lanes

/// The cases, made by rule: sizes around every vector width, tile and block; every layout and broadcast; values that overflow,
/// cancel, tie or are no numbers; and calls that must be refused.
public enum ParitySuite {
  /// The cases of every operation. `thorough` adds more of the same kind.
  public static func cases(thorough: Bool = false) -> [ParityCase] {
    ParityOperation.allCases.flatMap { cases(for: $0, thorough: thorough) }
  }

  public static func cases(for operation: ParityOperation, thorough: Bool = false) -> [ParityCase] {
    switch operation {
    case .matmul: matmulCases(thorough: thorough)
    case .unary: unaryCases(thorough: thorough)
    case .unaryGradient: unaryGradientCases(thorough: thorough)
    case .binary: binaryCases(thorough: thorough)
    case .ternary: ternaryCases(thorough: thorough)
    case .reduce: reduceCases(thorough: thorough)
    case .argmax: argmaxCases(thorough: thorough)
    case .softmax, .logSoftmax: softmaxCases(operation)
    case .softmaxGradient, .logSoftmaxGradient: softmaxGradientCases(operation)
    case .softmaxCrossEntropy: crossEntropyCases(thorough: thorough)
    case .linearCrossEntropy: linearCrossEntropyCases()
    case .update: updateCases(thorough: thorough)
    }
  }

  /// 0, 1, and V − 1, V, V + 1, 3V + 1 of each vector width V.
  static let vectorSizes = sizes(around: [4, 8, 16, 32])

  /// The same of the block of 4096 in which everything is summed.
  static let blockSizes = [4095, 4096, 4097, 12_289]

  /// Large enough for several threads, and odd.
  static let largeSize = 100_003

  static func sizes(around widths: [Int]) -> [Int] {
    Array(Set([0, 1] + widths.flatMap { [$0 - 1, $0, $0 + 1, 3 * $0 + 1] })).sorted()
  }

  /// Layouts to go through in turn.
  static let layouts: [ParityMemory.Layout] = [
    .dense, .init(offset: 1), .init(gap: 3), .init(gap: 5, offset: 2), .init(gap: 16), .init(gap: 29, offset: 3),
  ]

  static func layout(_ index: Int) -> ParityMemory.Layout { layouts[index % layouts.count] }
}

extension ParityMemory.Layout: CustomStringConvertible {
  /// What stands in a case's name after the argument: nothing for a dense, aligned matrix.
  public var description: String { (gap == 0 ? "" : "|\(gap)") + (offset == 0 ? "" : "+\(offset)") }
}
