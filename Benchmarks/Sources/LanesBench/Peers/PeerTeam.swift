/// The workers of one number of threads. One that cannot start is named, and the others run.
struct PeerTeam {
  private let workers: [PeerProcess]
  private let threads: Int

  init(_ libraries: [PeerLibrary], threads: Int) {
    self.threads = threads
    workers = libraries.compactMap { library in
      do { return try library.start(threads: threads) } catch {
        say("\(error)\nThe others run without \(library.name), \(threads) threads.")
        return nil
      }
    }
  }

  /// What each library says of itself, by its name and number of threads.
  var versions: [String: String] {
    Dictionary(workers.map { ("\($0.name), \(threads)", $0.version) }) { $1 }
  }

  /// Processor time of all, in seconds.
  var processorSeconds: Double { workers.map(\.processorSeconds).reduce(0, +) }

  /// Those that do the work that is asked for, ready to be timed. The others are left out.
  /// - Parameter check: throws where a peer's result, of its first run, is wrong.
  func contenders(_ request: String, check: (_ result: [Float], _ name: String) throws -> Void) throws -> [Contender] {
    try workers.compactMap { worker in
      worker.wake()
      defer { worker.sleep() }
      if try worker.prepare(request) != nil { return nil }
      _ = try worker.run(1)
      try check(try worker.result(), worker.name)
      return worker.contender
    }
  }
}

/// Throws where a peer's result is not ours, to within what float32 libraries differ by.
func checkNear(_ result: [Float], _ ours: [Float], by name: String, of work: String, tolerance: Float = 1e-4) throws {
  guard result.count == ours.count else { throw BenchmarkError("\(name) has \(result.count) results of \(ours.count)") }
  for index in result.indices
  where result[index] != ours[index] && !(abs(result[index] - ours[index]) <= tolerance * max(1, abs(ours[index]))) {
    throw BenchmarkError("\(name), \(work): element \(index) is \(result[index]), and \(ours[index]) by Lanes")
  }
}

/// One piece of work at one number of threads: Lanes' time and the peers', in seconds a call.
struct ContestRow: Encodable {
  struct Entry: Encodable {
    let name: String
    let median: Double, best: Double
  }
  let work: String
  let threads: Int
  /// Lanes, then the peers.
  let entries: [Entry]
  let bestPeer: String?
  /// Lanes' time by the best peer's: below 1 is ahead.
  let ratio: Double?
  /// What the least that must be done takes, measured in the same turns: the memory traffic at the bandwidth of a copy, or the
  /// matmuls. And its share of Lanes' time.
  let limit: Double
  let shareOfLimit: Double
  let disturbed: Bool

  /// - Parameters:
  ///   - contenders: Lanes, the peers, and the copies.
  ///   - limits: how many of the last contenders are limits; the fastest counts.
  ///   - traffic: bytes of the work by bytes of a copy, where the limits are copies; else 1.
  init(work: String, threads: Int, _ contenders: [Contender], _ summaries: [Summary], limits: Int, traffic: Double) {
    (self.work, self.threads) = (work, threads)
    let entries = zip(contenders, summaries).dropLast(limits)
      .map { Entry(name: $0.name, median: $1.median, best: $1.best) }
    let best = entries.dropFirst().min { $0.median < $1.median }
    self.entries = entries
    bestPeer = best?.name
    ratio = best.map { entries[0].median / $0.median }
    limit = traffic * (summaries.suffix(limits).map(\.median).min() ?? .nan)
    shareOfLimit = limit / entries[0].median
    disturbed = summaries.contains(where: \.isDisturbed)
  }
}

extension [ContestRow] {
  /// - Parameter scale: from seconds to the unit that is shown.
  static var note: String { "ratio: Lanes' time by the best peer's, below 1 is ahead" }

  func table(_ head: String, _ libraries: [PeerLibrary], scale: (ContestRow) -> Double) -> Table {
    let names =
      ["Lanes"] + libraries.map(\.name).filter { name in contains { $0.entries.contains { $0.name == name } } }
    var table = Table([head, "threads"] + names + ["ratio", "best peer", "limit", "of limit"])
    for row in self {
      let unit = scale(row)
      let times = names.map { name in
        row.entries.first { $0.name == name }.map { ($0.median * unit).short3 } ?? "–"
      }
      table.add(
        [row.work, "\(row.threads)"] + times
          + [row.ratio?.digits(2).marked(row.disturbed) ?? "–".marked(row.disturbed), row.bestPeer ?? "–"]
          + [(row.limit * unit).short3, "\((100 * row.shareOfLimit).digits(0)) %"])
    }
    return table
  }
}
