import ArgumentParser
import CLanes
import Lanes

struct CrossEntropyBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cross-entropy",
    abstract: "Softmax cross-entropy, loss and gradient beside the logits, against peers and the bandwidth of a copy.",
    discussion: "Microseconds a call, medians. The limit is one read and one write of the logits.")

  @Argument(help: ArgumentHelp("rows,classes.", valueName: "size"))
  var sizes = ["30,2", "128,10", "128,1000", "32,128256", "256,50257"].compactMap(CrossEntropySize.init(argument:))

  @Option(help: "jax, torch, tensorflow; or none.")
  var peers = PeerNames(PeerLibrary.frameworks)

  @OptionGroup var options: CommonOptions

  func validate() throws {
    if let other = peers.libraries.first(where: { !PeerLibrary.frameworks.contains($0) }) {
      throw ValidationError("\(other.name) has no cross-entropy")
    }
  }

  func run() throws {
    let usage = Usage()
    var workersUsed = 0.0
    var report = Report<ContestRow>(
      subject: "cross-entropy", machine: try Machine(), repetitions: options.turns, rows: [])
    for threads in options.threads.counts {
      let team = PeerTeam(peers.libraries, threads: threads)
      report.peers.merge(team.versions) { $1 }
      for size in sizes {
        progress("\(size), \(threads) threads")
        report.rows.append(try measure(size, threads: threads, team))
      }
      workersUsed += team.processorSeconds
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince(workers: workersUsed)
    try report.write(
      as: options.format, table: report.rows.table("rows,classes", peers.libraries) { _ in 1e6 },
      notes: [[ContestRow].note])
  }

  private func measure(_ size: CrossEntropySize, threads: Int, _ team: PeerTeam) throws -> ContestRow {
    let (rows, columns) = (size.rows, size.columns)
    var numbers = FixedNumbers(seed: 1)
    let logits = try Memory(count: rows * columns, quarter: 0) { 8 * numbers.next() - 4 }
    let labels = (0..<rows).map { _ in Int32(min(Int(numbers.next() * Float(columns)), columns - 1)) }
    let gradient = try Memory(count: rows * columns, quarter: 2)
    let loss = try Memory(count: rows, quarter: 1)
    let context = try LanesContext(threads: threads)
    let lanes = Contender("Lanes") { calls in
      try labels.withUnsafeBufferPointer { labels in
        var call = lanes_cross_entropy_call()
        (call.rows, call.columns) = (Int64(rows), Int64(columns))
        (call.logits, call.logits_stride) = (UnsafePointer(logits.floats), Int64(columns))
        (call.labels, call.loss) = (labels.baseAddress, loss.floats)
        (call.gradient, call.gradient_stride) = (gradient.floats, Int64(columns))
        call.scale = 1 / Float(rows)
        for _ in 0..<calls { try lanesCheck(lanes_softmax_cross_entropy(context.pointer, &call)) }
      }
    }
    _ = try lanes.time(1)
    // Times the rows, so that the tolerance is one of probabilities.
    let ours = gradient.copy.map { $0 * Float(rows) }
    let peers = try team.contenders("cross-entropy \(rows) \(columns)") { result, name in
      try checkNear(result.map { $0 * Float(rows) }, ours, by: name, of: "cross-entropy \(size)", tolerance: 1e-5)
    }
    let limits = copies(threads: threads, from: logits, to: gradient)
    let contenders = [lanes] + peers + limits
    return ContestRow(
      work: "\(size)", threads: threads, contenders,
      try options.interleaving(threads: threads).measure(contenders), limits: limits.count, traffic: 1)
  }
}

/// `rows,classes`
struct CrossEntropySize: ExpressibleByArgument, CustomStringConvertible {
  let rows: Int, columns: Int

  init?(argument: String) {
    let sizes = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sizes.count == 2, sizes.allSatisfy({ (1...1 << 24).contains($0) }), sizes[0] * sizes[1] <= 1 << 30 else {
      return nil
    }
    (rows, columns) = (sizes[0], sizes[1])
  }

  var description: String { "\(rows),\(columns)" }
}
