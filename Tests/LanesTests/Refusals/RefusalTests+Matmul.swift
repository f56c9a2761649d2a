import CLanes

extension RefusalTests {
  static func matmul(
    _ x: Floats, _ y: Floats, _ out: Floats, _ change: (inout lanes_matmul_call) -> Void
  ) -> lanes_status {
    var call = lanes_matmul_call()
    (call.m, call.n, call.k, call.alpha) = (4, 4, 4, 1)
    (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(x.pointer), 8, UnsafePointer(y.pointer), 8)
    (call.c, call.c_stride) = (out.pointer, 8)
    change(&call)
    return lanes_matmul(nil, &call)
  }

  static let matmuls: [Refusal] = [
    Refusal("matmul m < 0", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.m = -1 } },
    Refusal("matmul n < 0", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.n = .min } },
    Refusal("matmul k < 0", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.k = -1 } },
    Refusal("matmul m huge", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.m = most } },
    Refusal("matmul k huge", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.k = most } },
    Refusal("matmul m·n overflows", LANES_INVALID_SIZE) { matmul($0, $1, $2) { ($0.m, $0.n) = (1 << 40, 1 << 40) } },
    Refusal("matmul m·k overflows", LANES_INVALID_SIZE) {
      matmul($0, $1, $2) { ($0.m, $0.k, $0.n, $0.c_stride) = (1 << 40, 1 << 40, 1, 1) }
    },
    Refusal("matmul stride overflows", LANES_INVALID_SIZE) { matmul($0, $1, $2) { $0.a_stride = most } },
    Refusal("matmul a stride", LANES_INVALID_STRIDE) { matmul($0, $1, $2) { $0.a_stride = 3 } },
    Refusal("matmul b stride", LANES_INVALID_STRIDE) { matmul($0, $1, $2) { $0.b_stride = 0 } },
    Refusal("matmul c stride", LANES_INVALID_STRIDE) { matmul($0, $1, $2) { $0.c_stride = -8 } },
    Refusal("matmul transposed a stride", LANES_INVALID_STRIDE) {
      matmul($0, $1, $2) { ($0.m, $0.transpose_a, $0.a_stride) = (5, LANES_TRANSPOSED, 4) }
    },
    Refusal("matmul a null", LANES_NULL_POINTER) { matmul($0, $1, $2) { $0.a = nil } },
    Refusal("matmul b null", LANES_NULL_POINTER) { matmul($0, $1, $2) { $0.b = nil } },
    Refusal("matmul c null", LANES_NULL_POINTER) { matmul($0, $1, $2) { $0.c = nil } },
    Refusal("matmul null", LANES_NULL_POINTER) { _, _, _ in lanes_matmul(nil, nil) },
    Refusal("matmul transpose", LANES_INVALID_OPERATION) { matmul($0, $1, $2) { $0.transpose_a = .init(2) } },
    Refusal("matmul transpose b", LANES_INVALID_OPERATION) { matmul($0, $1, $2) { $0.transpose_b = .init(.max) } },
    Refusal("matmul activation", LANES_INVALID_OPERATION) { matmul($0, $1, $2) { $0.activation = LANES_UNARY_COUNT } },
    Refusal("matmul c over a", LANES_OVERLAP) { _, y, out in matmul(out, y, out) { _ in } },
    Refusal("matmul c over the end of b", LANES_OVERLAP) { x, y, out in
      matmul(x, y, out) { $0.b = UnsafePointer(out.pointer - 2) }
    },
    Refusal("matmul c over bias", LANES_OVERLAP) { x, y, out in
      matmul(x, y, out) { $0.bias = UnsafePointer(out.pointer + 25) }
    },
  ]
}
