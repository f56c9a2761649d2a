import ArgumentParser

enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

/// "1,2"
struct ThreadCounts: ExpressibleByArgument, CustomStringConvertible {
  let counts: [Int]
  init(_ counts: [Int]) { self.counts = counts }

  init?(argument: String) {
    let fields = argument.split(separator: ",", omittingEmptySubsequences: false)
    counts = fields.compactMap { Int($0) }.filter { (1...1024).contains($0) }
    if counts.count != fields.count { return nil }
  }

  var description: String { counts.map(String.init).joined(separator: ",") }
}

/// What every subject takes.
struct CommonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Numbers of threads, each measured by itself: 1 … 1024.", valueName: "n,n,…"))
  var threads = ThreadCounts([1, 2])

  @Option(help: "How often each contender has its turn.")
  var repetitions = 9

  @Option(help: "Seconds to go on for, each time, while other programs disturb the samples.")
  var patience = 2.0

  @Flag(help: "Three turns and no patience: for a look while tuning.")
  var quick = false

  @Option(help: "text or json, to standard output.")
  var format = Format.text

  func validate() throws {
    if repetitions < 1 { throw ValidationError("--repetitions is \(repetitions), and must be at least 1") }
  }

  var turns: Int { quick ? min(3, repetitions) : repetitions }

  func interleaving(threads: Int) -> Interleaving {
    Interleaving(repetitions: turns, patience: quick ? 0 : patience, threaded: threads > 1)
  }
}

/// What went wrong, in words.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
