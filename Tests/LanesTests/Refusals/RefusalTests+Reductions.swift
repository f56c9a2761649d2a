import CLanes

extension RefusalTests {
  static func argmax(_ axis: lanes_axis, _ rows: Int64, _ columns: Int64, _ x: Floats, _ out: Floats) -> lanes_status {
    out.pointer.withMemoryRebound(to: Int32.self, capacity: out.count) {
      lanes_argmax(nil, axis, rows, columns, x.pointer, 8, $0)
    }
  }

  static let reductions: [Refusal] = [
    Refusal("reduce operation", LANES_INVALID_OPERATION) {
      lanes_reduce(nil, LANES_REDUCE_COUNT, LANES_EVERYTHING, 4, 4, $0.pointer, 8, $2.pointer)
    },
    Refusal("reduce axis", LANES_INVALID_OPERATION) {
      lanes_reduce(nil, LANES_SUM, LANES_AXIS_COUNT, 4, 4, $0.pointer, 8, $2.pointer)
    },
    Refusal("reduce rows", LANES_INVALID_SIZE) {
      lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, -4, 4, $0.pointer, 8, $2.pointer)
    },
    Refusal("reduce stride", LANES_INVALID_STRIDE) {
      lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, 4, 4, $0.pointer, 2, $2.pointer)
    },
    Refusal("reduce x null", LANES_NULL_POINTER) {
      lanes_reduce(nil, LANES_SUM, LANES_EACH_ROW, 4, 4, nil, 4, $2.pointer)
    },
    Refusal("reduce out null", LANES_NULL_POINTER) { x, _, _ in
      lanes_reduce(nil, LANES_SUM, LANES_EVERYTHING, 4, 4, x.pointer, 4, nil)
    },
    Refusal("reduce over its input", LANES_OVERLAP) { _, _, out in
      lanes_reduce(nil, LANES_MAX, LANES_EACH_COLUMN, 4, 4, out.pointer, 8, out.pointer)
    },
    Refusal("argmax of nothing", LANES_EMPTY) { x, _, out in argmax(LANES_EVERYTHING, 0, 4, x, out) },
    Refusal("argmax of empty rows", LANES_EMPTY) { x, _, out in argmax(LANES_EACH_ROW, 4, 0, x, out) },
    Refusal("argmax axis", LANES_INVALID_OPERATION) { x, _, out in argmax(.init(7), 4, 4, x, out) },
    Refusal("argmax over its input", LANES_OVERLAP) { _, _, out in argmax(LANES_EACH_ROW, 4, 4, out, out) },
  ]
}
