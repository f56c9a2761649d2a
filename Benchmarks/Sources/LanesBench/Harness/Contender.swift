/// One measurement: so many calls took so many seconds.
struct Sample {
  let seconds: Double
  /// How long the contender's threads were ready and had no processor.
  let waited: Double
}

/// Something to be timed against others: a library's product, a backend's step, a limit of the machine.
///
/// A contender times itself, so that what belongs to the harness (starting threads, telling a process by a pipe to begin) is not
/// counted.
struct Contender {
  let name: String
  /// Begins and ends its turn: a process of its own runs only between them.
  var wake: () -> Void = {}
  var sleep: () -> Void = {}
  /// Does its work so many times.
  let time: (_ calls: Int) throws -> Sample

  /// One in this process that times itself, and returns the seconds.
  static func timed(_ name: String, time: @escaping (_ calls: Int) throws -> Double) -> Contender {
    Contender(name: name) { calls in
      let waited = Usage.waitedSeconds
      let seconds = try time(calls)
      return Sample(seconds: seconds, waited: Usage.waitedSeconds - waited)
    }
  }

  /// - Parameter work: does its work so many times. It holds the loop itself, so that a call of 10 ns is not drowned by the
  ///   call of a closure.
  init(_ name: String, work: @escaping (_ calls: Int) throws -> Void) {
    self = .timed(name) { calls in
      let start = ContinuousClock.now
      try work(calls)
      return start.duration(to: .now) / .seconds(1)
    }
  }

  init(
    name: String, wake: @escaping () -> Void = {}, sleep: @escaping () -> Void = {},
    time: @escaping (_ calls: Int) throws -> Sample
  ) {
    (self.name, self.wake, self.sleep, self.time) = (name, wake, sleep, time)
  }
}

/// What the samples of one contender say, in seconds a call.
struct Summary {
  private let sorted: [Double]
  /// Whether other programs were in the way of the samples.
  let isDisturbed: Bool

  /// - Parameter samples: not empty.
  init(_ samples: [Double], isDisturbed: Bool) {
    (sorted, self.isDisturbed) = (samples.sorted(), isDisturbed)
  }

  var best: Double { sorted.first ?? .nan }
  var median: Double {
    let middle = sorted.count / 2
    if sorted.isEmpty { return .nan }
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// Numbers without favour: the same in every run.
struct FixedNumbers {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea and Flood, 2014), brought to [0, 1).
  mutating func next() -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return Float((word ^ (word >> 31)) >> 40) / Float(1 << 24)
  }
}
