import CLanes
import CTestSupport
import Foundation
import Lanes
import Testing

/// Any number of threads, wherever they come from, get the same bits.
@Suite("Concurrency", .tags(.threads, .bits), .serialized)
struct ConcurrencyTests {
  /// One call with random operation, shape and values; the hash of what it writes.
  static func call(_ context: OpaquePointer?, _ seed: UInt64) -> UInt64 {
    var random = Random(seed)
    func size(_ most: Int) -> Int { Int.random(in: 1...most, using: &random) }
    let (rows, columns) = (size(90), size(90))
    let count = rows * columns
    let x = Floats(random.floats(count))
    let y = Floats(random.floats(count, in: 0.5...2))
    let out = Floats(count, of: 0)
    let (m, n) = (Int64(rows), Int64(columns))
    func operand(_ x: Floats) -> lanes_operand { lanes_operand(data: x.pointer, row_stride: n, column_stride: 1) }
    let gradient = Floats(random.floats(count))
    var status = LANES_OK
    switch seed % 10 {
    case 0: status = lanes_unary(context, .init(UInt32(size(10))), m * n, x.pointer, out.pointer)
    case 1: status = lanes_unary_gradient(context, .init(UInt32(size(10))), m * n, x.pointer, y.pointer, out.pointer)
    case 2: status = lanes_binary(context, .init(UInt32(size(8))), m, n, operand(x), operand(y), out.pointer, n)
    case 3:
      status = lanes_ternary(
        context, .init(UInt32(size(2) - 1)), m, n, operand(x), operand(y), operand(x), out.pointer, n)
    case 4:
      status = lanes_reduce(
        context, .init(UInt32(size(3) - 1)), .init(UInt32(size(3) - 1)), m, n, x.pointer, n, out.pointer)
    case 5: status = lanes_softmax(context, m, n, x.pointer, n, out.pointer, n)
    case 6:
      var call = lanes_update_call()
      (call.rule, call.count, call.gradient) = (LANES_ADAM, m * n, UnsafePointer(gradient.pointer))
      (call.parameter, call.first, call.second) = (x.pointer, y.pointer, out.pointer)
      (call.rate, call.beta1, call.beta2, call.epsilon) = (0.1, 0.9, 0.99, 1e-8)
      (call.scale, call.low, call.high) = (0.5, -1, 1)
      status = lanes_update(context, &call)
    default:
      let k = size(200)
      let (a, b) = (Floats(random.floats(rows * k)), Floats(random.floats(k * columns)))
      var call = lanes_matmul_call()
      (call.m, call.n, call.k, call.alpha, call.activation) = (m, n, Int64(k), 1.5, .init(UInt32(size(11) - 1)))
      (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(a.pointer), Int64(k), UnsafePointer(b.pointer), n)
      (call.c, call.c_stride, call.bias) = (out.pointer, n, UnsafePointer(y.pointer))
      status = lanes_matmul(context, &call)
    }
    return (bits(out.values) + bits(x.values) + [status.rawValue]).hash
  }

  /// The calls that a thread makes, from a seed of its own.
  static let calls = UInt64(30)
  static func seeds(_ thread: Int) -> Range<UInt64> { UInt64(thread) * calls..<UInt64(thread + 1) * calls }

  static func serial(_ threads: Int) throws -> [[UInt64]] {
    let context = try Context(isa: "portable", threads: 1)
    return (0..<threads).map { seeds($0).map { call(context.pointer, $0) } }
  }

  @Test("16 threads on one context, and on one each, give what one thread gives", arguments: Hardware.availableISAs)
  func hammering(_ isa: String) throws {
    let expected = try Self.serial(16)
    #expect(Set(expected.joined()).count == 16 * Int(Self.calls))
    let shared = try Context(isa: isa, threads: 2)
    let own = try (0..<16).map { try Context(isa: isa, threads: Int32($0 % 5 + 1)) }
    for contexts in [[Context](repeating: shared, count: 16), own] {
      let results = Results(16)
      let threads = (0..<16).map { index in
        Thread { results.set(index, Self.seeds(index).map { Self.call(contexts[index].pointer, $0) }) }
      }
      for thread in threads { thread.start() }
      #expect(results.wait() == expected)
    }
  }

