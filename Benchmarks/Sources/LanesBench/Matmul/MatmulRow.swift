import CLimits
import Foundation
import LanesPlot

/// GFLOP/s.
struct Rate: Encodable {
  let median: Double, best: Double

  init(_ operations: Double, in seconds: Summary) {
    (median, best) = (operations / seconds.median * 1e-9, operations / seconds.best * 1e-9)
  }
}

/// One shape at one number of threads: Lanes, Lanes prepared, then the peers that have such a product.
struct MatmulRow: Encodable {
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
  /// The prepared product by the best of the peers.
  let ratioOfPrepared: Double?
  let bestPeer: String?
  /// Whether other programs were in the way.
  let disturbed: Bool
  /// In a sweep: the rate by the geometric mean of the neighbours' rates.
  var ofNeighbours: Double?

  init(shape: MatmulShape, threads: Int, peak: Rate, entries: [Entry], disturbed: Bool) {
    (self.shape, self.threads, self.peak, self.entries, self.disturbed) = (shape, threads, peak, entries, disturbed)
    let peers = entries.dropFirst(2)
    let best = peers.max { $0.gflops.median < $1.gflops.median }
    bestPeer = best?.library
    ratio = best.map { entries[0].gflops.median / $0.gflops.median }
    ratioOfPrepared = best.map { entries[1].gflops.median / $0.gflops.median }
    ratioOfBests = peers.map(\.gflops.best).max().map { entries[0].gflops.best / $0 }
  }
}

extension [MatmulRow] {
  /// Compares each size with the one before and the one after, of the same number of threads. By the bests: a cliff is in the
  /// kernel, not in a neighbour's program. By the geometric mean: the smallest sizes take the time of a call, and at a time that
  /// is the same for all their rates grow so fast that half the sum of a small and a large one says only what the large one is.
  mutating func markCliffs() {
    let rates = map { $0.entries[0].gflops.best }
    for index in indices.dropFirst().dropLast()
    where self[index - 1].threads == self[index].threads && self[index + 1].threads == self[index].threads {
      self[index].ofNeighbours = rates[index] / (rates[index - 1] * rates[index + 1]).squareRoot()
    }
  }

  func table(_ names: [String]) -> Table {
    let isSweep = contains { $0.ofNeighbours != nil }
    let names = names.filter { name in contains { $0.entries.contains { $0.library == name } } }
    var table = Table(
      ["m,n,k", "threads"] + names.flatMap { [$0, "best"] } + ["ratio", "of bests", "of prepared"]
        + ["best peer", "of peak", "peak"] + (isSweep ? ["of neighbours"] : []))
    for row in self {
      let rates = names.flatMap { name -> [String] in
        guard let entry = row.entries.first(where: { $0.library == name }) else { return ["–", "–"] }
        return [entry.gflops.median.short, entry.gflops.best.short]
      }
      table.add(
        ["\(row.shape)", "\(row.threads)"] + rates
          + [row.ratio, row.ratioOfBests, row.ratioOfPrepared].map { $0?.digits(2).marked(row.disturbed) ?? "–" }
          + [row.bestPeer ?? "–"]
          + ["\((100 * row.entries[0].shareOfPeak).digits(0)) %", row.peak.median.short]
          + (isSweep ? [row.ofNeighbours.map { $0.digits(2) + ($0 < 0.8 ? " cliff" : "") } ?? "–"] : []))
    }
    return table
  }

  var notes: [String] {
    let isa = String(cString: limits_fma_isa())
    let first = "GFLOP/s, medians and bests; fma peak by \(isa), measured in turn"
    let means = Set(map(\.threads)).sorted().compactMap { threads -> String? in
      let own = filter { $0.threads == threads }
      let ratios = own.compactMap(\.ratio)
      if ratios.isEmpty { return nil }
      func mean(_ ratios: [Double]) -> Double { exp(ratios.map { log($0) }.reduce(0, +) / Double(ratios.count)) }
      let behind = ratios.filter { $0 < 1 }.count
      let disturbed = own.filter(\.disturbed).count
      return
        "\(threads) thread\(threads == 1 ? "" : "s"): geometric mean of the ratios to the best peer \(mean(ratios).digits(3)), "
        + "of the prepared products' \(mean(own.compactMap(\.ratioOfPrepared)).digits(3)); "
        + "\(behind) of \(ratios.count) below 1; \(disturbed) disturbed"
    }
    let cliffs = filter { ($0.ofNeighbours ?? 1) < 0.8 }.count
    let sweep =
      contains { $0.ofNeighbours != nil }
      ? ["\(cliffs) sizes below 0.8 of their neighbours' geometric mean, by the bests"] : []
    return [first] + means + sweep
  }

  /// GFLOP/s of each library: over the size in a sweep, else over the rows of the table.
  func chart(isSweep: Bool) -> String {
    var series: [Series] = []
    for threads in Set(map(\.threads)).sorted() {
      let own = filter { $0.threads == threads }
      var names: [String] = []
      for entry in own.flatMap(\.entries) where !names.contains(entry.library) { names.append(entry.library) }
      for name in names {
        let points = own.enumerated().compactMap { index, row in
          row.entries.first { $0.library == name }
            .map { Point(Double(isSweep ? row.shape.m : index + 1), $0.gflops.median) }
        }
        series.append(Series("\(name), \(threads)", points))
      }
    }
    return LineChart(
      title: "float32 matmul, by library and threads", x: isSweep ? "m = n = k" : "row of the table", y: "GFLOP/s",
      series: series, size: ChartSize(width: 960, height: 640)
    ).svg()
  }
}
