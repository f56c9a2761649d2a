import ArgumentParser
import CLimits
import Foundation
import LanesPlot

struct MatmulBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matmul",
    abstract: "float32 products: Lanes against its peers, interleaved, and against the fma peak of the same moments.",
    discussion:
      "ci/peers sets the peers up. One that is missing is named, and the others run. \"prepared\" is Lanes' own prepared "
      + "product, whose checks and decisions are made before the clock starts.")

  @Argument(
    help: ArgumentHelp(
      "m,n,k with :ta or :tb for an operand that is transposed; such as 512,512,128:ta.", valueName: "shape"))
  var shapes = MatmulShape.usual

  @Flag(help: "The products of nets' dense layers, forward and backward, in place of shapes.")
  var layers = false

  @Option(
    help: ArgumentHelp(
      "Cubes in place of shapes; marks sizes below 0.8 of their neighbours' geometric mean.", valueName: "1...300"))
  var cubes: CubeSizes?

  @Option(
    help: ArgumentHelp(
      "So many products of random sizes in place of shapes, with a seed, as in 130:7, for others.", valueName: "count"))
  var random: RandomShapes?

  @Option(help: "openblas, mkl, onednn, blis, libxsmm; or none.")
  var peers: PeerNames?

  @Option(help: ArgumentHelp("Writes a chart of the medians, as SVG.", valueName: "file"))
  var chart: String?

  @OptionGroup var options: CommonOptions

  func validate() throws {
    let others = (peers?.libraries ?? []).filter { !PeerLibrary.matmul.contains($0) }
    if let other = others.first { throw ValidationError("\(other.name) has no matmul") }
    if [layers, cubes != nil, random != nil].count(where: { $0 }) > 1 {
      throw ValidationError("--layers, --cubes and --random are lists of shapes each")
    }
  }

  func run() throws {
    // A sweep looks for cliffs of Lanes; peers are for whoever asks.
    let libraries = peers?.libraries ?? (cubes == nil ? PeerLibrary.matmul : [])
    let shapes = cubes?.shapes ?? random?.shapes ?? (layers ? MatmulShape.layers : shapes)
    let usage = Usage()
    var workersUsed = 0.0
    var report = Report<MatmulRow>(
      subject: "matmul", machine: try Machine(), repetitions: options.turns, rows: [])
    for threads in options.threads.counts {
      let team = PeerTeam(libraries, threads: threads)
      report.peers.merge(team.versions) { $1 }
      for shape in shapes {
        progress("\(shape), \(threads) threads")
        report.rows.append(try measure(shape, threads: threads, team))
      }
      workersUsed += team.processorSeconds
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince(workers: workersUsed)
    if cubes != nil { report.rows.markCliffs() }
    if let chart {
      try report.rows.chart(isSweep: cubes != nil).write(toFile: chart, atomically: true, encoding: .utf8)
    }
    try report.write(
      as: options.format, table: report.rows.table(["Lanes", "prepared"] + libraries.map(\.name)),
      notes: report.rows.notes)
  }

  private func measure(_ shape: MatmulShape, threads: Int, _ team: PeerTeam) throws -> MatmulRow {
    let problem = try MatmulProblem(shape)
    var contenders = try [LanesMatmul.plain, .prepared].map { try $0.contender(problem, threads: threads) }
    let results = try contenders.map { contender in
      problem.c.overwrite(with: .nan)
      _ = try contender.time(1)
      return problem.c.copy
    }
    let ours = results[0]
    try problem.check(ours, by: "Lanes")
    if results[1].map(\.bitPattern) != ours.map(\.bitPattern) {
      throw BenchmarkError("the prepared product has other bits: \(shape)")
    }
    contenders += try team.contenders(shape.request) { result, name in
      try problem.check(result, by: name, against: ours)
    }
    // The peak takes its turn as the libraries do: neighbours slow both.
    let rounds = 4_000
    let peak = Contender.timed("fma peak") { calls in
      let seconds = limits_fma_seconds(CInt(threads), Int64(calls * rounds))
      if seconds < 0 { throw BenchmarkError("\(threads) threads could not be started") }
      return seconds
    }
    let summaries = try options.interleaving(threads: threads).measure(contenders + [peak])
    let peakRate = Rate(limits_fma_operations() * Double(rounds * threads), in: summaries[contenders.count])
    let entries = zip(contenders, summaries).map { contender, summary in
      let rate = Rate(shape.operations, in: summary)
      return MatmulRow.Entry(library: contender.name, gflops: rate, shareOfPeak: rate.median / peakRate.median)
    }
    return MatmulRow(
      shape: shape, threads: threads, peak: peakRate, entries: entries,
      disturbed: summaries.contains(where: \.isDisturbed))
  }
}
