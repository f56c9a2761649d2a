import ArgumentParser
import CLanes
import Lanes

struct LinearCrossEntropyBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linear-cross-entropy",
    abstract:
      "Loss and both gradients of a linear layer under softmax cross-entropy, against peers and its matmuls alone.",
    discussion:
      "Milliseconds a call, medians. Lanes does it as one operation, which holds the logits of some rows at a "
      + "time; the limit is its three matmuls alone, which hold all.")

  @Option(help: "Rows of activations.")
  var rows = 1_024
  @Option(help: "Activations of a row.")
  var inner = 768
  @Option(help: "Classes.")
  var classes = 50_257

  @Option(help: "jax, torch, tensorflow; or none.")
  var peers = PeerNames(PeerLibrary.frameworks)

  @OptionGroup var options: CommonOptions

  func validate() throws {
    for (name, size) in [("rows", rows), ("inner", inner), ("classes", classes)] where !(1...1 << 20).contains(size) {
      throw ValidationError("--\(name) is \(size), and takes 1 … \(1 << 20)")
    }
    if max(rows * inner, inner * classes, rows * classes) > 1 << 30 {
      throw ValidationError("a matrix is beyond 4 GiB")
    }
    if let other = peers.libraries.first(where: { !PeerLibrary.frameworks.contains($0) }) {
      throw ValidationError("\(other.name) has no cross-entropy")
    }
  }

  func run() throws {
    let usage = Usage()
    var workersUsed = 0.0
    var report = Report<ContestRow>(
      subject: "linear-cross-entropy", machine: try Machine(), repetitions: options.turns, rows: [])
    var notes: [String] = []
    for threads in options.threads.counts {
      let team = PeerTeam(peers.libraries, threads: threads)
      report.peers.merge(team.versions) { $1 }
      progress("\(rows),\(inner),\(classes), \(threads) threads")
      let (row, added) = try measure(threads: threads, team)
      report.rows.append(row)
      if let added {
        let inputs =
          "beside inputs and results, the first call of \(row.work) on \(threads) thread\(threads == 1 ? "" : "s")"
        notes.append(
          "memory that Lanes takes \(inputs): \((added + 1 << 19) >> 20) MiB; all logits: \((rows * classes) >> 18)")
      }
      workersUsed += team.processorSeconds
    }
    progress()
    report.processorsUsedByOthers = usage.othersSince(workers: workersUsed)
    let table = report.rows.table("rows,inner,classes", peers.libraries) { _ in 1e3 }
    try report.write(as: options.format, table: table, notes: [[ContestRow].note] + notes)
  }

  private func measure(threads: Int, _ team: PeerTeam) throws -> (ContestRow, added: Int?) {
    let layer = try LinearLayer(rows: rows, inner: inner, classes: classes, threads: threads)
    let lanes = Contender("Lanes") { calls in
      for _ in 0..<calls { try layer.lossAndGradients() }
    }
    let added = try PeakMemory.added { _ = try lanes.time(1) }
    // Times the rows, so that the tolerance is one of weights.
    let ours = layer.xGradient.copy.map { $0 * Float(rows) }
    let peers = try team.contenders("linear-cross-entropy \(rows) \(inner) \(classes)") { result, name in
      try checkNear(
        result.map { $0 * Float(rows) }, ours, by: name, of: "linear cross-entropy's gradient", tolerance: 1e-5)
    }
    let matmuls = Contender("three matmuls") { calls in
      for _ in 0..<calls {
        try layer.product()
        try layer.gradients()
      }
    }
    let contenders = [lanes] + peers + [matmuls]
    let row = ContestRow(
      work: "\(rows),\(inner),\(classes)", threads: threads, contenders,
      try options.interleaving(threads: threads).measure(contenders), limits: 1, traffic: 1)
    return (row, added)
  }
}

/// logits = x·w, the loss of their rows, and the gradients by x and w: as one operation, and its three products one by one.
private final class LinearLayer {
  let xGradient: Memory
  private let rows: Int, inner: Int, classes: Int
  private let x: Memory, w: Memory, wGradient: Memory, logits: Memory, loss: Memory
  private let labels: [Int32]
  private let context: LanesContext

  init(rows: Int, inner: Int, classes: Int, threads: Int) throws {
    (self.rows, self.inner, self.classes) = (rows, inner, classes)
    var numbers = FixedNumbers(seed: 1)
    x = try Memory(count: rows * inner, quarter: 0) { 2 * numbers.next() - 1 }
    w = try Memory(count: inner * classes, quarter: 1) { (2 * numbers.next() - 1) * 0.0625 }
    labels = (0..<rows).map { _ in Int32(min(Int(numbers.next() * Float(classes)), classes - 1)) }
    xGradient = try Memory(count: rows * inner, quarter: 2)
    wGradient = try Memory(count: inner * classes, quarter: 3)
    logits = try Memory(count: rows * classes, quarter: 2)
    loss = try Memory(count: rows, quarter: 0)
    context = try LanesContext(threads: threads)
  }

  func product() throws { try multiply(rows, classes, inner, (x, inner, false), (w, classes, false), into: logits) }

  func lossAndGradients() throws {
    try labels.withUnsafeBufferPointer { labels in
      var call = lanes_linear_cross_entropy_call()
      (call.rows, call.inputs, call.classes) = (Int64(rows), Int64(inner), Int64(classes))
      (call.x, call.x_stride) = (UnsafePointer(x.floats), Int64(inner))
      (call.w, call.w_stride) = (UnsafePointer(w.floats), Int64(classes))
      (call.labels, call.loss) = (labels.baseAddress, loss.floats)
      (call.x_gradient, call.x_gradient_stride) = (xGradient.floats, Int64(inner))
      (call.w_gradient, call.w_gradient_stride) = (wGradient.floats, Int64(classes))
      call.scale = 1 / Float(rows)
      try lanesCheck(lanes_linear_cross_entropy(context.pointer, &call))
    }
  }

  func gradients() throws {
    try multiply(rows, inner, classes, (logits, classes, false), (w, classes, true), into: xGradient)
    try multiply(inner, classes, rows, (x, inner, true), (logits, classes, false), into: wGradient)
  }

  private typealias Operand = (memory: Memory, stride: Int, isTransposed: Bool)

  private func multiply(_ m: Int, _ n: Int, _ k: Int, _ a: Operand, _ b: Operand, into c: Memory) throws {
    var call = lanes_matmul_call()
    (call.m, call.n, call.k) = (Int64(m), Int64(n), Int64(k))
    call.transpose_a = a.isTransposed ? LANES_TRANSPOSED : LANES_NORMAL
    call.transpose_b = b.isTransposed ? LANES_TRANSPOSED : LANES_NORMAL
    call.alpha = 1
    (call.a, call.a_stride) = (UnsafePointer(a.memory.floats), Int64(a.stride))
    (call.b, call.b_stride) = (UnsafePointer(b.memory.floats), Int64(b.stride))
    (call.c, call.c_stride) = (c.floats, Int64(n))
    try lanesCheck(lanes_matmul(context.pointer, &call))
  }
}
