import ArgumentParser

/// How often a run is saved: "5" or "5epochs", "500steps".
enum CheckpointInterval: Equatable {
  /// At an epoch's end, where the last time is two seconds ago.
  case automatic
  case epochs(Int)
  case steps(Int)

  static let help = ArgumentHelp(
    "Save every so many epochs, or steps as in 500steps. (default: after epochs, every other second)", valueName: "n")

  static func parse(_ text: String) throws -> CheckpointInterval {
    let digits = text.prefix { $0.isNumber }
    guard let count = Int(digits), count > 0 else { throw problem }
    switch text.dropFirst(digits.count) {
    case "", "epochs": return .epochs(count)
    case "steps": return .steps(count)
    default: throw problem
    }
  }

  private static let problem = ValidationError(
    "it must be a number of epochs, such as 5, or of steps, such as 500steps")

  func isDue(afterEpoch epoch: Int, sinceLast: Duration) -> Bool {
    switch self {
    case .automatic: sinceLast > .seconds(2)
    case .epochs(let count): epoch % count == 0
    case .steps: false
    }
  }

  func isDue(atStep step: Int) -> Bool {
    if case .steps(let count) = self { return step % count == 0 }
    return false
  }
}
