import CLanes
import Lanes
import Testing

/// Outputs that go past the caches, forced at sizes that tests can afford: the same bits, and nothing beside.
@Suite("Streaming", .tags(.bits))
struct StreamingTests {
  /// Columns of the operations with rows; from 256 on they stream.
  static let sizes: [Int64] = [255, 256, 257, 319, 1000, 4111, 8192, 20_003]
  /// Floats between the output's beginning and where its memory begins.
  static let offsets = [0, 1, 7, 15]

  /// What a call writes through the caches on one thread, and past them on one to three.
  func expectSame(
    _ isa: String, _ count: Int64, _ name: String,
    _ call: (OpaquePointer, UnsafeMutablePointer<Float>) -> lanes_status
  ) throws {
    let through = try Context(isa: isa, threads: 1, streamingBytes: .max)
    for offset in Self.offsets {
      let expected = Floats(Int(count) + 15)
      #expect(call(through.pointer, expected.pointer + offset) == LANES_OK)
      for threads: Int32 in 1...3 {
        let past = try Context(isa: isa, threads: threads, streamingBytes: 1)
        let out = Floats(Int(count) + 15)
        #expect(call(past.pointer, out.pointer + offset) == LANES_OK)
        #expect(bits(out.values) == bits(expected.values), "\(name), \(count) floats at \(offset), \(threads) threads")
      }
    }
  }

  @Test("Functions and gradients", arguments: Hardware.availableISAs)
  func unary(_ isa: String) throws {
    var random = Random(11)
    for (index, count) in Self.sizes.enumerated() {
      let (x, dy) = (Floats(random.floats(Int(count), in: 0.1...4)), Floats(random.floats(Int(count))))
      // Each operation has a kernel of its own: all of them, spread over the sizes.
      for raw in 0..<LANES_UNARY_COUNT.rawValue where Int(raw) % 4 == index % 4 {
        let operation = lanes_unary_op(raw)
        let name = String(cString: lanes_unary_name(operation))
        try expectSame(isa, count, name) { lanes_unary($0, operation, count, x.pointer, $1) }
        try expectSame(isa, count, "\(name) gradient") {
          lanes_unary_gradient($0, operation, count, x.pointer, dy.pointer, $1)
        }
      }
    }
  }

  @Test("Two and three operands, arrays and rows and single values", arguments: Hardware.availableISAs)
  func nary(_ isa: String) throws {
    var random = Random(12)
    for columns in Self.sizes.dropLast() {
      let rows: Int64 = columns == 1000 ? 1 : 3
      let count = rows * columns
      let (a, b, c) = (
        Floats(random.floats(Int(count))), Floats(random.floats(Int(count), in: 0.5...2)),
        Floats(random.floats(Int(count)))
      )
      for steps in [(columns, 1), (0, 1), (1, 0), (0, 0)] as [(Int64, Int64)] {
        let (x, y, z) = (
          lanes_operand(data: a.pointer, row_stride: columns, column_stride: 1),
          lanes_operand(data: b.pointer, row_stride: steps.0, column_stride: steps.1),
          lanes_operand(data: c.pointer, row_stride: columns, column_stride: 1)
        )
        for raw in 0..<LANES_BINARY_COUNT.rawValue {
          try expectSame(isa, count, "binary \(raw), strides \(steps)") {
            lanes_binary($0, lanes_binary_op(raw), rows, columns, x, y, $1, columns)
          }
        }
        for raw in 0..<LANES_TERNARY_COUNT.rawValue {
          try expectSame(isa, count, "ternary \(raw), strides \(steps)") {
            lanes_ternary($0, lanes_ternary_op(raw), rows, columns, x, y, z, $1, columns)
          }
        }
      }
    }
  }

