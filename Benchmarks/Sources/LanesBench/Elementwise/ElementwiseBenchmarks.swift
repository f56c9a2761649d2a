import ArgumentParser
import Lanes

struct ElementwiseBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "elementwise",
    abstract: "The unary functions, in cache and in memory, against peers and the bandwidth of a copy.",
    discussion:
      "Nanoseconds an element, medians. The limit is the faster of memcpy and a copy with non-temporal stores, each thread its "
      + "part, measured in turn with the functions. SLEEF and VML run in cache, frameworks on larger arrays, unless --peers "
      + "names some.")

  @Option(parsing: .upToNextOption, help: "Numbers of elements.")
  var counts = [4_096, 262_144, 16_777_216]

  @Option(parsing: .upToNextOption, help: "Functions, as UnaryOperation names them; all unless some are named.")
  var functions: [String] = []

  @Option(help: "sleef, sleef-u35, vml, jax, torch, tensorflow; or none.")
  var peers: PeerNames?

  @OptionGroup var options: CommonOptions

  func validate() throws {
    for count in counts where !(1...1 << 30).contains(count) {
      throw ValidationError("--counts has \(count), and takes 1 … \(1 << 30)")
    }
    for name in functions where Self.operation(name) == nil { throw ValidationError("there is no function \(name)") }
    for library in peers?.libraries ?? [] where !(PeerLibrary.functions + PeerLibrary.frameworks).contains(library) {
      throw ValidationError("\(library.name) has no functions")
    }
  }

  func run() throws {
    let usage = Usage()
    var workersUsed = 0.0
    var report = Report<ContestRow>(
      subject: "elementwise", machine: try Machine(), repetitions: options.turns, rows: [])
    var counted: [String: Int] = [:]
    for count in counts {
      for threads in options.threads.counts {
        let team = PeerTeam(libraries(count: count, threads: threads), threads: threads)
        report.peers.merge(team.versions) { $1 }
        for operation in functions.isEmpty ? UnaryOperation.allCases : functions.compactMap(Self.operation) {
          progress("\(operation), \(count) elements, \(threads) threads")
          let row = try measure(operation, count: count, threads: threads, team)
          counted[row.work] = count
          report.rows.append(row)
        }
        workersUsed += team.processorSeconds
      }
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince(workers: workersUsed)
    let table = report.rows.table("function, elements", PeerLibrary.functions + PeerLibrary.frameworks) { row in
      1e9 / Double(counted[row.work] ?? 1)
    }
    try report.write(as: options.format, table: table, notes: [[ContestRow].note])
  }

  private static func operation(_ name: String) -> UnaryOperation? { UnaryOperation.allCases.first { "\($0)" == name } }

  private func libraries(count: Int, threads: Int) -> [PeerLibrary] {
    if let peers { return peers.libraries }
    if count > 65_536 { return PeerLibrary.frameworks }
    // SLEEF has no threads.
    return threads == 1 ? PeerLibrary.functions : [.vml]
  }

  private func measure(_ operation: UnaryOperation, count: Int, threads: Int, _ team: PeerTeam) throws -> ContestRow {
    let backend = try NativeBackend(threads: threads)
    var numbers = FixedNumbers(seed: 1)
    // In ±4, where tanh and sigmoid have their curve; what has none for negative numbers gets the positive half.
    let isPositive = [.log, .sqrt, .log1p].contains(operation)
    let (least, range): (Float, Float) = isPositive ? (0.001, 4) : (-4, 8)
    let x = try Memory(count: count, quarter: 0) { least + range * numbers.next() }
    let y = try Memory(count: count, quarter: 2)
    let lanes = Contender("Lanes") { calls in
      for _ in 0..<calls { try backend.unary(operation, count: count, x.floats, into: y.floats) }
    }
    _ = try lanes.time(1)
    let ours = y.copy
    let peers = try team.contenders("function \(operation) \(count) \(least) \(range)") { result, name in
      try checkNear(result, ours, by: name, of: "\(operation)")
    }
    let limits = copies(threads: threads, from: x, to: y)
    let contenders = [lanes] + peers + limits
    return ContestRow(
      work: "\(operation), \(count)", threads: threads, contenders,
      try options.interleaving(threads: threads).measure(contenders), limits: limits.count, traffic: 1)
  }
}
