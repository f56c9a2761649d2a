import CLanes
import Glibc
import Lanes

/// A library that multiplies matrices. One in a process of its own would fit here too: its contender tells the process how
/// often to run and reads back the seconds.
protocol MatmulLibrary {
  var name: String { get }
  /// What the library says of itself.
  var version: String { get }
  /// Ready to run on so many threads. The contender keeps the problem.
  func contender(_ problem: MatmulProblem, threads: Int) throws -> Contender
}

/// Lanes through its C interface, as the peers are called.
struct LanesMatmul: MatmulLibrary {
  var name = "Lanes"
  let version = lanesVersion

  func contender(_ problem: MatmulProblem, threads: Int) throws -> Contender {
    let context = try LanesContext(threads: threads)
    let shape = problem.shape
    var call = lanes_matmul_call()
    (call.m, call.n, call.k) = (Int64(shape.m), Int64(shape.n), Int64(shape.k))
    call.transpose_a = shape.transposeA ? LANES_TRANSPOSED : LANES_NORMAL
    call.transpose_b = shape.transposeB ? LANES_TRANSPOSED : LANES_NORMAL
    call.alpha = 1
    (call.a, call.a_stride) = (UnsafePointer(problem.a.floats), Int64(shape.aStride))
    (call.b, call.b_stride) = (UnsafePointer(problem.b.floats), Int64(shape.bStride))
    (call.c, call.c_stride) = (problem.c.floats, Int64(shape.n))
    let prepared = call
    return Contender(name) { calls in
      try withExtendedLifetime(problem) {
        try withUnsafePointer(to: prepared) { call in
          for _ in 0..<calls { try lanesCheck(lanes_matmul(context.pointer, call)) }
        }
      }
    }
  }
}

/// Any library with the CBLAS symbols, loaded at run time: Debian's OpenBLAS.
struct OpenBLAS: MatmulLibrary {
  let name = "OpenBLAS"
  let version: String
  private let setThreads: @convention(c) (CInt) -> Void
  private let getThreads: @convention(c) () -> CInt
  private let sgemm: SGEMM

  typealias SGEMM =
    @convention(c) (
      _ order: CInt, _ transposeA: CInt, _ transposeB: CInt, _ m: CInt, _ n: CInt, _ k: CInt, _ alpha: Float,
      _ a: UnsafePointer<Float>, _ aStride: CInt, _ b: UnsafePointer<Float>, _ bStride: CInt, _ beta: Float,
      _ c: UnsafeMutablePointer<Float>, _ cStride: CInt
    ) -> Void

  /// - Throws: where there is no such library, with what to install.
  init(path: String) throws {
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw BenchmarkError("OpenBLAS (\(path)) is not installed. Debian: apt-get install libopenblas0")
    }
    func symbol<Function>(_ name: String, as type: Function.Type) throws -> Function {
      guard let address = dlsym(library, name) else { throw BenchmarkError("\(path) has no \(name)") }
      return unsafeBitCast(address, to: type)
    }
    sgemm = try symbol("cblas_sgemm", as: SGEMM.self)
    setThreads = try symbol("openblas_set_num_threads", as: (@convention(c) (CInt) -> Void).self)
    getThreads = try symbol("openblas_get_num_threads", as: (@convention(c) () -> CInt).self)
    let describe = try symbol("openblas_get_config", as: (@convention(c) () -> UnsafePointer<CChar>).self)
    // It names the kernels that it chose for this processor, too.
    version = "\(String(cString: describe())) (\(path))"
    if version.contains("USE64BITINT") { throw BenchmarkError("\(path) takes integers of 64 bits") }
  }

  func contender(_ problem: MatmulProblem, threads: Int) throws -> Contender {
    let (rowMajor, plain, transposed): (CInt, CInt, CInt) = (101, 111, 112)
    let shape = problem.shape
    let transposeA = shape.transposeA ? transposed : plain
    let transposeB = shape.transposeB ? transposed : plain
    let (m, n, k) = (CInt(shape.m), CInt(shape.n), CInt(shape.k))
    let (aStride, bStride) = (CInt(shape.aStride), CInt(shape.bStride))
    let (a, b, c) = (problem.a.floats, problem.b.floats, problem.c.floats)
    setThreads(CInt(threads))
    guard getThreads() == threads else { throw BenchmarkError("OpenBLAS does not take \(threads) threads") }
    return Contender(name) { [sgemm] calls in
      withExtendedLifetime(problem) {
        for _ in 0..<calls {
          sgemm(rowMajor, transposeA, transposeB, m, n, k, 1, a, aStride, b, bStride, 0, c, n)
        }
      }
    }
  }
}
