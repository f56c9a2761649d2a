import Lanes

/// A product to be made into a case. The name states all of it.
struct MatmulShape {
  var m: Int, n: Int, k: Int
  var transposeA = false, transposeB = false
  var alpha: Float = 1, beta: Float = 0
  var bias = false
  var activation: UnaryOperation = .identity
  /// The activation's gradient instead of the activation, from values of their own.
  var isGradient = false
  /// b packed beforehand.
  var isPacked = false
  /// Prepared, then run: only where there is one product.
  var isPrepared = false
  /// Products; more than one in one call.
  var count = 1
  /// Whether all products of a batch have one a, one b.
  var sharesA = false, sharesB = false
  var layoutA = ParityMemory.Layout.dense, layoutB = ParityMemory.Layout.dense, layoutC = ParityMemory.Layout.dense
  var a = ParityValues.normals, b = ParityValues.normals, c = ParityValues.normals, biasValues = ParityValues.normals

  init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }

  /// Shape, transposes and layouts by number, so that a list of shapes goes through all of them.
  init(_ m: Int, _ n: Int, _ k: Int, variant: Int) {
    self.init(m, n, k)
    (transposeA, transposeB) = (variant & 1 != 0, variant & 2 != 0)
    layoutA = ParitySuite.layout(variant / 4)
    layoutB = ParitySuite.layout(variant / 4 + 1)
    layoutC = ParitySuite.layout(variant / 4 + 3)
  }

  func with(_ change: (inout MatmulShape) -> Void) -> MatmulShape {
    var copy = self
    change(&copy)
    return copy
  }

  var name: String {
    var parts = [
      "m=\(m) n=\(n) k=\(k)", "a\(transposeA ? "ᵀ" : "")\(layoutA)", "b\(transposeB ? "ᵀ" : "")\(layoutB)",
      "c\(layoutC)",
    ]
    if alpha != 1 { parts.append("alpha=\(alpha)") }
    if beta != 0 || beta.sign == .minus { parts.append("beta=\(beta)") }
    if bias { parts.append("bias") }
    if activation != .identity || isGradient { parts.append("\(activation)\(isGradient ? " gradient" : "")") }
    if isPacked { parts.append("packed") }
    if isPrepared { parts.append("prepared") }
    if count != 1 { parts.append("× \(count)\(sharesA ? " of one a" : "")\(sharesB ? " of one b" : "")") }
    parts.append(
      "(a \(a.name); b \(b.name)\(beta != 0 ? "; c \(c.name)" : "")\(bias ? "; bias \(biasValues.name)" : ""))")
    return parts.joined(separator: " ")
  }

  /// Where beta is 0, c holds NaNs before the call. The matrices of a batch lie below each other.
  var parityCase: ParityCase {
    ParityCase(.matmul, name) { memory in
      let (aRows, aColumns) = transposeA ? (k, m) : (m, k)
      let (bRows, bColumns) = transposeB ? (n, k) : (k, n)
      let left = memory.input("a", rows: aRows * (sharesA ? 1 : count), columns: aColumns, layoutA, a)
      let right = memory.input("b", rows: bRows * (sharesB || isPacked ? 1 : count), columns: bColumns, layoutB, b)
      let product =
        beta == 0
        ? memory.output("c", rows: m * count, columns: n, layoutC)
        : memory.inPlace("c", rows: m * count, columns: n, layoutC, c)
      let row = bias ? memory.input("bias", columns: n, .init(offset: layoutA.offset), biasValues) : nil
      let value = isGradient ? memory.input("gradientValue", rows: m * count, columns: n, layoutB, .landmarks) : nil
      var call = Matmul(
        m: m, n: n, k: k, transposeA: transposeA, transposeB: transposeB, a: left.read, b: right.read, c: product.write)
      (call.aStride, call.bStride, call.cStride) = (left.stride, right.stride, product.stride)
      (call.alpha, call.beta, call.bias, call.activation) = (alpha, beta, row?.read, activation)
      (call.gradientValue, call.gradientValueStride) = (value?.read, value?.stride ?? 0)
      let batch = MatmulBatch(
        count: count, aStep: sharesA ? 0 : aRows * left.stride, bStep: sharesB ? 0 : bRows * right.stride,
        cStep: m * product.stride, gradientValueStep: m * (value?.stride ?? 0))
      return { [call, isPacked, isPrepared] backend throws(LanesError) in
        if !isPacked, batch.count == 1 { return try call.run(isPrepared: isPrepared, on: backend) }
        let packed =
          isPacked
          ? try backend.pack(k: call.k, n: call.n, transposeB: call.transposeB, call.b, stride: call.bStride) : nil
        guard let packed, batch.count == 1 else { return try backend.matmul(call, packedB: packed, batch: batch) }
        // What a packed call does not read.
        var unread = call
        (unread.b, unread.bStride, unread.transposeB) = (UnsafePointer(call.c), -1, !call.transposeB)
        if isPrepared { return try unread.runPrepared(packedB: packed, on: backend) }
        try backend.matmul(unread, packedB: packed)
      }
    }
  }
}

