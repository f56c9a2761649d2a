import Lanes

extension ParitySuite {
  /// rows × columns around vectors, lanes and blocks, for reductions along either axis.
  private static func reduceShapes(thorough: Bool) -> [(rows: Int, columns: Int)] {
    var shapes: [(Int, Int)] = [(0, 0), (0, 5), (5, 0)]
    for (number, size) in vectorSizes.enumerated() where size > 0 {
      shapes.append((1 + number % 4, size))
      shapes.append((size, 2 + number % 3))
    }
    shapes += [(1, 127), (2, 130), (33, 65), (17, 129), (100, 3), (3, 100)]
    // Everything: totals around the block, as one row, as one column, and in rows that a block's end cuts.
    for size in blockSizes { shapes += [(1, size), (size, 1)] }
    shapes += [(64, 64), (63, 65), (17, 241), (5, 1639), (129, 97)]
    if thorough { shapes += (1...70).map { ($0, 71 - $0) } + [(2, 50_021), (50_021, 2)] }
    return shapes
  }

  private static let reduceValues: [ParityValues] = [
    .integers, .subnormals, .huge, .bits, .landmarks, .constant(-0.0), .constant(-.infinity), .constant(.nan), .ties,
  ]

  static func reduceCases(thorough: Bool) -> [ParityCase] {
    let kinds: [ParityValues] = [.normals, .wide, .special, .integers]
    var cases: [ParityCase] = []
    for operation in ReduceOperation.allCases {
      for axis in Axis.allCases {
        for (number, shape) in reduceShapes(thorough: thorough).enumerated() {
          cases.append(reduce(operation, axis, shape.rows, shape.columns, layout(number), kinds[number % 3]))
        }
        for (number, values) in reduceValues.enumerated() {
          cases.append(reduce(operation, axis, 9, 35, layout(number), values))
        }
        for place in ParityValues.Place.allCases {
          for value: Float in [.nan, .infinity, -.infinity] {
            cases.append(reduce(operation, axis, 19, 33, .dense, .normals.planting(value, at: place)))
            cases.append(reduce(operation, axis, 1, 50, .init(offset: 1), .normals.planting(value, at: place)))
          }
        }
        cases.append(reduce(operation, axis, 317, 211, .init(gap: 3), .wide))
        cases.append(reduce(operation, axis, 1, largeSize, .init(offset: 1), .wide))
        cases.append(reduce(operation, axis, largeSize, 1, .dense, .wide))
        cases += refusedReduce(.reduce, "\(operation)", axis) { backend, rows, columns, x, output throws(LanesError) in
          try backend.reduce(operation, axis, rows: rows, columns: columns, x, into: output)
        }
      }
    }
    return cases
  }

  private static func reduce(
    _ operation: ReduceOperation, _ axis: Axis, _ rows: Int, _ columns: Int, _ layout: ParityMemory.Layout,
    _ values: ParityValues
  ) -> ParityCase {
    ParityCase(.reduce, "\(operation) of \(axis) \(rows)×\(columns) x\(layout) (\(values.name))") { memory in
      let x = memory.input("x", rows: rows, columns: columns, layout, values).matrix
      let count = axis.count(rows: rows, columns: columns)
      let output = memory.output("output", columns: count, .init(offset: layout.gap % 4)).write
      return { backend throws(LanesError) in
        try backend.reduce(operation, axis, rows: rows, columns: columns, x, into: output)
      }
    }
  }

