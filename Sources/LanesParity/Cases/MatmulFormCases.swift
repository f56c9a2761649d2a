import Lanes

/// matmul with a packed right operand, with an activation's gradient, and in batches.
extension ParitySuite {
  /// Around tiles of every width, blocks of k, and the boundary between chain and lanes.
  static func packedShapes(thorough: Bool) -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    func add(_ m: Int, _ n: Int, _ k: Int) {
      let number = shapes.count
      shapes.append(
        MatmulShape(m, n, k, variant: number + number / 4).with {
          $0.isPacked = true
          if number % 3 == 1 { ($0.alpha, $0.beta, $0.bias, $0.activation) = (0.3, 0.7, true, .relu) }
          if number % 3 == 2 { ($0.isGradient, $0.activation, $0.beta) = (true, .tanh, 1) }
        })
    }
    let columns =
      thorough ? Array(1...100) : [1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 31, 32, 33, 47, 48, 49, 63, 64, 65, 97]
    for n in columns {
      for m in [1, 2, 5, 6, 7, 8, 9, 13, 14, 15, 29] { add(m, n, [3, 17, 1, 40][shapes.count % 4]) }
    }
    for k in [127, 128, 129, 255, 256, 257, 511, 512, 513, 769, 1025, 2070] {
      for (m, n) in [(1, 1), (1, 33), (9, 1), (8, 8), (5, 12), (3, 21), (2, 31), (15, 65)] {
        add(m, n, k)
      }
    }
    // Beyond a level-2 cache, with narrow tiles among wide ones.
    let farPanels = [(40, 301, 1100), (5, 601, 1030)]
    // Several blocks of a few columns, of which threads have rows.
    for number in 0..<6 { add(number % 2 == 0 ? 23 : 9, 1 + number / 2 * 3, 4100) }
    let others = [(0, 5, 3), (5, 0, 3), (5, 7, 0), (0, 0, 0), (131, 97, 61), (401, 33, 40), (33, 401, 40)]
    for (m, n, k) in others + farPanels { add(m, n, k) }
    return shapes
  }

  /// Every activation's gradient, in both orders, with and without what comes before it.
  static func gradientShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for (m, n, k) in [(17, 35, 9), (5, 7, 3), (1, 5, 130), (7, 9, 128), (9, 1, 200), (5, 7, 0)] {
      for activation in UnaryOperation.allCases {
        let number = shapes.count
        shapes.append(
          MatmulShape(m, n, k, variant: number).with {
            ($0.isGradient, $0.activation) = (true, activation)
            if number % 2 == 1 { ($0.alpha, $0.beta, $0.bias) = (-0.3, 0.5, true) }
            if number % 5 == 0 { $0.a = .special }
          })
      }
    }
    shapes.append(MatmulShape(131, 97, 61).with { ($0.isGradient, $0.activation) = (true, .sigmoid) })
    return shapes
  }

  static func batchShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (8, 1, 2), (1, 9, 130), (8, 8, 128), (17, 33, 9), (0, 3, 2), (3, 2, 0)] {
      for count in [0, 2, 3, 17] {
        for shared in 0..<4 {
          let number = shapes.count
          shapes.append(
            MatmulShape(m, n, k, variant: number).with {
              ($0.count, $0.sharesA, $0.sharesB) = (count, shared & 1 != 0, shared & 2 != 0)
              if number % 3 == 1 { ($0.alpha, $0.beta, $0.bias, $0.activation) = (0.3, 0.7, true, .relu) }
              if number % 3 == 2 { ($0.isGradient, $0.activation, $0.isPacked) = (true, .gelu, true) }
            })
        }
      }
    }
    return shapes
  }

  /// Packings of another shape, and batches whose outputs overlap; and batches whose outputs lie beside each other.
  static func refusedMatmulFormCases() -> [ParityCase] {
    func batched(
      _ name: String, isRefused: Bool = true, _ change: @escaping @Sendable (inout Matmul, inout MatmulBatch) -> Void
    ) -> ParityCase {
      ParityCase(.matmul, isRefused ? "refused: \(name)" : name, isRefused: isRefused) { memory in
        let a = memory.inPlace("a", rows: 12, columns: 6, .normals)
        let b = memory.inPlace("b", rows: 18, columns: 5, .normals)
        let c = memory.inPlace("c", rows: 12, columns: 16, .normals)
        let value = memory.inPlace("gradientValue", rows: 12, columns: 5, .normals)
        var call = Matmul(m: 4, n: 5, k: 6, a: a.read, b: b.read, c: c.write)
        (call.cStride, call.beta, call.gradientValue, call.gradientValueStride) = (16, 1, value.read, 5)
        var batch = MatmulBatch(count: 3, aStep: 24, bStep: 30, cStep: 64, gradientValueStep: 20)
        change(&call, &batch)
        return { [call, batch] backend throws(LanesError) in try backend.matmul(call, packedB: nil, batch: batch) }
      }
    }
    func packed(_ name: String, _ change: @escaping @Sendable (inout Matmul) -> Void) -> ParityCase {
      ParityCase(.matmul, "refused: packed, \(name)", isRefused: true) { memory in
        let a = memory.inPlace("a", rows: 6, columns: 7, .normals)
        let b = memory.inPlace("b", rows: 6, columns: 5, .normals)
        let c = memory.inPlace("c", rows: 6, columns: 6, .normals)
        var call = Matmul(m: 4, n: 5, k: 6, a: a.read, b: b.read, c: c.write)
        (call.aStride, call.cStride) = (7, 6)
        change(&call)
        return { [call] backend throws(LanesError) in
          try backend.matmul(call, packedB: try backend.pack(k: 6, n: 5, transposeB: false, b.read, stride: 5))
        }
      }
    }
    return [
      batched("count < 0") { $1.count = -1 },
      batched("count least") { $1.count = .min },
      batched("m < 0 in a batch") { call, _ in call.m = -1 },
      batched("stride of a short in a batch") { call, _ in call.aStride = 5 },
      batched("step of a negative") { $1.aStep = -24 },
      batched("step of b negative") { $1.bStep = -1 },
      batched("step of c negative") { $1.cStep = -64 },
      batched("step of c 0") { $1.cStep = 0 },
      batched("step of a largest") { $1.aStep = .max },
      batched("count largest") { $1.count = .max },
      batched("c overlaps the next") { $1.cStep = 52 },
      batched("c's columns overlap the next") { $1.cStep = 4 },
      batched("c's columns end in the next row") { $1.cStep = 6 },
      batched("a within the c of a batch") { call, _ in call.a = UnsafePointer(call.c) + 30 },
      batched("gradient value begins in c") { call, _ in call.gradientValue = UnsafePointer(call.c) + 1 },
      batched("gradient value's step negative") { $1.gradientValueStep = -1 },
      batched("bias within the c of a batch") { call, _ in call.bias = UnsafePointer(call.c) + 100 },
      batched("c beside the next", isRefused: false) { $1.cStep = 5 },
      batched("one product of any step", isRefused: false) { ($1.count, $1.cStep, $1.aStep) = (1, -1, .min) },
      packed("k less") { $0.k = 5 },
      packed("k more") { $0.k = 7 },
      packed("n less") { $0.n = 4 },
      packed("m < 0") { $0.m = -1 },
      packed("stride of a short") { $0.aStride = 5 },
      packed("a is c") { $0.a = UnsafePointer($0.c) },
      packed("gradient value is c") { ($0.gradientValue, $0.gradientValueStride) = (UnsafePointer($0.c), 6) },
      packed("gradient value's stride short") { ($0.gradientValue, $0.gradientValueStride) = (UnsafePointer($0.a), 4) },
    ]
  }
}