  /// Rows of up to 2048 elements are taken several at a time where they do not stream.
  @Test("Softmax and cross-entropy", arguments: Hardware.availableISAs)
  func softmax(_ isa: String) throws {
    var random = Random(14)
    for columns in [1024, 1025, 1365, 2048, 2049, 5003] as [Int64] {
      let rows: Int64 = 7
      let count = rows * columns
      // Elements far below their row's peak, and a row that ends in NaN, one that has ∞, and one of nothing but −∞.
      let (x, targets) = (Floats(random.floats(Int(count), in: -60...60)), Floats(random.floats(Int(count), in: 0...1)))
      x.pointer[Int(3 * columns) - 1] = .nan
      x.pointer[Int(4 * columns) + 300] = .infinity
      for column in 0..<Int(columns) { x.pointer[Int(5 * columns) + column] = -.infinity }
      try expectSame(isa, count, "softmax") { lanes_softmax($0, rows, columns, x.pointer, columns, $1, columns) }
      try expectSame(isa, count, "log-softmax") {
        lanes_log_softmax($0, rows, columns, x.pointer, columns, $1, columns)
      }
      var call = lanes_cross_entropy_call()
      (call.rows, call.columns, call.scale) = (rows, columns, 0.5)
      (call.logits, call.logits_stride, call.gradient_stride) = (UnsafePointer(x.pointer), columns, columns)
      (call.targets, call.targets_stride) = (UnsafePointer(targets.pointer), columns)
      try expectSame(isa, count, "cross-entropy with targets") { context, gradient in
        call.gradient = gradient
        return lanes_softmax_cross_entropy(context, &call)
      }
      try [0, 1023, 5, 5, 700, 9, 1].withUnsafeBufferPointer { (labels: UnsafeBufferPointer<Int32>) in
        call.labels = labels.baseAddress
        try expectSame(isa, count, "cross-entropy with labels") { context, gradient in
          call.gradient = gradient
          return lanes_softmax_cross_entropy(context, &call)
        }
        // The losses lie in the workspace beside the scratch memory, the mean behind the gradient.
        (call.gradient_of_mean, call.label_options.class_weights) = (1, UnsafePointer(targets.pointer))
        (call.label_options.ignores, call.label_options.ignored_label) = (1, 5)
        for smoothing: Float in [0, 0.1] {
          call.label_options.smoothing = smoothing
          try expectSame(isa, count + 1, "cross-entropy with smoothing \(smoothing)") { context, gradient in
            (call.gradient, call.mean) = (gradient, gradient + Int(count))
            return lanes_softmax_cross_entropy(context, &call)
          }
        }
      }
    }
  }

  @Test("Products whose operands would come from memory", arguments: Hardware.availableISAs)
  func matmul(_ isa: String) throws {
    var random = Random(14)
    // Blocks of k, of rows, and columns beside whole tiles; rows of B that lie far apart; vectors.
    for (m, n, k) in [
      (48, 1061, 513), (300, 701, 600), (64, 301, 1100), (50, 1024, 300), (1, 4999, 300), (701, 1, 333),
    ] as [(Int64, Int64, Int64)] {
      let (a, b) = (Floats(random.floats(Int(m * k))), Floats(random.floats(Int(k * n))))
      let bias = Floats(random.floats(Int(n)))
      var call = lanes_matmul_call()
      (call.m, call.n, call.k, call.alpha) = (m, n, k, 1)
      (call.b_stride, call.c_stride) = (n, n)
      for transpose in [LANES_NORMAL, LANES_TRANSPOSED] {
        (call.transpose_a, call.a_stride) = (transpose, transpose == LANES_NORMAL ? k : m)
        try expectSame(isa, m * n, "\(m)×\(n)×\(k)") { context, c in
          (call.a, call.b, call.c, call.bias) = (.init(a.pointer), .init(b.pointer), c, .init(bias.pointer))
          return lanes_matmul(context, &call)
        }
      }
    }
  }

  @Test("An output that is an input stays in the caches", arguments: Hardware.availableISAs)
  func inPlace(_ isa: String) throws {
    var random = Random(13)
    let x = random.floats(5000)
    let past = try Context(isa: isa, threads: 2, streamingBytes: 1)
    let (input, out, inPlace) = (Floats(x), Floats(5000), Floats(x))
    #expect(lanes_unary(past.pointer, LANES_TANH, 5000, input.pointer, out.pointer) == LANES_OK)
    #expect(lanes_unary(past.pointer, LANES_TANH, 5000, inPlace.pointer, inPlace.pointer) == LANES_OK)
    #expect(bits(inPlace.values) == bits(out.values))
  }
}