  @Test("calls from a task group")
  func tasks() async throws {
    let expected = try Self.serial(24)
    let backend = try Context(isa: try #require(Hardware.availableISAs.last), threads: 3)
    let results = await withTaskGroup(of: (Int, [UInt64]).self) { group in
      for index in 0..<24 { group.addTask { (index, Self.seeds(index).map { Self.call(backend.pointer, $0) }) } }
      var results = [[UInt64]](repeating: [], count: 24)
      for await (index, hashes) in group { results[index] = hashes }
      return results
    }
    #expect(results == expected)
  }

  /// What a body in C's hands gets and gives.
  final class Job {
    let context: Context
    let seeds: Range<UInt64>
    var hashes: [UInt64] = []
    init(_ context: Context, _ seeds: Range<UInt64>) { (self.context, self.seeds) = (context, seeds) }

    static let body: test_body = { argument in
      guard let argument else { return }
      let job = Unmanaged<Job>.fromOpaque(argument).takeUnretainedValue()
      job.hashes = job.seeds.map { ConcurrencyTests.call(job.context.pointer, $0) }
    }
    var argument: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
  }

  @Test("a thread with a stack of 64 KiB", arguments: Hardware.availableISAs, [1, 3] as [Int32])
  func smallStack(_ isa: String, _ threads: Int32) throws {
    let job = Job(try Context(isa: isa, threads: threads), 0..<100)
    #expect(test_run_on_stack(64 << 10, Job.body, job.argument) == 0)
    let portable = try Context(isa: "portable", threads: 1)
    #expect(job.hashes == job.seeds.map { Self.call(portable.pointer, $0) })
  }

  /// Large products and sums on a small stack, where buffers could be.
  @Test("large work on a small stack", arguments: Hardware.availableISAs)
  func largeOnSmallStack(_ isa: String) throws {
    let job = LargeJob(try Context(isa: isa, threads: 2))
    #expect(test_run_on_stack(64 << 10, LargeJob.body, job.argument) == 0)
    #expect(job.statuses.count == 4 && job.statuses.allSatisfy { $0 == LANES_OK })
    let other = LargeJob(try Context(isa: "portable", threads: 1))
    other.run()
    #expect(bits(job.output.values) == bits(other.output.values))
  }

  final class LargeJob {
    let context: Context
    let a: Floats, output = Floats(300 * 300, of: 0)
    var statuses: [lanes_status] = []
    init(_ context: Context) {
      self.context = context
      var random = Random(9)
      a = Floats(random.floats(300 * 400))
    }
    static let body: test_body = { argument in
      guard let argument else { return }
      Unmanaged<LargeJob>.fromOpaque(argument).takeUnretainedValue().run()
    }
    var argument: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func run() {
      let c = context.pointer
      var call = lanes_matmul_call()
      (call.m, call.n, call.k, call.alpha, call.transpose_b) = (300, 300, 300, 1, LANES_TRANSPOSED)
      (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(a.pointer), 400, UnsafePointer(a.pointer), 400)
      (call.c, call.c_stride) = (output.pointer, 300)
      statuses.append(lanes_matmul(c, &call))
      // Sums of everything in a matrix with gaps, which are gathered block by block.
      statuses.append(lanes_reduce(c, LANES_SUM, LANES_EVERYTHING, 300, 399, a.pointer, 400, output.pointer))
      statuses.append(lanes_reduce(c, LANES_MAX, LANES_EVERYTHING, 300, 399, a.pointer, 400, output.pointer + 1))
      (call.m, call.n, call.k) = (8, 8, 400)
      statuses.append(lanes_matmul(c, &call))
    }
  }

  // MARK: - fork

  @Test("a forked child computes on several threads, and gets the parent's bits", arguments: [1, 2, 3] as [Int32])
  func fork(_ threads: Int32) throws {
    let context = try Context(isa: try #require(Hardware.availableISAs.last), threads: threads)
    let memory = try #require(test_shared_memory(1 << 20))
    defer { test_free_shared_memory(memory, 1 << 20) }
    let job = ForkJob(context, memory.bindMemory(to: Float.self, capacity: 1 << 18))
    // The parent's threads exist before it forks.
    let expected = job.compute()
    #expect(expected == LANES_OK)
    let parents = bits(Array(UnsafeBufferPointer(start: job.out, count: 200 * 200)))
    for _ in 0..<3 {
      job.out.update(repeating: 0, count: 200 * 200)
      #expect(test_run_in_child(ForkJob.body, job.argument, 20) == 0)
      #expect(job.out[200 * 200] == Float(LANES_OK.rawValue) + 1)
      #expect(bits(Array(UnsafeBufferPointer(start: job.out, count: 200 * 200))) == parents)
    }
    // And the parent goes on.
    job.out.update(repeating: 0, count: 200 * 200)
    #expect(job.compute() == LANES_OK)
    #expect(bits(Array(UnsafeBufferPointer(start: job.out, count: 200 * 200))) == parents)
  }

  @Test("a child forked while another thread computes is not left waiting")
  func forkWhileBusy() throws {
    let context = try Context(isa: try #require(Hardware.availableISAs.last), threads: 2)
    let memory = try #require(test_shared_memory(1 << 20))
    defer { test_free_shared_memory(memory, 1 << 20) }
    let results = Results(1)
    let stop = Flag()
    let busy = Thread {
      var seed = UInt64(7)
      while !stop.isSet {
        _ = Self.call(context.pointer, seed)
        seed += 10
      }
      results.set(0, [])
    }
    busy.start()
    let job = ForkJob(context, memory.bindMemory(to: Float.self, capacity: 1 << 18))
    for _ in 0..<5 { #expect(test_run_in_child(ForkJob.body, job.argument, 20) == 0) }
    stop.set()
    _ = results.wait()
  }

  final class ForkJob {
    let context: Context
    let a: Floats
    let out: UnsafeMutablePointer<Float>
    init(_ context: Context, _ out: UnsafeMutablePointer<Float>) {
      (self.context, self.out) = (context, out)
      var random = Random(4)
      a = Floats(random.floats(200 * 200))
    }
    static let body: test_body = { argument in
      guard let argument else { return }
      let job = Unmanaged<ForkJob>.fromOpaque(argument).takeUnretainedValue()
      job.out[200 * 200] = Float(job.compute().rawValue) + 1
    }
    var argument: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func compute() -> lanes_status {
      var call = lanes_matmul_call()
      (call.m, call.n, call.k, call.alpha) = (200, 200, 200, 1)
      (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(a.pointer), 200, UnsafePointer(a.pointer), 200)
      (call.c, call.c_stride) = (out, 200)
      return lanes_matmul(context.pointer, &call)
    }
  }

  // MARK: - The caller's floating-point modes

  static let modes = [TEST_NEAREST, TEST_UPWARD, TEST_DOWNWARD, TEST_TOWARD_ZERO, TEST_FLUSH].map(\.rawValue)

  @Test("threads work in the caller's mode, which is left as it was", arguments: Hardware.availableISAs, modes)
  func floatMode(_ isa: String, _ mode: UInt32) throws {
    let seeds = UInt64(0)..<60
    var results: [[UInt64]] = []
    for threads in [1, 2, 5] as [Int32] {
      let job = ModeJob(try Context(isa: isa, threads: threads))
      #expect(test_run_in_float_mode(.init(mode), ModeJob.body, job.argument) == 1, "the mode was changed")
      results.append(job.hashes)
      #expect(job.hashes.count == 5)
    }
    #expect(results[1] == results[0] && results[2] == results[0])
    // The mode did something at all: the workers afterwards are as they were, and so is this thread.
    let context = try Context(isa: isa, threads: 2)
    let portable = try Context(isa: "portable", threads: 1)
    #expect(seeds.map { Self.call(context.pointer, $0) } == seeds.map { Self.call(portable.pointer, $0) })
    let usual = ModeJob(try Context(isa: isa, threads: 1))
    usual.run()
    #expect((usual.hashes == results[0]) == (mode == TEST_NEAREST.rawValue))
  }

  /// Works on fixed inputs, made before the mode is set; subnormal ones among them.
  final class ModeJob {
    let context: Context
    let x: Floats, y: Floats
    let n = Int64(150)
    var hashes: [UInt64] = []
    private var outputs: [Floats] = (0..<5).map { _ in Floats(150 * 150, of: 0) }
    init(_ context: Context) {
      self.context = context
      var random = Random(12)
      var values = random.floats(150 * 150)
      for index in stride(from: 0, to: values.count, by: 7) { values[index] *= 0x1p-130 }
      x = Floats(values)
      y = Floats(random.floats(150 * 150))
    }
    static let body: test_body = { argument in
      guard let argument else { return }
      Unmanaged<ModeJob>.fromOpaque(argument).takeUnretainedValue().run()
    }
    var argument: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    func run() {
      let c = context.pointer
      var call = lanes_matmul_call()
      (call.m, call.n, call.k, call.alpha) = (n, n, n, 1)
      (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(x.pointer), n, UnsafePointer(y.pointer), n)
      (call.c, call.c_stride) = (outputs[0].pointer, n)
      let operand = { (x: Floats) in lanes_operand(data: x.pointer, row_stride: self.n, column_stride: 1) }
      let statuses = [
        lanes_matmul(c, &call),
        lanes_binary(c, LANES_MULTIPLY, n, n, operand(x), operand(y), outputs[1].pointer, n),
        lanes_reduce(c, LANES_SUM, LANES_EACH_ROW, n, n, y.pointer, n, outputs[2].pointer),
        lanes_softmax(c, n, n, y.pointer, n, outputs[3].pointer, n),
        lanes_binary(c, LANES_ADD, n, n, operand(x), operand(x), outputs[4].pointer, n),
      ]
      hashes = zip(outputs, statuses).map { (bits($0.values) + [$1.rawValue]).hash }
    }
  }
}

/// What threads give, by their numbers.
final class Results: @unchecked Sendable {
  private let condition = NSCondition()
  private var values: [[UInt64]?]
  init(_ count: Int) { values = .init(repeating: nil, count: count) }

  func set(_ index: Int, _ value: [UInt64]) {
    condition.withLock { values[index] = value }
    condition.broadcast()
  }
  func wait() -> [[UInt64]] {
    condition.lock()
    defer { condition.unlock() }
    while values.contains(where: { $0 == nil }) { condition.wait() }
    return values.map { $0 ?? [] }
  }
}

final class Flag: @unchecked Sendable {
  private let lock = NSLock()
  private var value = false
  func set() { lock.withLock { value = true } }
  var isSet: Bool { lock.withLock { value } }
}
