import ArgumentParser
import LanesTrain

/// `BASE:RATE:EVERY`, with `:smooth` where the rate does not shrink in steps.
struct DecayOption: CustomStringConvertible {
  let base: Float, rate: Float
  let every: Int
  let isSmooth: Bool

  static let help = ArgumentHelp(
    "The learning rate: BASE·RATE^⌊step/EVERY⌋, or with :smooth BASE·RATE^(step/EVERY). (default: a constant rate)",
    valueName: "BASE:RATE:EVERY[:smooth]")

  init(_ text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (3...4).contains(parts.count), parts.count == 3 || parts[3] == "smooth" else {
      throw ValidationError("it must be BASE:RATE:EVERY or BASE:RATE:EVERY:smooth, such as 0.001:0.999:10")
    }
    base = try Self.positive(String(parts[0]))
    rate = try Self.positive(String(parts[1]))
    every = try Self.count(String(parts[2]))
    isSmooth = parts.count == 4
  }

  static func positive(_ text: String) throws -> Float {
    guard let number = Float(text), number.isFinite, number > 0 else {
      throw ValidationError("'\(text)' must be a number above 0")
    }
    return number
  }

  static func count(_ text: String) throws -> Int {
    guard let number = Int(text), number > 0 else {
      throw ValidationError("'\(text)' must be a whole number, at least 1")
    }
    return number
  }

  var schedule: Schedule { .exponentialDecay(from: base, rate: rate, every: every, staircase: !isSmooth) }
  var description: String { "\(base):\(rate):\(every)\(isSmooth ? ":smooth" : "")" }
}
