import Lanes

/// Rows of logits that are hard on softmax.
private let logits: [ParityValues] = [
  .normals, .scaled(20), .scaled(1, offset: 1e6), .scaled(100, offset: -1e6), .wide, .special, .huge, .subnormals,
  .ties,
  .constant(.greatestFiniteMagnitude), .constant(-.greatestFiniteMagnitude), .constant(-.infinity),
  .constant(.infinity),
  .list("±FLT_MAX", [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0]),
  .list("a few −inf", [1, -.infinity, 2, 0.5]),
  .list("0 and −inf", [0, -.infinity]), .normals.planting(.nan, at: .last), .normals.planting(.infinity, at: .middle),
  .normals.planting(-.infinity, at: .first), .normals.planting(200, at: .last), .bits,
]

/// rows × columns around vectors and lanes; one class.
private let shapes: [(Int, Int)] =
  [(0, 5), (0, 0), (1, 2), (300, 1), (33, 10), (7, 100), (3, 1000)]
  + ParitySuite.vectorSizes.enumerated().filter { $0.element > 0 }.map { (1 + $0.offset % 4, $0.element) }

/// What the output is written over.
private enum Aliasing: String, CaseIterable {
  case none = "apart"
  case first = "in place of the first"
  case second = "of the second"
}

extension ParitySuite {
  static func softmaxCases(_ stem: ParityOperation) -> [ParityCase] {
    var cases: [ParityCase] = []
    for (number, shape) in shapes.enumerated() {
      for aliasing in [Aliasing.none, .first] {
        let values = logits[(number + cases.count) % logits.count]
        cases.append(softmax(stem, shape.0, shape.1, layout(number), values, aliasing))
        cases.append(softmax(stem, shape.0, shape.1, layout(number + 1), .scaled(10), aliasing))
      }
    }
    for (number, values) in logits.enumerated() {
      cases.append(softmax(stem, 5, 19, layout(number), values, number % 2 == 0 ? .none : .first))
      cases.append(softmax(stem, 2, 67, layout(number + 2), values, number % 2 == 0 ? .first : .none))
      cases.append(softmax(stem, 3, 245, layout(number + 1), values, number % 2 == 0 ? .none : .first))
    }
    cases.append(softmax(stem, 1003, 97, .init(gap: 3), .scaled(10), .none))
    cases.append(softmax(stem, 2, 40_009, .init(offset: 1), .scaled(10), .none))
    return cases
      + refusedRows(stem, overlapsSecond: false) { backend, rows, columns, x, _, y throws(LanesError) in
        try run(stem, backend, rows, columns, x, y)
      }
  }

  private static func softmax(
    _ stem: ParityOperation, _ rows: Int, _ columns: Int, _ layout: ParityMemory.Layout, _ values: ParityValues,
    _ aliasing: Aliasing
  ) -> ParityCase {
    ParityCase(stem, "\(rows)×\(columns) x\(layout) y \(aliasing.rawValue) (\(values.name))") { memory in
      let y =
        aliasing == .first
        ? memory.inPlace("y", rows: rows, columns: columns, layout, values)
        : memory.output("y", rows: rows, columns: columns, .init(gap: layout.gap / 2, offset: layout.gap % 4))
      let x = aliasing == .first ? y : memory.input("x", rows: rows, columns: columns, layout, values)
      return { backend throws(LanesError) in
        try run(stem, backend, rows, columns, x.matrix, y.result)
      }
    }
  }

  static func softmaxGradientCases(_ stem: ParityOperation) -> [ParityCase] {
    var cases: [ParityCase] = []
    for (number, shape) in shapes.enumerated() {
      for aliasing in Aliasing.allCases {
        cases.append(softmaxGradient(stem, shape.0, shape.1, layout(number), .positives, .normals, aliasing))
      }
    }
    for (number, values) in logits.enumerated() {
      cases.append(softmaxGradient(stem, 5, 19, layout(number), .positives, values, .none))
      cases.append(softmaxGradient(stem, 4, 35, layout(number), values, .normals, .second))
    }
    cases.append(softmaxGradient(stem, 1003, 97, .init(gap: 3), .positives, .normals, .none))
    cases.append(softmaxGradient(stem, 2, 40_009, .init(offset: 1), .positives, .normals, .first))
    cases.append(
      ParityCase(stem, "of one matrix: y, dy and dx") { memory in
        let x = memory.inPlace("x", rows: 3, columns: 45, .init(gap: 2), .special)
        return { backend throws(LanesError) in
          try runGradient(stem, backend, 3, 45, x.matrix, x.matrix, x.result)
        }
      })
    return cases
      + refusedRows(stem, overlapsSecond: true) { backend, rows, columns, y, dy, dx throws(LanesError) in
        try runGradient(stem, backend, rows, columns, y, dy, dx)
      }
  }