  static func argmaxCases(thorough: Bool) -> [ParityCase] {
    let kinds: [ParityValues] = [.ties, .normals, .special]
    var cases: [ParityCase] = []
    for axis in Axis.allCases {
      for (number, shape) in reduceShapes(thorough: thorough).enumerated() {
        let each = axis == .everything ? shape.rows * shape.columns : axis == .eachRow ? shape.columns : shape.rows
        let isRefused = each == 0 && axis.count(rows: shape.rows, columns: shape.columns) > 0
        for values in [kinds[number % 3], kinds[(number + 1) % 3]] {
          cases.append(argmax(axis, shape.rows, shape.columns, layout(number), values, isRefused: isRefused))
        }
      }
      for values: ParityValues in [
        .constant(0), .constant(-.infinity), .constant(.nan), .bits, .subnormals, .list("zeros", [-0.0, 0]),
        .list("maxima", [1, .infinity, .infinity]), .landmarks,
      ] {
        cases.append(argmax(axis, 6, 37, .init(gap: 3), values))
      }
      for place in ParityValues.Place.allCases {
        for value: Float in [.nan, .infinity, 100] {
          cases.append(argmax(axis, 19, 33, .dense, .ties.planting(value, at: place)))
          cases.append(argmax(axis, 1, 50, .init(offset: 1), .normals.planting(value, at: place)))
          cases.append(argmax(axis, 50, 1, .init(offset: 2), .normals.planting(value, at: place)))
        }
      }
      cases.append(argmax(axis, 7, 33, .dense, .constant(.infinity).planting(.nan, at: 100)))
      cases.append(argmax(axis, 7, 33, .dense, .normals.planting(.nan, at: 40).planting(.nan, at: 12)))
      cases.append(argmax(axis, 317, 211, .init(gap: 3), .ties))
      cases.append(argmax(axis, 1, largeSize, .dense, .ties))
      cases.append(argmax(axis, 1, largeSize, .dense, .normals))
      cases += refusedReduce(.argmax, "argmax", axis) { backend, rows, columns, x, output throws(LanesError) in
        let indices = UnsafeMutableRawPointer(output).assumingMemoryBound(to: Int32.self)
        try backend.argmax(axis, rows: rows, columns: columns, x, into: indices)
      }
    }
    return cases
  }

  private static func argmax(
    _ axis: Axis, _ rows: Int, _ columns: Int, _ layout: ParityMemory.Layout, _ values: ParityValues,
    isRefused: Bool = false
  ) -> ParityCase {
    let name = "argmax of \(axis) \(rows)×\(columns) x\(layout) (\(values.name))"
    return ParityCase(.argmax, name, isRefused: isRefused) { memory in
      let x = memory.input("x", rows: rows, columns: columns, layout, values).matrix
      let count = axis.count(rows: rows, columns: columns)
      let output = memory.indices("output", count: count, offset: layout.gap % 4).indices
      return { backend throws(LanesError) in
        try backend.argmax(axis, rows: rows, columns: columns, x, into: output)
      }
    }
  }

  private static func refusedReduce(
    _ stem: ParityOperation, _ title: String, _ axis: Axis,
    _ body:
      @escaping @Sendable (
        any Backend, _ rows: Int, _ columns: Int, MatrixInput, UnsafeMutablePointer<Float>
      ) throws(LanesError) -> Void
  ) -> [ParityCase] {
    func refused(_ name: String, rows: Int = 4, columns: Int = 5, stride: Int = 8, output: Int = 64) -> ParityCase {
      ParityCase(stem, "refused: \(title) of \(axis) \(name)", isRefused: true) { memory in
        let whole = memory.inPlace("x", columns: 100, .normals)
        let x = MatrixInput(whole.read, stride: stride)
        return { backend throws(LanesError) in try body(backend, rows, columns, x, whole.write + output) }
      }
    }
    return [
      refused("rows < 0", rows: -1), refused("columns < 0", columns: -1),
      refused("rows < 0, columns 0", rows: -1, columns: 0),
      refused("rows·columns overflows", rows: 1 << 40, columns: 1 << 40, stride: 1 << 40),
      refused("columns largest", columns: .max), refused("stride short", stride: 4),
      refused("stride negative", stride: -8),
      refused("stride overflows", stride: .max), refused("output is x", output: 0), refused("output in x", output: 28),
    ]
  }
}
