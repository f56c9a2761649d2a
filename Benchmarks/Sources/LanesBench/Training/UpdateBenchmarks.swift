import ArgumentParser
import CLanes
import Foundation
import Lanes

struct UpdateBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "updates",
    abstract: "A step of Adam, against peers and the bandwidth of a copy.",
    discussion:
      "Milliseconds a step, medians. The limit is four reads and three writes of each parameter, at a copy's bandwidth."
  )

  @Option(parsing: .upToNextOption, help: "Numbers of parameters.")
  var counts = [10_000_000]

  @Option(help: "jax, torch, tensorflow; or none.")
  var peers = PeerNames(PeerLibrary.frameworks)

  @OptionGroup var options: CommonOptions

  func validate() throws {
    for count in counts where !(1...1 << 28).contains(count) {
      throw ValidationError("--counts has \(count), and takes 1 … \(1 << 28)")
    }
    if let other = peers.libraries.first(where: { !PeerLibrary.frameworks.contains($0) }) {
      throw ValidationError("\(other.name) has no optimizer")
    }
  }

  func run() throws {
    let usage = Usage()
    var workersUsed = 0.0
    var report = Report<ContestRow>(subject: "updates", machine: try Machine(), repetitions: options.turns, rows: [])
    for threads in options.threads.counts {
      let team = PeerTeam(peers.libraries, threads: threads)
      report.peers.merge(team.versions) { $1 }
      for count in counts {
        progress("Adam, \(count), \(threads) threads")
        report.rows.append(try adam(count: count, threads: threads, team))
      }
      workersUsed += team.processorSeconds
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince(workers: workersUsed)
    try report.write(
      as: options.format, table: report.rows.table("update, parameters", peers.libraries) { _ in 1e3 },
      notes: [[ContestRow].note])
  }

  private func adam(count: Int, threads: Int, _ team: PeerTeam) throws -> ContestRow {
    var numbers = FixedNumbers(seed: 1)
    let parameter = try Memory(count: count, quarter: 0) { 2 * numbers.next() - 1 }
    // Away from 0, where libraries place epsilon differently.
    let gradient = try Memory(count: count, quarter: 1) { numbers.next() + 0.1 }
    let first = try Memory(count: count, quarter: 2)
    let second = try Memory(count: count, quarter: 3)
    let context = try LanesContext(threads: threads)
    let (rate, beta1, beta2) = (0.001, 0.9, 0.999)
    var step = 0
    var update = lanes_update_call()
    (update.rule, update.count, update.parameter, update.gradient) = (
      LANES_ADAM, Int64(count), parameter.floats, UnsafePointer(gradient.floats)
    )
    (update.first, update.second) = (first.floats, second.floats)
    (update.beta1, update.beta2, update.epsilon) = (Float(beta1), Float(beta2), 1e-8)
    (update.scale, update.low, update.high) = (1, -.infinity, .infinity)
    let lanes = Contender("Lanes") { calls in
      for _ in 0..<calls {
        step += 1
        update.rate = Float(rate * (1 - pow(beta2, Double(step))).squareRoot() / (1 - pow(beta1, Double(step))))
        try lanesCheck(lanes_update(context.pointer, &update))
      }
    }
    _ = try lanes.time(1)
    let ours = parameter.copy
    let peers = try team.contenders("adam \(count)") { result, name in
      try checkNear(result, ours, by: name, of: "Adam's first step", tolerance: 1e-5)
    }
    // Arrays of their own: a copy over the moments would change what Adam computes. As many bytes as Adam's four hold, so that
    // as much, or as little, of them is still in the cache when they are met again.
    let from = try Memory(count: 2 * count, quarter: 0)
    let to = try Memory(count: 2 * count, quarter: 2)
    let limits = copies(threads: threads, from: from, to: to)
    let contenders = [lanes] + peers + limits
    return ContestRow(
      work: "Adam, \(count)", threads: threads, contenders,
      try options.interleaving(threads: threads).measure(contenders), limits: limits.count, traffic: 1.75)
  }
}