  private static func softmaxGradient(
    _ stem: ParityOperation, _ rows: Int, _ columns: Int, _ layout: ParityMemory.Layout, _ values: ParityValues,
    _ upstream: ParityValues,
    _ aliasing: Aliasing
  ) -> ParityCase {
    let name = "\(rows)×\(columns) y\(layout) dx \(aliasing.rawValue) (\(values.name); dy \(upstream.name))"
    return ParityCase(stem, name) { memory in
      let other = ParityMemory.Layout(gap: layout.gap / 2, offset: layout.gap % 4)
      let y =
        aliasing == .first
        ? memory.inPlace("y", rows: rows, columns: columns, layout, values)
        : memory.input("y", rows: rows, columns: columns, layout, values)
      let dy =
        aliasing == .second
        ? memory.inPlace("dy", rows: rows, columns: columns, other, upstream)
        : memory.input("dy", rows: rows, columns: columns, other, upstream)
      let dx =
        aliasing == .first ? y : aliasing == .second ? dy : memory.output("dx", rows: rows, columns: columns, other)
      return { backend throws(LanesError) in
        try runGradient(stem, backend, rows, columns, y.matrix, dy.matrix, dx.result)
      }
    }
  }

  /// Softmax or its logarithm.
  private static func run(
    _ stem: ParityOperation, _ backend: any Backend, _ rows: Int, _ columns: Int, _ x: MatrixInput, _ y: MatrixOutput
  ) throws(LanesError) {
    if stem == .logSoftmax {
      try backend.logSoftmax(rows: rows, columns: columns, x, into: y)
    } else {
      try backend.softmax(rows: rows, columns: columns, x, into: y)
    }
  }

  private static func runGradient(
    _ stem: ParityOperation, _ backend: any Backend, _ rows: Int, _ columns: Int, _ y: MatrixInput, _ dy: MatrixInput,
    _ dx: MatrixOutput
  ) throws(LanesError) {
    if stem == .logSoftmaxGradient {
      try backend.logSoftmaxGradient(rows: rows, columns: columns, of: y, dy, into: dx)
    } else {
      try backend.softmaxGradient(rows: rows, columns: columns, of: y, dy, into: dx)
    }
  }

  /// Wrong sizes, strides and memory in common for an operation from one or two matrices to a third.
  private static func refusedRows(
    _ stem: ParityOperation, overlapsSecond: Bool,
    _ body:
      @escaping @Sendable (
        any Backend, _ rows: Int, _ columns: Int, MatrixInput, MatrixInput, MatrixOutput
      ) throws(LanesError) -> Void
  ) -> [ParityCase] {
    struct Call { var rows = 4, columns = 5, strides = [8, 8, 8], first = 0, second = 50, output = 100 }
    func refused(_ name: String, _ change: @escaping @Sendable (inout Call) -> Void) -> ParityCase {
      ParityCase(stem, "refused: \(name)", isRefused: true) { memory in
        let whole = memory.inPlace("whole", columns: 150, .normals)
        var call = Call()
        change(&call)
        let first = MatrixInput(whole.read + call.first, stride: call.strides[0])
        let second = MatrixInput(whole.read + call.second, stride: call.strides[1])
        let output = MatrixOutput(whole.write + call.output, stride: call.strides[2])
        return { [call] backend throws(LanesError) in
          try body(backend, call.rows, call.columns, first, second, output)
        }
      }
    }
    var cases = [
      refused("rows < 0") { $0.rows = -1 }, refused("columns < 0") { $0.columns = -1 },
      refused("rows < 0, columns 0") { ($0.rows, $0.columns) = (-1, 0) },
      refused("rows of no classes") { $0.columns = 0 },
      refused("rows·columns overflows") { ($0.rows, $0.columns) = (1 << 40, 1 << 40) },
      refused("first stride short") { $0.strides[0] = 4 }, refused("first stride negative") { $0.strides[0] = -8 },
      refused("output stride short") { $0.strides[2] = 4 }, refused("output stride overflows") { $0.strides[2] = .max },
      refused("output shifted in the first") { $0.output = 1 }, refused("output ends in the first") { $0.first = 128 },
      refused("output is the first with another stride") { ($0.output, $0.strides[2]) = (0, 7) },
    ]
    if overlapsSecond {
      cases += [
        refused("second stride short") { $0.strides[1] = 4 },
        refused("output shifted in the second") { $0.output = 51 },
        refused("output is the second with another stride") { ($0.output, $0.strides[2]) = (50, 9) },
      ]
    }
    return cases
  }
}
