import CLanes
import CTestSupport
import Lanes
import Testing

/// Prepared products beside the parity cases: what a run costs in memory, and what is refused when.
@Suite("PreparedProduct")
struct PreparedProductTests {
  /// A shape for every way in which a product may be run.
  struct Way: Sendable, CustomTestStringConvertible {
    let name: String
    let m: Int64, n: Int64, k: Int64
    var transposeB = false
    var change: @Sendable (inout lanes_matmul_call) -> Void = { _ in }
    var testDescription: String { name }
  }
  static let ways: [Way] = [
    Way(name: "nothing", m: 0, n: 3, k: 2),
    Way(name: "column", m: 8, n: 1, k: 2),
    Way(name: "row beside a transposed b", m: 1, n: 20, k: 5, transposeB: true),
    Way(name: "few steps", m: 30, n: 11, k: 2),
    Way(name: "few steps beside a transposed b", m: 20, n: 20, k: 3, transposeB: true),
    Way(name: "one tile", m: 8, n: 8, k: 8),
    Way(name: "one tile onto c", m: 8, n: 8, k: 8) { ($0.beta, $0.activation) = (1, LANES_RELU) },
    Way(name: "tiles", m: 20, n: 20, k: 20),
    Way(name: "tiles onto c", m: 20, n: 20, k: 20) { $0.beta = 1 },
    Way(name: "turned", m: 16, n: 6, k: 60),
    Way(name: "turned with a transposed b", m: 16, n: 5, k: 60, transposeB: true),
    Way(name: "chain order", m: 20, n: 20, k: 20, transposeB: true) { $0.alpha = -1 },
    Way(name: "lane order", m: 4, n: 4, k: 200),
  ]

  static func call(_ way: Way, _ a: Floats, _ b: Floats, _ c: Floats) -> lanes_matmul_call {
    var call = lanes_matmul_call((way.m, way.n, way.k), transposed: (false, way.transposeB), a, b, c)
    way.change(&call)
    return call
  }

  @Test("copies run with other pointers, give the same bits and allocate nothing", .tags(.bits), arguments: ways)
  func runs(_ way: Way) throws {
    var random = Random(9)
    for isa in Hardware.availableISAs {
      let context = try Context(isa: isa, threads: 1)
      let (x, y) = (Floats(random.floats(1000)), Floats(random.floats(1000)))
      let (expected, c) = (Floats(400, of: 3), Floats(400, of: 3))
      var call = Self.call(way, x, y, expected)
      #expect(lanes_matmul(context.pointer, &call) == LANES_OK)
      (call.a, call.b, call.c) = (nil, nil, nil)
      var product = lanes_product()
      #expect(lanes_matmul_prepare(context.pointer, &call, &product) == LANES_OK)
      var copy = product
      product = lanes_product()
      // Memory for packed operands is the thread's from the first run on.
      #expect(lanes_product_run(&copy, x.pointer, y.pointer, Floats(400, of: 1).pointer, nil, nil) == LANES_OK)
      let before = test_allocations()
      let status = lanes_product_run(&copy, x.pointer, y.pointer, c.pointer, nil, nil)
      #expect(test_allocations() == before && status == LANES_OK)
      #expect(bits(c.values) == bits(expected.values), "\(isa)")
    }
  }

  @Test("C refuses null pointers and overlaps in each run", .tags(.errors), arguments: ways.dropFirst())
  func refusedRuns(_ way: Way) throws {
    let (x, y, c) = (Floats(1000, of: 1), Floats(1000, of: 2), Floats(400))
    let last = Int((way.m - 1) * way.k)
    var call = Self.call(way, x, y, c)
    var product = lanes_product()
    func run(
      _ a: UnsafePointer<Float>?, _ b: UnsafePointer<Float>?, _ c: UnsafeMutablePointer<Float>?,
      bias: UnsafePointer<Float>? = nil, value: UnsafePointer<Float>? = nil
    ) -> lanes_status { lanes_product_run(&product, a, b, c, bias, value) }
    #expect(run(x.pointer, y.pointer, c.pointer) == LANES_NULL_POINTER)
    #expect(lanes_matmul_prepare(nil, &call, &product) == LANES_OK)
    #expect(run(nil, y.pointer, c.pointer) == LANES_NULL_POINTER)
    #expect(run(x.pointer, nil, c.pointer) == LANES_NULL_POINTER)
    #expect(run(x.pointer, y.pointer, nil) == LANES_NULL_POINTER)
    #expect(run(c.pointer, y.pointer, c.pointer) == LANES_OVERLAP)
    #expect(run(x.pointer, c.pointer, c.pointer) == LANES_OVERLAP)
    #expect(run(c.pointer - last, y.pointer, c.pointer) == LANES_OVERLAP)
    #expect(run(c.pointer + Int(way.m * way.n) - 1, y.pointer, c.pointer) == LANES_OVERLAP)

    (call.bias, call.gradient_value) = (UnsafePointer(x.pointer), UnsafePointer(x.pointer))
    call.gradient_value_stride = way.n
    #expect(lanes_matmul_prepare(nil, &call, &product) == LANES_OK)
    #expect(run(x.pointer, y.pointer, c.pointer, value: x.pointer) == LANES_NULL_POINTER)
    #expect(run(x.pointer, y.pointer, c.pointer, bias: x.pointer) == LANES_NULL_POINTER)
    #expect(run(x.pointer, y.pointer, c.pointer, bias: c.pointer, value: x.pointer) == LANES_OVERLAP)
    #expect(run(x.pointer, y.pointer, c.pointer, bias: x.pointer, value: c.pointer) == LANES_OVERLAP)
    #expect(lanes_product_run(nil, x.pointer, y.pointer, c.pointer, nil, nil) == LANES_NULL_POINTER)
    #expect(c.isUntouched)
  }

