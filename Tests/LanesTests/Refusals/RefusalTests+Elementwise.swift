import CLanes

extension RefusalTests {
  static let elementwise: [Refusal] = [
    Refusal("unary count < 0", LANES_INVALID_SIZE) { lanes_unary(nil, LANES_RELU, -1, $0.pointer, $2.pointer) },
    Refusal("unary count huge", LANES_INVALID_SIZE) { lanes_unary(nil, LANES_RELU, most, $0.pointer, $2.pointer) },
    Refusal("unary x null", LANES_NULL_POINTER) { lanes_unary(nil, LANES_EXP, 1, nil, $2.pointer) },
    Refusal("unary y null", LANES_NULL_POINTER) { x, _, _ in lanes_unary(nil, LANES_EXP, 1, x.pointer, nil) },
    Refusal("unary operation", LANES_INVALID_OPERATION) {
      lanes_unary(nil, LANES_UNARY_COUNT, 1, $0.pointer, $2.pointer)
    },
    Refusal("unary shifted", LANES_OVERLAP) { _, _, out in lanes_unary(nil, LANES_EXP, 9, out.pointer, out.pointer + 1)
    },
    Refusal("unary shifted back", LANES_OVERLAP) { _, _, out in
      lanes_unary(nil, LANES_EXP, 9, out.pointer + 8, out.pointer)
    },
    Refusal("unary half a float", LANES_OVERLAP) { _, _, out in
      let odd = UnsafeRawPointer(out.pointer).advanced(by: 2).assumingMemoryBound(to: Float.self)
      return lanes_unary(nil, LANES_EXP, 4, odd, out.pointer)
    },
    Refusal("unary gradient count", LANES_INVALID_SIZE) {
      lanes_unary_gradient(nil, LANES_RELU, .min, $0.pointer, $1.pointer, $2.pointer)
    },
    Refusal("unary gradient operation", LANES_INVALID_OPERATION) {
      lanes_unary_gradient(nil, .init(.max), 1, $0.pointer, $1.pointer, $2.pointer)
    },
    Refusal("unary gradient dy null", LANES_NULL_POINTER) {
      lanes_unary_gradient(nil, LANES_RELU, 1, $0.pointer, nil, $2.pointer)
    },
    Refusal("unary gradient value shifted", LANES_OVERLAP) { _, y, out in
      lanes_unary_gradient(nil, LANES_RELU, 4, out.pointer + 3, y.pointer, out.pointer)
    },
    Refusal("unary gradient dy shifted", LANES_OVERLAP) { x, _, out in
      lanes_unary_gradient(nil, LANES_RELU, 4, x.pointer, out.pointer + 3, out.pointer)
    },
    Refusal("binary rows < 0", LANES_INVALID_SIZE) {
      lanes_binary(nil, LANES_ADD, -1, 4, matrix($0), matrix($1), $2.pointer, 8)
    },
    Refusal("binary overflow", LANES_INVALID_SIZE) {
      lanes_binary(nil, LANES_ADD, 1 << 32, 1 << 32, matrix($0), matrix($1), $2.pointer, 8)
    },
    Refusal("binary column stride", LANES_INVALID_STRIDE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0, 8, 2), matrix($1), $2.pointer, 8)
    },
    Refusal("binary row stride", LANES_INVALID_STRIDE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0), matrix($1, -8), $2.pointer, 8)
    },
    Refusal("binary row stride huge", LANES_INVALID_SIZE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0), matrix($1, most), $2.pointer, 8)
    },
    Refusal("binary out stride", LANES_INVALID_STRIDE) {
      lanes_binary(nil, LANES_ADD, 4, 4, matrix($0), matrix($1), $2.pointer, 3)
    },
    Refusal("binary out null", LANES_NULL_POINTER) { x, y, _ in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(x), matrix(y), nil, 8)
    },
    Refusal("binary a null", LANES_NULL_POINTER) { _, y, out in
      lanes_binary(nil, LANES_ADD, 4, 4, lanes_operand(), matrix(y), out.pointer, 8)
    },
    Refusal("binary operation", LANES_INVALID_OPERATION) {
      lanes_binary(nil, LANES_BINARY_COUNT, 4, 4, matrix($0), matrix($1), $2.pointer, 8)
    },
    Refusal("binary other stride", LANES_OVERLAP) { x, _, out in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(out, 4), matrix(x), out.pointer, 8)
    },
    Refusal("binary own row repeated", LANES_OVERLAP) { x, _, out in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(x), matrix(out, 0), out.pointer, 8)
    },
    Refusal("binary own scalar", LANES_OVERLAP) { x, _, out in
      lanes_binary(nil, LANES_ADD, 4, 4, matrix(x), matrix(out, 0, 0), out.pointer, 8)
    },
    Refusal("ternary operation", LANES_INVALID_OPERATION) {
      lanes_ternary(nil, LANES_TERNARY_COUNT, 4, 4, matrix($0), matrix($1), matrix($0), $2.pointer, 8)
    },
    Refusal("ternary c null", LANES_NULL_POINTER) {
      lanes_ternary(nil, LANES_SELECT, 4, 4, matrix($0), matrix($1), lanes_operand(), $2.pointer, 8)
    },
    Refusal("ternary c shifted", LANES_OVERLAP) { x, y, out in
      let shifted = lanes_operand(data: out.pointer + 1, row_stride: 8, column_stride: 1)
      return lanes_ternary(nil, LANES_CLIP, 4, 4, matrix(x), matrix(y), shifted, out.pointer, 8)
    },
  ]
}