extension ParitySuite {
  static func matmulCases(thorough: Bool) -> [ParityCase] {
    let shapes =
      emptyShapes() + tileShapes(thorough: thorough) + blockShapes(thorough: thorough) + laneShapes()
      + optionShapes() + plantedShapes() + valueShapes() + largeShapes(thorough: thorough) + pathShapes()
      + packedShapes(thorough: thorough) + gradientShapes() + batchShapes()
      + preparedShapes(thorough: thorough)
    var names: Set<String> = []
    return shapes.filter { names.insert($0.name).inserted }.map(\.parityCase)
      + randomMatmulCases(count: thorough ? 2000 : 400)
      + randomMatmulCases(count: thorough ? 1000 : 300, withForms: true) + refusedMatmulCases()
      + refusedMatmulFormCases()
  }

  /// Products of random shapes, layouts and options; the number is their seed, so that a longer list begins like a shorter.
  /// `withForms`: packed, with the activation's gradient, or in batches.
  public static func randomMatmulCases(count: Int, largest: Int = 80, withForms: Bool = false) -> [ParityCase] {
    (0..<count).map { number in
      var generator = ParityGenerator(seed: "random matmul \(withForms ? "form " : "")\(number)")
      func size(_ most: Int) -> Int { 1 + generator.below(generator.below(3) == 0 ? 5 : most) }
      var shape = MatmulShape(size(largest), size(largest), size(2 * largest))
      (shape.transposeA, shape.transposeB) = (generator.below(2) == 0, generator.below(2) == 0)
      shape.layoutA = .init(gap: generator.below(20), offset: generator.below(16))
      shape.layoutB = .init(gap: generator.below(20), offset: generator.below(16))
      shape.layoutC = .init(gap: generator.below(20), offset: generator.below(16))
      shape.alpha = [1, 1, 1, -1, 0.3, 0][generator.below(6)]
      shape.beta = [0, 0, 1, 0.7][generator.below(4)]
      shape.bias = generator.below(2) == 0
      shape.activation = UnaryOperation.allCases[generator.below(UnaryOperation.allCases.count)]
      let values: [ParityValues] = [.normals, .normals, .wide, .integers, .special]
      (shape.a, shape.b) = (values[generator.below(5)], values[generator.below(5)])
      if withForms {
        (shape.isPacked, shape.isGradient) = (generator.below(2) == 0, generator.below(2) == 0)
        shape.count = [1, 1, 2, 3, 9][generator.below(5)]
        (shape.sharesA, shape.sharesB) = (generator.below(3) == 0, generator.below(2) == 0)
      }
      return shape.parityCase
    }
  }

  /// Sizes of 0: nothing to write, or nothing to add.
  static func emptyShapes() -> [MatmulShape] {
    [(0, 5, 3), (5, 0, 3), (0, 0, 0), (5, 7, 0), (1, 1, 0)].flatMap { m, n, k in
      [0, 1, 0.5].flatMap { beta in
        [false, true].map { bias in
          MatmulShape(m, n, k).with {
            ($0.beta, $0.bias, $0.activation) = (beta, bias, bias ? .sigmoid : .identity)
          }
        }
      }
    }
  }

  /// Rows and columns around tiles of up to 16 × 64, each with its own k, transposes and layouts.
  private static func tileShapes(thorough: Bool) -> [MatmulShape] {
    let rows = thorough ? Array(1...70) : [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 29, 33]
    let columns =
      thorough ? Array(1...70) : [1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 97]
    let depths = [3, 17, 1, 8, 33, 2, 20]
    var shapes: [MatmulShape] = []
    for m in rows {
      for n in columns {
        let number = shapes.count
        shapes.append(
          MatmulShape(m, n, depths[number % depths.count], variant: number).with {
            if number % 3 == 0 { ($0.a, $0.b) = (.integers, .integers) }
            if number % 5 == 0 { $0.beta = 1 }
          })
      }
    }
    return shapes
  }

