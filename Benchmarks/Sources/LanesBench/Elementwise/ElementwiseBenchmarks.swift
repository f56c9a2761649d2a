import ArgumentParser
import CLimits
import Lanes

struct ElementwiseBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "elementwise",
    abstract: "The unary functions, in cache and in memory, against the bandwidth of a copy.",
    discussion:
      "Nanoseconds an element. GB/s counts a read and a write of each element; the copy is the system's memcpy, "
      + "each thread its part, measured in turn with the functions.")

  @Option(parsing: .upToNextOption, help: "Numbers of elements.")
  var counts = [4_096, 16_777_216]

  @OptionGroup var options: CommonOptions

  struct Row: Encodable {
    let function: String
    let count: Int
    let threads: Int
    let nanoseconds: Double, best: Double
    let disturbed: Bool
    let gigabytesPerSecond: Double
    /// Of a copy's bandwidth, medians of the same turns.
    let shareOfCopy: Double
  }

  func validate() throws {
    for count in counts where !(1...1 << 30).contains(count) {
      throw ValidationError("--counts has \(count), and takes 1 … \(1 << 30)")
    }
  }

  func run() throws {
    let usage = Usage()
    var report = Report<Row>(
      subject: "elementwise", machine: try Machine(), repetitions: options.repetitions, rows: [])
    for count in counts {
      for threads in options.threads.counts {
        progress("\(count) elements, \(threads) threads")
        report.rows += try measure(count: count, threads: threads)
      }
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince()

    var table = Table(["function", "elements", "threads", "ns/element", "best", "GB/s", "of a copy"])
    for row in report.rows {
      table.add([
        row.function, "\(row.count)", "\(row.threads)", row.nanoseconds.digits(3).marked(row.disturbed),
        row.best.digits(3),
        row.gigabytesPerSecond.digits(1), "\((100 * row.shareOfCopy).digits(0)) %",
      ])
    }
    try report.write(as: options.format, table: table)
  }

  private func measure(count: Int, threads: Int) throws -> [Row] {
    let backend = try NativeBackend(threads: threads)
    var numbers = FixedNumbers(seed: 1)
    // In ±4, where tanh and sigmoid have their curve; log and sqrt get the positive half.
    let x = try Memory(count: count, quarter: 0) { 8 * numbers.next() - 4 }
    let positive = try Memory(count: count, quarter: 0) { 4 * numbers.next() + 0.001 }
    let y = try Memory(count: count, quarter: 2)

    let copy = Contender.timed("(memcpy)") { calls in
      let seconds = limits_copy_seconds(CInt(threads), y.floats, x.floats, Int64(count), Int64(calls))
      if seconds < 0 { throw BenchmarkError("\(threads) threads could not be started") }
      return seconds
    }
    let functions = UnaryOperation.allCases.map { operation in
      let input = operation == .log || operation == .sqrt ? positive : x
      return Contender("\(operation)") { calls in
        for _ in 0..<calls { try backend.unary(operation, count: count, input.floats, into: y.floats) }
      }
    }
    let contenders = [copy] + functions
    let seconds = try options.interleaving(threads: threads).measure(contenders)
    return zip(contenders, seconds).map { contender, own in
      Row(
        function: contender.name, count: count, threads: threads, nanoseconds: 1e9 * own.median / Double(count),
        best: 1e9 * own.best / Double(count), disturbed: own.isDisturbed,
        gigabytesPerSecond: 8e-9 * Double(count) / own.median,
        shareOfCopy: seconds[0].median / own.median)
    }
  }
}
