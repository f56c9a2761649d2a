import Glibc

/// Times contenders in one run, turn by turn: A, B, C, A, B, C, … So a slow second of the machine (its neighbours, its
/// clock) falls upon all of them alike, and their ratio stays when their absolute figures move.
///
/// A turn is a block of about 20 ms: unmeasured calls that warm the caches and wake the library's threads, then samples of
/// at least 1 ms each, so that the clock's own cost does not count.
///
/// Threads that spin for more work after a call (OpenBLAS's 25 ms, libomp's 1 ms as Lanes sets it) take the cores that the
/// next contender needs. Peers live in processes of their own, which are stopped outside of their turns; and with more than one
/// thread, a turn begins only when this process has stopped using the processors.
///
/// Other programs are a nuisance of the same kind. The kernel counts how long each thread was ready but had to wait for a
/// processor; a sample that waited longer than 2 % of its time is disturbed, and there are more turns while undisturbed ones
/// are missing and patience lasts. Then those alone count; or, where one contender still lacks them, all samples of all
/// contenders, and the result says so.
struct Interleaving {
  var repetitions: Int
  /// Seconds to go on for when samples were disturbed.
  var patience: Double
  /// Seconds.
  var block = 0.020, sample = 0.001
  /// Calls of a sample; nil: as many as fill `sample`.
  var calls: Int?
  /// Whether contenders may leave threads behind that spin.
  var threaded: Bool

  /// - Returns: a summary for each contender, in their order.
  func measure(_ contenders: [Contender]) throws -> [Summary] {
    var turns = try contenders.map { contender in
      rest()
      contender.wake()
      defer { contender.sleep() }
      return Turn(contender: contender, calls: try calls ?? callsThatFill(sample, contender))
    }
    let start = ContinuousClock.now
    var taken = 0
    while taken < repetitions
      || (turns.contains { $0.undisturbed.count < repetitions } && start.duration(to: .now) < .seconds(patience))
    {
      for index in turns.indices {
        rest()
        try turns[index].take(block: block, warmUp: calls == nil ? sample : 0)
      }
      taken += 1
    }
    let isDisturbed = turns.contains { $0.undisturbed.count < min(3, repetitions) }
    return turns.map { turn in
      Summary(turn.undisturbed + (isDisturbed ? turn.disturbed : []), isDisturbed: isDisturbed)
    }
  }

  private struct Turn {
    let contender: Contender
    let calls: Int
    var undisturbed: [Double] = [], disturbed: [Double] = []

    mutating func take(block: Double, warmUp: Double) throws {
      contender.wake()
      defer { contender.sleep() }
      // A call that fills a block by itself needs no warming.
      if warmUp > 0, (undisturbed.last ?? disturbed.last ?? 0) * Double(calls) < block { _ = try contender.time(calls) }
      var spent = 0.0
      repeat {
        let sample = try contender.time(calls)
        if sample.waited > 0.02 * sample.seconds {
          disturbed.append(sample.seconds / Double(calls))
        } else {
          undisturbed.append(sample.seconds / Double(calls))
        }
        spent += sample.seconds
      } while spent < block
    }
  }

  /// Doubles the calls until they take so long three times running: the first pays for page faults and tables, and another
  /// program may take the processor away in the middle of any. Too few calls would leave a sample to the clock's own cost.
  private func callsThatFill(_ seconds: Double, _ contender: Contender) throws -> Int {
    var calls = 1
    while calls < 1 << 30 {
      var isEnough = true
      for _ in 0..<3 where isEnough { isEnough = try contender.time(calls).seconds >= seconds }
      if isEnough { break }
      calls *= 2
    }
    return calls
  }

  /// Returns when the process has used next to no processor time for 8 ms, or after a second.
  private func rest() {
    guard threaded else { return }
    var quietSlices = 0
    for _ in 0..<250 where quietSlices < 2 {
      let before = Usage.ownSeconds
      usleep(4_000)
      quietSlices = Usage.ownSeconds - before < 0.0004 ? quietSlices + 1 : 0
    }
  }
}