  /// Depths around the blocks of k in which a backend may pack, over which the chain must go on.
  private static func blockShapes(thorough: Bool) -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    let depths = [
      127, 128, 129, 191, 192, 193, 255, 256, 257, 319, 320, 321, 383, 384, 385, 511, 512, 513, 767, 769, 1025,
    ]
    for k in depths + (thorough ? [2047, 2048, 2049, 4097] : []) {
      for (m, n) in [(9, 9), (17, 33), (2, 65), (65, 3)] {
        let number = shapes.count
        shapes.append(
          MatmulShape(m, n, k, variant: number + number / 4).with {
            if number % 3 == 1 { ($0.alpha, $0.beta, $0.bias, $0.activation) = (0.3, 0.7, true, .relu) }
          })
      }
    }
    return shapes
  }

  /// Around the boundary of contract C2 between the chain and the lanes.
  static func laneShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    let sizes = [
      (1, 1), (1, 2), (1, 17), (1, 63), (1, 64), (1, 65), (1, 130), (63, 1), (64, 1), (65, 1), (130, 1), (7, 9), (8, 8),
      (13, 5), (5, 13), (4, 16), (2, 32), (33, 2), (3, 21), (1, 5), (1, 8), (1, 9), (1, 16), (2, 5), (2, 7), (2, 15),
      (2, 31), (2, 3), (2, 4), (3, 3), (3, 5), (3, 17), (4, 3), (4, 10), (5, 7), (6, 9), (6, 10), (7, 8), (9, 7),
      (12, 5), (16, 4), (1, 14), (1, 25), (1, 31), (1, 32), (31, 1), (5, 9), (5, 12),
    ]
    for (m, n) in sizes {
      for k in [127, 128, 129, 143, 144, 145, 300, 513, 1041] {
        for transposes in 0..<4 {
          let number = shapes.count
          guard k == 128 || k == 145 || k > 1000 || number % 3 == 0 else { continue }
          shapes.append(
            MatmulShape(m, n, k, variant: transposes + 4 * number).with {
              if number % 4 == 1 { ($0.alpha, $0.beta, $0.bias, $0.activation) = (-0.3, 0.7, true, .tanh) }
              if number % 4 == 2 { $0.beta = 1 }
            })
        }
      }
    }
    // More steps than rows are read for where they are.
    for transposes in 0..<4 { shapes.append(MatmulShape(5, 7, 4099, variant: transposes)) }
    return shapes
  }

  /// All of alpha × beta × bias, and every activation.
  static func optionShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for (m, n, k) in [(5, 7, 3), (17, 33, 9), (1, 5, 130)] {
      for alpha: Float in [1, 0, -0.0, -1, 0.3, .nan, .infinity] {
        for beta: Float in [0, -0.0, 1, -1, 0.7, .nan] {
          for bias in [false, true] {
            shapes.append(
              MatmulShape(m, n, k, variant: shapes.count).with { ($0.alpha, $0.beta, $0.bias) = (alpha, beta, bias) })
          }
        }
      }
      for activation in UnaryOperation.allCases {
        for bias in [false, true] {
          shapes.append(
            MatmulShape(m, n, k, variant: shapes.count).with {
              ($0.activation, $0.bias, $0.beta) = (activation, bias, 0.5)
              $0.c = .landmarks
            })
        }
      }
    }
    return shapes
  }

  /// One NaN or infinity in one argument: everything that it meets, and nothing else, must show it.
  static func plantedShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for (m, n, k) in [(17, 35, 20), (7, 9, 129), (33, 65, 5)] {
      for value: Float in [.nan, .infinity, -.infinity] {
        for place in ParityValues.Place.allCases {
          let base = MatmulShape(m, n, k, variant: shapes.count)
          shapes.append(base.with { $0.a = .normals.planting(value, at: place) })
          shapes.append(base.with { $0.b = .normals.planting(value, at: place) })
          shapes.append(
            base.with {
              $0.b = .integers.planting(value, at: place)
              $0.a = .constant(0)
            })
          shapes.append(
            base.with {
              $0.c = .normals.planting(value, at: place)
              $0.beta = 1
            })
          shapes.append(
            base.with {
              $0.biasValues = .normals.planting(value, at: place)
              $0.bias = true
              $0.activation = .relu
            })
        }
      }
      // The ends of the edge tiles: the first row's last element, the last row's first.
      let base = MatmulShape(m, n, k)
      shapes.append(base.with { $0.a = .normals.planting(.nan, at: k - 1) })
      shapes.append(base.with { $0.a = .normals.planting(.nan, at: (m - 1) * k) })
      shapes.append(base.with { $0.b = .normals.planting(.nan, at: n - 1) })
      shapes.append(base.with { $0.b = .normals.planting(.nan, at: (k - 1) * n) })
      // Neither is read.
      shapes.append(
        base.with {
          $0.alpha = 0
          $0.beta = 1
          $0.a = .constant(.nan)
          $0.b = .constant(.infinity)
        })
    }
    return shapes
  }

  private static func valueShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    let kinds: [ParityValues] = [.integers, .wide, .subnormals, .huge, .special, .bits, .landmarks, .constant(-0.0)]
    for (m, n, k) in [(13, 17, 40), (4, 9, 200), (35, 50, 7)] {
      for a in kinds {
        for b in kinds {
          let number = shapes.count
          shapes.append(
            MatmulShape(m, n, k, variant: number).with {
              ($0.a, $0.b, $0.c) = (a, b, a)
              if number % 2 == 1 { $0.beta = 1 }
            })
        }
      }
    }
    return shapes
  }

  /// Enough work for several threads, along each of the three sizes.
  static func largeShapes(thorough: Bool) -> [MatmulShape] {
    var sizes = [
      (131, 97, 61), (401, 33, 40), (33, 401, 40), (1, 1023, 129), (1023, 1, 129), (9, 7, 4001), (1, 1, 10_007),
    ]
    if thorough { sizes += [(301, 299, 303), (1, 4099, 513), (4099, 1, 513), (130, 130, 1100)] }
    return sizes.enumerated().map { number, size in
      MatmulShape(size.0, size.1, size.2, variant: number).with {
        ($0.alpha, $0.beta, $0.bias, $0.activation) = (1, 0.7, true, .sigmoid)
      }
    }
  }
}