  @Test("a call that cannot be prepared leaves the product as it was", .tags(.errors))
  func refusedPreparations() {
    let (x, y, c) = (Floats(64, of: 1), Floats(64, of: 2), Floats(64))
    func status(_ change: (inout lanes_matmul_call) -> Void) -> lanes_status {
      var call = Self.call(Self.ways[1], x, y, c)
      change(&call)
      var product = lanes_product()
      let status = lanes_matmul_prepare(nil, &call, &product)
      // Nothing was prepared.
      #expect(lanes_product_run(&product, x.pointer, y.pointer, c.pointer, nil, nil) == LANES_NULL_POINTER)
      return status
    }
    #expect(status { $0.m = -1 } == LANES_INVALID_SIZE)
    #expect(status { $0.k = .max } == LANES_INVALID_SIZE)
    #expect(status { $0.a_stride = 1 } == LANES_INVALID_STRIDE)
    #expect(status { $0.b_stride = 0 } == LANES_INVALID_STRIDE)
    #expect(status { $0.c_stride = -1 } == LANES_INVALID_STRIDE)
    #expect(status { ($0.gradient_value, $0.gradient_value_stride) = ($0.a, 0) } == LANES_INVALID_STRIDE)
    #expect(status { $0.transpose_a = .init(2) } == LANES_INVALID_OPERATION)
    #expect(status { $0.activation = LANES_UNARY_COUNT } == LANES_INVALID_OPERATION)
    #expect(status { $0.packed_b = $0.a } == LANES_INVALID_PACKING)
    #expect(lanes_matmul_prepare(nil, nil, nil) == LANES_NULL_POINTER)
    #expect(c.isUntouched)
  }

  @Test("Swift says what is missing or overlaps", .tags(.errors))
  func errors() throws {
    let x = UnsafeMutablePointer<Float>.allocate(capacity: 64)
    defer { x.deallocate() }
    x.initialize(repeating: 7, count: 64)
    let backend = try NativeBackend(threads: 1)
    var call = Matmul(m: 2, n: 3, k: 4, a: x, b: x, c: x)
    (call.bias, call.gradientValue, call.gradientValueStride) = (UnsafePointer(x), UnsafePointer(x), 3)
    for product in [try backend.prepare(call), try PreparedProduct(call, on: backend)] {
      #expect(throws: LanesError("matmul", .missing(name: "bias"))) {
        try product.run(a: x, b: x, c: x + 40, gradientValue: x)
      }
      #expect(throws: LanesError("matmul", .missing(name: "gradientValue"))) {
        try product.run(a: x, b: x, c: x + 40, bias: x)
      }
      #expect(throws: LanesError("matmul", .overlap(output: "c", input: "b"))) {
        try product.run(a: x, b: x + 40, c: x + 40, bias: x, gradientValue: x)
      }
    }
    call.aStride = 3
    #expect(throws: LanesError("matmul", .strideTooShort(name: "a", stride: 3, columns: 4))) {
      try backend.prepare(call)
    }
    let foreign = try PackedMatrix(k: 4, n: 3, layout: "rows", count: 12) { $0.initialize(repeating: 1, count: 12) }
    #expect(throws: LanesError("matmul", .packedLayout("rows", needed: backend.isa))) {
      try backend.prepare(call, packedB: foreign)
    }
    #expect((0..<64).allSatisfy { x[$0] == 7 })
  }

  @Test("outlives the backend that made it")
  func lifetime() throws {
    let x = UnsafeMutablePointer<Float>.allocate(capacity: 5)
    defer { x.deallocate() }
    for (i, value) in [2, 3, 5, 7, 0].enumerated() { (x + i).initialize(to: Float(value)) }
    let product = try NativeBackend(threads: 1).prepare(Matmul(m: 1, n: 1, k: 2, a: x, b: x, c: x))
    try product.run(a: x, b: x + 2, c: x + 4)
    #expect(x[4] == 31)
  }
}
