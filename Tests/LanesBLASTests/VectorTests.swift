import Testing

/// C9's vector routines against loops that say the same, bit for bit.
@Suite("LanesBLAS: vectors")
struct VectorTests {
  static let counts = [0, 1, 2, 15, 16, 17, 127, 128, 129, 1023, 1024, 1025, 5000, 200_001]

  /// C1's lane sum of any floating-point numbers.
  func laneSum<Value: BinaryFloatingPoint>(_ values: [Value]) -> Value {
    var lanes = [Value](repeating: 0, count: 16)
    for (i, value) in values.enumerated() { lanes[i % 16] += value }
    return tree(lanes)
  }

  func tree<Value: BinaryFloatingPoint>(_ sums: [Value]) -> Value {
    var (lanes, width) = (sums, 8)
    while width > 0 {
      for l in 0..<width { lanes[l] += lanes[l + width] }
      width /= 2
    }
    return lanes[0]
  }

  func dot(_ x: [Float], _ y: [Float]) -> Float {
    var lanes = [Float](repeating: 0, count: 16)
    for i in x.indices {
      let lane = x.count < 128 ? 0 : i % 16
      lanes[lane].addProduct(x[i], y[i])
    }
    return tree(lanes)
  }

  @Test(arguments: [-3, -1, 1, 3] as [Int32], [-2, -1, 1, 2] as [Int32])
  func twoVectors(incx: Int32, incy: Int32) throws {
    let library = try Library()
    let saxpy = try library.function("cblas_saxpy", Library.Axpy.self)
    let scopy = try library.function("cblas_scopy", Library.Copy.self)
    let sdot = try library.function("cblas_sdot", Library.Dot.self)
    let fortran = try library.function("sdot_", Library.FortranDot.self)
    var numbers = Numbers(3)
    for count in Self.counts {
      let (a, b) = (numbers.floats(count), numbers.floats(count))
      var x = spread(a, incx)
      var y = spread(b, incy)
      let n = Int32(count)
      #expect(sdot(n, &x, incx, &y, incy).bitPattern == dot(a, b).bitPattern, "sdot \(count)")
      #expect(fortran([n], &x, [incx], &y, [incy]).bitPattern == dot(a, b).bitPattern, "sdot_ \(count)")
      saxpy(n, 0.3, &x, incx, &y, incy)
      let sums = zip(a, b).map { $1.addingProduct(0.3, $0) }
      #expect(bits(y) == bits(spread(sums, incy)), "saxpy \(count)")
      scopy(n, &x, incx, &y, incy)
      #expect(bits(y) == bits(spread(a, incy)), "scopy \(count)")
    }
  }

  @Test(arguments: [1, 2, 3] as [Int32])
  func oneVector(increment: Int32) throws {
    let library = try Library()
    let sscal = try library.function("cblas_sscal", Library.Scal.self)
    let snrm2 = try library.function("cblas_snrm2", Library.Norm.self)
    let sasum = try library.function("cblas_sasum", Library.Norm.self)
    let isamax = try library.function("cblas_isamax", Library.Index.self)
    let fortran = try library.function("isamax_", Library.FortranIndex.self)
    var numbers = Numbers(4)
    for count in Self.counts {
      let a = numbers.floats(count)
      var x = spread(a, increment)
      let n = Int32(count)
      #expect(sasum(n, &x, increment).bitPattern == laneSum(a.map(abs)).bitPattern, "sasum \(count)")
      let squares = laneSum(a.map { Double($0) * Double($0) })
      #expect(snrm2(n, &x, increment).bitPattern == Float(squares.squareRoot()).bitPattern, "snrm2 \(count)")
      let largest = a.map(abs).max()
      let index = a.firstIndex { abs($0) == largest } ?? 0
      #expect(isamax(n, &x, increment) == UInt(index), "isamax \(count)")
      #expect(fortran([n], &x, [increment]) == (count == 0 ? 0 : Int32(index) + 1), "isamax_ \(count)")
      sscal(n, 0.7, &x, increment)
      #expect(bits(x) == bits(spread(a.map { $0 * 0.7 }, increment)), "sscal \(count)")
    }
  }

  @Test func increments() throws {
    let library = try Library()
    var x: [Float] = [3, -4]
    var y: [Float] = [1, 1]
    // netlib's: those of one vector do nothing, those of two repeat the element.
    try library.function("cblas_sscal", Library.Scal.self)(2, 9, &x, 0)
    try library.function("cblas_sscal", Library.Scal.self)(2, 9, &x, -1)
    #expect(x == [3, -4])
    let sasum = try library.function("cblas_sasum", Library.Norm.self)
    #expect(sasum(2, &x, 0) == 0 && sasum(2, &x, -1) == 0 && sasum(-1, &x, 1) == 0)
    #expect(try library.function("cblas_isamax", Library.Index.self)(2, &x, -1) == 0)
    #expect(try library.function("cblas_snrm2", Library.Norm.self)(2, &x, -1) == 5)
    #expect(try library.function("cblas_sdot", Library.Dot.self)(2, &x, 0, &y, 1) == 6)
    try library.function("cblas_saxpy", Library.Axpy.self)(2, 2, &x, 1, &y, 0)
    #expect(y == [-1, 1])
  }

  @Test func extremes() throws {
    let library = try Library()
    let snrm2 = try library.function("cblas_snrm2", Library.Norm.self)
    let isamax = try library.function("cblas_isamax", Library.Index.self)
    var large: [Float] = [3e38, 1e38]
    var small: [Float] = [3e-45, 4e-45]
    var infinite: [Float] = [-.infinity, 1]
    #expect(snrm2(2, &large, 1).isFinite && snrm2(2, &small, 1) > 0 && snrm2(2, &infinite, 1) == .infinity)
    var first: [Float] = [.nan, 1, 5]
    var later: [Float] = [1, .nan, 5]
    #expect(isamax(3, &first, 1) == 0 && isamax(3, &later, 1) == 2 && snrm2(3, &later, 1).isNaN)
  }

  @Test("nothing but BLAS is shown")
  func symbols() throws {
    let library = try Library()
    for name in ["lanes_matmul", "lanes_version", "blas_recover"] { #expect(!library.holds(name), "\(name)") }
    for name in [
      "sgemm", "sgemv", "sger", "saxpy", "sscal", "scopy", "sdot", "snrm2", "sasum", "isamax", "xerbla",
    ] { #expect(library.holds("cblas_" + name) && library.holds(name + "_"), "\(name)") }
  }
}
