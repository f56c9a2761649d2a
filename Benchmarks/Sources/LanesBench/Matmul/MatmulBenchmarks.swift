import ArgumentParser
import CLimits
import Glibc

struct MatmulBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matmul",
    abstract: "float32 products: Lanes against OpenBLAS, interleaved, and against the fma peak of the same moments.")

  @Argument(
    help: ArgumentHelp(
      "m,n,k with :ta or :tb for an operand that is transposed; such as 512,512,128:ta.", valueName: "shape"))
  var shapes = MatmulShape.usual

  @Option(help: "OpenBLAS's library, by its name or path.")
  var openblas = "libopenblas.so.0"

  @OptionGroup var options: CommonOptions

  struct Row: Encodable {
    struct Entry: Encodable {
      let library: String
      let gflops: Rate
      /// Of the peak, medians of the same turns.
      let shareOfPeak: Double
    }
    let shape: MatmulShape
    let threads: Int
    let peak: Rate
    let entries: [Entry]
    /// Lanes by the best of the peers; nil where there is none.
    let ratio: Double?, ratioOfBests: Double?
    /// Whether other programs were in the way.
    let disturbed: Bool
  }

  struct Rate: Encodable {
    let median: Double, best: Double

    /// In thousand million a second.
    init(_ operations: Double, in seconds: Summary) {
      (median, best) = (operations / seconds.median * 1e-9, operations / seconds.best * 1e-9)
    }
  }

  func run() throws {
    var libraries: [any MatmulLibrary] = [LanesMatmul()]
    do {
      libraries.append(try OpenBLAS(path: openblas))
    } catch {
      say("\(error)\nLanes runs alone.")
    }

    let usage = Usage()
    var report = Report<Row>(
      subject: "matmul", machine: try Machine(),
      peers: Dictionary(uniqueKeysWithValues: libraries.dropFirst().map { ($0.name, $0.version) }),
      repetitions: options.repetitions, rows: [])
    for threads in options.threads.counts {
      for shape in shapes {
        progress("\(shape), \(threads) threads")
        report.rows.append(try measure(shape, threads: threads, libraries))
      }
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince
    try report.write(as: options.format, table: table(report.rows, libraries.map(\.name)), notes: notes(report.rows))
  }

  private func measure(_ shape: MatmulShape, threads: Int, _ libraries: [any MatmulLibrary]) throws -> Row {
    let problem = try MatmulProblem(shape)
    let contenders = try libraries.map { try $0.contender(problem, threads: threads) }
    try problem.check(contenders)
    // The peak takes its turn as the libraries do: neighbours slow both.
    let rounds = 4_000
    let peak = Contender.timed("fma peak") { calls in
      let seconds = limits_fma_seconds(CInt(threads), Int64(calls * rounds))
      if seconds < 0 { throw BenchmarkError("\(threads) threads could not be started") }
      return seconds
    }
    let seconds = try options.interleaving(threads: threads).measure(contenders + [peak])
    let peakRate = Rate(limits_fma_operations() * Double(rounds * threads), in: seconds[contenders.count])
    let entries = zip(libraries, seconds).map { library, seconds in
      let rate = Rate(shape.operations, in: seconds)
      return Row.Entry(library: library.name, gflops: rate, shareOfPeak: rate.median / peakRate.median)
    }
    let peers = entries.dropFirst().map(\.gflops)
    return Row(
      shape: shape, threads: threads, peak: peakRate, entries: entries,
      ratio: peers.map(\.median).max().map { entries[0].gflops.median / $0 },
      ratioOfBests: peers.map(\.best).max().map { entries[0].gflops.best / $0 },
      disturbed: seconds.contains(where: \.isDisturbed))
  }

  private func table(_ rows: [Row], _ names: [String]) -> Table {
    var table = Table(
      ["m,n,k", "threads"] + names.flatMap { [$0, "best"] } + ["ratio", "of bests", "of peak", "peak"])
    for row in rows {
      table.add(
        ["\(row.shape)", "\(row.threads)"]
          + row.entries.flatMap { [$0.gflops.median.short, $0.gflops.best.short] }
          + [row.ratio, row.ratioOfBests].map { $0?.digits(2).marked(row.disturbed) ?? "–" }
          + ["\((100 * row.entries[0].shareOfPeak).digits(0)) %", row.peak.median.short])
    }
    return table
  }

  private func notes(_ rows: [Row]) -> [String] {
    let means = options.threads.counts.compactMap { threads -> String? in
      let ratios = rows.filter { $0.threads == threads && !$0.disturbed }.compactMap(\.ratio)
      if ratios.isEmpty { return nil }
      let mean = exp(ratios.map { log($0) }.reduce(0, +) / Double(ratios.count))
      return
        "geometric mean of \(ratios.count) undisturbed ratios, \(threads) thread\(threads == 1 ? "" : "s"): \(mean.digits(2))"
    }
    return ["GFLOP/s, medians and bests; fma peak by \(String(cString: limits_fma_isa())), measured in turn"] + means
  }
}
