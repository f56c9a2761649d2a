import ArgumentParser
import CLanes
import Lanes

struct CallBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call",
    abstract: "What a call costs where there is next to no work: an 8×1×2 product, and relu of 11 elements.",
    discussion:
      "Nanoseconds a call, through C, through Swift, and through Swift's `any Backend`; of the product also prepared, as a "
      + "Program runs it."
  )

  @OptionGroup var options: CommonOptions

  struct Row: Encodable {
    let operation: String
    let path: String
    let threads: Int
    let nanoseconds: Double, best: Double
    let disturbed: Bool
  }

  func run() throws {
    let usage = Usage()
    var report = Report<Row>(subject: "call", machine: try Machine(), repetitions: options.repetitions, rows: [])
    for threads in options.threads.counts { report.rows += try measure(threads: threads) }
    report.processorsUsedByOthers = usage.othersSince()
    var table = Table(["operation", "through", "threads", "ns", "best"])
    for row in report.rows {
      table.add([
        row.operation, row.path, "\(row.threads)", row.nanoseconds.digits(1).marked(row.disturbed), row.best.digits(1),
      ])
    }
    try report.write(as: options.format, table: table, notes: ["nanoseconds a call, median and best"])
  }

  private func measure(threads: Int) throws -> [Row] {
    let contenders = try products(threads: threads) + relus(threads: threads)
    let seconds = try options.interleaving(threads: threads).measure(contenders.map(\.contender))
    return zip(contenders, seconds).map { contender, seconds in
      Row(
        operation: contender.operation, path: contender.contender.name, threads: threads,
        nanoseconds: 1e9 * seconds.median, best: 1e9 * seconds.best, disturbed: seconds.isDisturbed)
    }
  }

  private typealias Labelled = (operation: String, contender: Contender)

  private func products(threads: Int) throws -> [Labelled] {
    let problem = try MatmulProblem(MatmulShape(8, 1, 2))
    let native = try NativeBackend(threads: threads)
    let backend: any Backend = native
    let (a, b, c) = (problem.a.floats, problem.b.floats, problem.c.floats)
    let prepared = try native.prepare(Matmul(m: 8, n: 1, k: 2, a: a, b: b, c: c))
    let contenders = [
      try LanesMatmul(name: "C").contender(problem, threads: threads),
      try LanesMatmul(name: "C, prepared", isPrepared: true).contender(problem, threads: threads),
      Contender("Swift") { [problem] calls in
        for _ in 0..<calls { try native.matmul(Matmul(m: 8, n: 1, k: 2, a: a, b: b, c: c)) }
        withExtendedLifetime(problem) {}
      },
      Contender("Swift, prepared") { [problem] calls in
        for _ in 0..<calls { try prepared.run(a: a, b: b, c: c) }
        withExtendedLifetime(problem) {}
      },
      Contender("any Backend") { [problem] calls in
        for _ in 0..<calls { try backend.matmul(Matmul(m: 8, n: 1, k: 2, a: a, b: b, c: c)) }
        withExtendedLifetime(problem) {}
      },
    ]
    for contender in contenders {
      problem.c.overwrite(with: .nan)
      _ = try contender.time(1)
      try problem.check(problem.c.copy, by: contender.name)
    }
    return contenders.map { ("matmul 8,1,2", $0) }
  }

  private func relus(threads: Int) throws -> [Labelled] {
    let count = 11
    var numbers = FixedNumbers(seed: 1)
    let x = try Memory(count: count, quarter: 0) { 2 * numbers.next() - 1 }
    let y = try Memory(count: count, quarter: 2)
    let context = try LanesContext(threads: threads)
    let native = try NativeBackend(threads: threads)
    let backend: any Backend = native
    let contenders = [
      Contender("C") { calls in
        for _ in 0..<calls {
          try lanesCheck(lanes_unary(context.pointer, LANES_RELU, Int64(count), x.floats, y.floats))
        }
        withExtendedLifetime((context, x, y)) {}
      },
      Contender("Swift") { calls in
        for _ in 0..<calls { try native.unary(.relu, count: count, x.floats, into: y.floats) }
        withExtendedLifetime((x, y)) {}
      },
      Contender("any Backend") { calls in
        for _ in 0..<calls { try backend.unary(.relu, count: count, x.floats, into: y.floats) }
        withExtendedLifetime((x, y)) {}
      },
    ]
    return contenders.map { ("relu of 11", $0) }
  }
}
