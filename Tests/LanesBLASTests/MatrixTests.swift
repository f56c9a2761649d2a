import Lanes
import LanesReference
import Testing

/// C9's matrix routines against the reference's matmul, bit for bit, and against float64.
@Suite("LanesBLAS: matrices")
struct MatrixTests {
  static let row: Int32 = 101
  static let column: Int32 = 102
  static func code(_ transposed: Bool) -> Int32 { transposed ? 112 : 111 }
  static let shapes = [(0, 3, 2), (3, 2, 0), (1, 1, 1), (8, 1, 2), (5, 7, 3), (1, 9, 130), (17, 33, 65), (4, 4, 200)]

  /// C of the row-major product by the reference.
  func reference(
    _ m: Int, _ n: Int, _ k: Int, _ ta: Bool, _ tb: Bool, _ alpha: Float, _ a: [Float], _ lda: Int, _ b: [Float],
    _ ldb: Int, _ beta: Float, _ c: [Float], _ ldc: Int
  ) throws -> [Float] {
    var (a, b, result) = (a, b, c)
    try a.withUnsafeMutableBufferPointer { a in
      try b.withUnsafeMutableBufferPointer { b in
        try result.withUnsafeMutableBufferPointer { c in
          var call = Matmul(
            m: m, n: n, k: k, a: try #require(a.baseAddress), b: try #require(b.baseAddress),
            c: try #require(c.baseAddress))
          (call.transposeA, call.transposeB, call.alpha, call.beta) = (ta, tb, alpha, beta)
          (call.aStride, call.bStride, call.cStride) = (lda, ldb, ldc)
          try ReferenceBackend().matmul(call)
        }
      }
    }
    return result
  }

  @Test("sgemm", arguments: [false, true], [(false, false), (false, true), (true, false), (true, true)])
  func product(isRowMajor: Bool, transposes: (Bool, Bool)) throws {
    let library = try Library()
    let sgemm = try library.function("cblas_sgemm", Library.Gemm.self)
    let fortran = try library.function("sgemm_", Library.FortranGemm.self)
    let (ta, tb) = transposes
    var numbers = Numbers(1)
    for (m, n, k) in Self.shapes {
      for (alpha, beta) in [(1, 0), (0.7, 1), (-2, 0.3), (0, 0.5), (1, -1)] as [(Float, Float)] {
        for more in [0, 3] {
          let lda = max(1, ta == isRowMajor ? m : k) + more
          let ldb = max(1, tb == isRowMajor ? k : n) + more
          let ldc = max(1, isRowMajor ? n : m) + more
          var a = numbers.floats(lda * max(m, k, 1) + 1)
          var b = numbers.floats(ldb * max(n, k, 1) + 1)
          let before =
            beta == 0 ? [Float](repeating: .nan, count: ldc * max(m, n, 1)) : numbers.floats(ldc * max(m, n, 1))
          var c = before
          let (m32, n32, k32) = (Int32(m), Int32(n), Int32(k))
          let (a32, b32, c32) = (Int32(lda), Int32(ldb), Int32(ldc))
          sgemm(
            isRowMajor ? Self.row : Self.column, Self.code(ta), Self.code(tb), m32, n32, k32, alpha, &a, a32, &b, b32,
            beta, &c, c32)
          let wanted =
            isRowMajor
            ? try reference(m, n, k, ta, tb, alpha, a, lda, b, ldb, beta, before, ldc)
            : try reference(n, m, k, tb, ta, alpha, b, ldb, a, lda, beta, before, ldc)
          #expect(bits(c) == bits(wanted), "\(m), \(n), \(k), alpha \(alpha), beta \(beta), ld + \(more)")
          guard !isRowMajor else { continue }
          c = before
          fortran(
            [ta ? 0x74 : 0x6e], [tb ? 0x43 : 0x4e], [m32], [n32], [k32], [alpha], &a, [a32], &b, [b32], [beta], &c,
            [c32])
          #expect(bits(c) == bits(wanted), "sgemm_ \(m), \(n), \(k)")
        }
      }
    }
  }

  @Test("sgemv and sger", arguments: [false, true], [-3, -1, 1, 2] as [Int32])
  func vectors(isRowMajor: Bool, increment: Int32) throws {
    let library = try Library()
    let sgemv = try library.function("cblas_sgemv", Library.Gemv.self)
    let sger = try library.function("cblas_sger", Library.Ger.self)
    var numbers = Numbers(2)
    for (m, n) in [(1, 1), (3, 5), (130, 7), (7, 300), (600, 600)] {
      let lda = (isRowMajor ? n : m) + 2
      for transposed in [false, true] {
        let (k, rows) = transposed ? (m, n) : (n, m)
        var a = numbers.floats(lda * max(m, n))
        let (logicalX, logicalY) = (numbers.floats(k), numbers.floats(rows))
        var x = spread(logicalX, increment)
        var y = spread(logicalY, 2 * increment)
        sgemv(
          isRowMajor ? Self.row : Self.column, Self.code(transposed), Int32(m), Int32(n), 0.7, &a, Int32(lda), &x,
          increment, 0.3, &y, 2 * increment)
        let wanted = try reference(
          1, rows, k, false, transposed != isRowMajor, 0.7, logicalX, k, a, lda, 0.3, logicalY, rows)
        #expect(bits(y) == bits(spread(wanted, 2 * increment)), "sgemv \(m) \(n) \(transposed), step \(increment)")
      }
      let (logicalX, logicalY) = (numbers.floats(m), numbers.floats(n))
      var x = spread(logicalX, increment)
      var y = spread(logicalY, -increment)
      let before = numbers.floats(lda * max(m, n))
      var a = before
      sger(
        isRowMajor ? Self.row : Self.column, Int32(m), Int32(n), 0.7, &x, increment, &y, -increment, &a, Int32(lda))
      let wanted =
        isRowMajor
        ? try reference(m, n, 1, false, false, 0.7, logicalX, 1, logicalY, n, 1, before, lda)
        : try reference(n, m, 1, false, false, 0.7, logicalY, 1, logicalX, m, 1, before, lda)
      #expect(bits(a) == bits(wanted), "sger \(m) \(n)")
    }
  }

  @Test("what is bad writes nothing")
  func bad() throws {
    let library = try Library()
    let sgemm = try library.function("cblas_sgemm", Library.Gemm.self)
    let sgemv = try library.function("cblas_sgemv", Library.Gemv.self)
    let sger = try library.function("cblas_sger", Library.Ger.self)
    var a: [Float] = .init(repeating: 1, count: 16)
    var (b, c) = (a, a)
    for (layout, ta, tb, m, n, k, lda, ldb, ldc) in [
      (0, 111, 111, 2, 2, 2, 2, 2, 2), (101, 0, 111, 2, 2, 2, 2, 2, 2), (102, 111, 110, 2, 2, 2, 2, 2, 2),
      (101, 111, 111, -1, 2, 2, 2, 2, 2), (102, 111, 111, 2, -1, 2, 2, 2, 2), (101, 111, 111, 2, 2, -1, 2, 2, 2),
      (101, 111, 111, 2, 2, 3, 2, 2, 2), (101, 111, 111, 2, 3, 2, 2, 2, 3), (102, 111, 111, 3, 2, 2, 3, 2, 2),
    ] as [(Int32, Int32, Int32, Int32, Int32, Int32, Int32, Int32, Int32)] {
      sgemm(layout, ta, tb, m, n, k, 1, &a, lda, &b, ldb, 0, &c, ldc)
    }
    sgemv(101, 111, 2, 2, 1, &a, 2, &b, 0, 0, &c, 1)
    sgemv(101, 111, 2, 2, 1, &a, 2, &b, 1, 0, &c, 0)
    sgemv(102, 111, 2, 2, 1, &a, 1, &b, 1, 0, &c, 1)
    sger(102, 2, 2, 1, &a, 1, &b, 1, &c, 1)
    sger(0, 2, 2, 1, &a, 1, &b, 1, &c, 2)
    #expect(c == [Float](repeating: 1, count: 16))
  }

  /// BLAS forbids it; the product of what was there before comes out.
  @Test func overlap() throws {
    let sgemm = try Library().function("cblas_sgemm", Library.Gemm.self)
    var memory: [Float] = [1, 2, 3, 4]
    memory.withUnsafeMutableBufferPointer {
      guard let c = $0.baseAddress else { return }
      sgemm(101, 111, 111, 2, 2, 2, 1, c, 2, c, 2, 0, c, 2)
    }
    #expect(memory == [7, 10, 15, 22])
  }
}

/// The logical vector in memory with this increment; NaN between.
func spread(_ values: [Float], _ increment: Int32) -> [Float] {
  let step = Int(abs(increment))
  var memory = [Float](repeating: .nan, count: max(1, (values.count - 1) * step + 1))
  for (i, value) in values.enumerated() { memory[(increment < 0 ? values.count - 1 - i : i) * step] = value }
  return memory
}
