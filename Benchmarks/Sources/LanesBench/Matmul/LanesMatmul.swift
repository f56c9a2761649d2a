import CLanes
import Lanes

/// Lanes through its C interface, as the peers are called.
struct LanesMatmul {
  var name = "Lanes"
  /// Checked and decided on outside of what is timed, as libxsmm's kernels are generated there.
  var isPrepared = false

  static let plain = LanesMatmul()
  static let prepared = LanesMatmul(name: "prepared", isPrepared: true)

  /// Ready to run on so many threads. The contender keeps the problem.
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
    let constant = call
    if isPrepared {
      var made = lanes_product()
      try lanesCheck(lanes_matmul_prepare(context.pointer, &call, &made))
      let product = made
      return Contender(name) { calls in
        try withExtendedLifetime((problem, context)) {
          try withUnsafePointer(to: product) { product in
            for _ in 0..<calls {
              try lanesCheck(lanes_product_run(product, constant.a, constant.b, constant.c, nil, nil))
            }
          }
        }
      }
    }
    return Contender(name) { calls in
      try withExtendedLifetime(problem) {
        try withUnsafePointer(to: constant) { call in
          for _ in 0..<calls { try lanesCheck(lanes_matmul(context.pointer, call)) }
        }
      }
    }
  }
}
