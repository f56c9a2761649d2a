import Lanes

/// matmul at sizes at which backends change their ways.
extension ParitySuite {
  /// Sizes at which a backend may pack operands, cut products to fit caches, or fetch what it reads later: rows and
  /// steps of more than a block, columns that end within a vector, matrices larger than a cache.
  static func pathShapes() -> [MatmulShape] {
    let sizes = [
      (50, 301, 230), (49, 1029, 70), (64, 1061, 513), (5, 1037, 300), (4, 1045, 301), (7, 1053, 263), (20, 2051, 131),
      (40, 1030, 259), (400, 301, 230), (801, 133, 515), (1030, 9, 129), (1, 4099, 1030), (4099, 1, 1030), (3000, 5, 3),
      (3, 5000, 5), (512, 130, 33), (2, 2, 2085), (3, 3, 1401), (1, 1, 4100), (3, 21, 600), (6, 5, 807),
      (90, 10, 1100), (33, 16, 2050), (70, 48, 1301), (50, 33, 530), (30, 70, 1100), (49, 130, 2070),
    ]
    var shapes: [MatmulShape] = []
    for (m, n, k) in sizes {
      for transposes in [0, 3] + (m * n * k < 20_000_000 ? [1, 2] : []) {
        let number = shapes.count
        shapes.append(
          MatmulShape(m, n, k, variant: transposes + 4 * number).with {
            if number % 4 == 2 { ($0.alpha, $0.beta, $0.bias, $0.activation) = (0.3, 0.7, true, .tanh) }
            if number % 4 == 3 { $0.beta = 1 }
          })
      }
    }
    return shapes + stripShapes() + rowShapes() + lineShapes() + outputShapes() + partShapes() + pairShapes()
      + slimShapes() + turnedShapes() + narrowShapes() + pageShapes() + smallTileShapes() + pooledShapes()
      + panelShapes() + vanishingShapes() + smallShapes()
  }

  /// Few rows beside a B larger than most caches: columns that end with and without a whole tile, steps that end within a
  /// block of them; and one whose rows lie 1024 or 128 floats apart, or a multiple, with and without gaps between them.
  private static func stripShapes() -> [MatmulShape] {
    let large = [
      (5, 4099, 520), (2, 30_001, 71), (13, 2_064, 1030), (7, 419_437, 5), (3, 2_063, 1_040), (1, 80_003, 60),
      (4, 1_045, 4_100), (6, 4_111, 2_053), (5, 16_411, 515), (8, 12_301, 693), (11, 8_197, 1_027), (12, 1_059, 7_930),
      (2, 1024, 601), (7, 2048, 331), (12, 1280, 530),
    ]
    let crowding = [2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 17, 32].flatMap { (m: Int) -> [(Int, Int, Int)] in
      [(m, 1024, 33 * m + 205), (m, 769 + m, 32 * m + 300), (m, 2048 - m, 31 * m + 120)]
    }
    return withEitherA(large) { if $1 % 3 == 2 { $0.activation = .tanh } }
      + withEitherA(crowding) {
        $0.layoutB.gap = -$0.n & 127
        if $1 % 5 == 3 { ($0.alpha, $0.activation, $0.isGradient) = (0.3, .tanh, $1 % 2 == 0) }
        $0.isPrepared = $1 % 7 > 3
      }
  }

  /// Long rows of a few steps, that may be written from one end to the other: rows in pairs and alone, columns that end with a
  /// vector, within one, and a little behind a block of them; results larger than a level-2 cache.
  private static func rowShapes() -> [MatmulShape] {
    let sizes = (5...11).flatMap { (k: Int) -> [(Int, Int, Int)] in
      [(5, 320, k), (6, 263, k), (300, 67, k), (257, 64, k), (7, 2051, k), (12, 1009, k), (9, 769, k), (8, 577, k)]
    }
    let large = [(160, 1453, 5), (352, 1409, 6), (240, 1024, 10), (250, 1008, 7)]
    return withEitherA(sizes + [(9, 401, 10), (9, 409, 10)] + large) {
      if $1 % 5 == 4 { ($0.beta, $0.activation, $0.isGradient) = (1, .tanh, $1 % 2 == 0) }
      if $1 % 7 > 4 || $0.n < 410 { $0.layoutB = .init(gap: -$0.n & 15, offset: $1 % 3) }
      if $1 % 11 == 3 { $0.alpha = -0.3 }
      $0.isPrepared = $1 % 3 == 1
    }
  }

  /// A vector by columns of whole lines, and by some before the first of them, which are as many in each row or not.
  private static func lineShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for n in [65, 77, 83, 97, 100, 128, 144, 200, 275, 300, 513] {
      for (k, hasLines) in [(129, true), (600, true), (131, false), (600, false)] {
        for isB in [true, false] {
          let number = shapes.count
          let layout = ParityMemory.Layout(gap: hasLines ? -n & 15 : number % 5, offset: number % 16)
          shapes.append(
            (isB ? MatmulShape(1, n, k) : MatmulShape(n, 1, k)).with {
              if isB { $0.layoutB = layout } else { ($0.layoutA, $0.transposeA) = (layout, true) }
              if number % 3 == 1 { ($0.beta, $0.bias, $0.activation) = (0.7, true, .tanh) }
              if number % 3 == 2 { $0.alpha = -0.3 }
            })
        }
      }
    }
    return shapes
  }

  /// Long sums of few outputs, of which the wider side lies along vectors where it may: columns of B, or of a transposed A.
  private static func outputShapes() -> [MatmulShape] {
    let sizes = [
      (27, 2, 319), (16, 4, 200), (20, 3, 600), (9, 3, 140), (12, 5, 1100), (5, 2, 300), (6, 5, 807), (30, 2, 130),
    ]
    let wide = [
      (2, 9, 131), (2, 17, 300), (2, 25, 1100), (3, 21, 1030), (4, 16, 2070), (5, 11, 140), (6, 10, 1290), (7, 9, 200),
    ]
    return withEitherA(sizes + sizes + sizes + wide) {
      $0.transposeB = $1 / 16 == 1
      if $1 % 5 == 1 { ($0.bias, $0.activation, $0.isGradient) = (true, .tanh, $1 % 2 == 0) }
      if $1 % 7 == 3 { ($0.layoutA, $0.layoutB) = (.init(gap: 3, offset: 1), .init(gap: 1, offset: 2)) }
      $0.isPrepared = $1 % 4 > 1
    }
  }

  /// Small sides, of which threads have parts: down to one row, or a few columns.
  private static func partShapes() -> [MatmulShape] {
    withEitherA([
      (60, 241, 30), (241, 200, 4), (200, 241, 3), (23, 24, 255), (24, 23, 255), (5, 255, 120), (255, 255, 9),
      (256, 255, 9), (255, 257, 9), (70, 70, 70), (97, 49, 130), (4, 48, 900), (3, 70, 700),
    ]) { $0.isPrepared = $1 % 4 > 1 }
  }

  /// Of each size a product with A as it is and one with it transposed; in turns plain ones, ones with beta, bias and relu, and
  /// ones with a bias and gaps in C.
  static func withEitherA(
    _ sizes: [(Int, Int, Int)], _ change: (inout MatmulShape, _ number: Int) -> Void
  ) -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for (m, n, k) in sizes {
      for transposeA in [false, true] {
        let number = shapes.count
        shapes.append(
          MatmulShape(m, n, k).with {
            $0.transposeA = transposeA
            if number % 3 == 1 { ($0.beta, $0.bias, $0.activation) = (0.7, true, .relu) }
            if number % 3 == 2 { ($0.bias, $0.layoutC) = (true, .init(gap: 3, offset: 1)) }
            change(&$0, number)
          })
      }
    }
    return shapes
  }

  /// One to four columns, or rows, that are computed along their length: around vectors and groups of them, with k over ends
  /// of four steps; plain, prepared, onto C, with bias and relu, with gaps.
  private static func slimShapes() -> [MatmulShape] {
    let lengths = [7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 33, 40, 47, 48, 49, 65, 96, 150, 200, 255, 300]
    let depths = [5, 1, 6, 7, 2, 8, 11, 3, 40, 127, 300]
    var shapes: [MatmulShape] = []
    for columns in 1...4 {
      for length in lengths + [1031] {
        for form in 0..<8 {
          // Each form goes through all depths and options.
          let number = shapes.count / 8 + form
          let isTurned = form >= 4
          shapes.append(
            MatmulShape(isTurned ? columns : length, isTurned ? length : columns, depths[number % 11]).with {
              ($0.transposeA, $0.transposeB) = (form & 1 != 0, (form & 2 != 0) != isTurned)
              if number % 3 != 0 { $0.beta = number % 2 == 0 ? 1 : 0.7 }
              if number % 4 > 1 { ($0.bias, $0.activation) = (true, .relu) }
              if number % 5 > 2 { ($0.layoutA, $0.layoutC) = (.init(gap: 5, offset: 3), .init(gap: 3, offset: 1)) }
              if number % 13 > 6 { $0.layoutB = .init(gap: 1 + number % 3, offset: number % 5) }
              $0.isPrepared = number % 7 > 3
            })
        }
      }
    }
    // Larger than a level-2 cache.
    return shapes
      + (1...4).flatMap { (columns: Int) -> [MatmulShape] in
        let (length, k) = (2_117 - 10 * columns, columns == 1 ? 127 : 250)
        return [
          MatmulShape(length, columns, k).with { ($0.transposeA, $0.beta, $0.bias) = (true, 0.7, true) },
          MatmulShape(columns, length, k).with { $0.isPrepared = columns % 2 == 0 },
        ]
      }
  }

  /// A few steps beside a transposed B, of as many columns as may be turned at a time, or more; with and without gaps in it.
  private static func turnedShapes() -> [MatmulShape] {
    let sizes = [(1, 25), (3, 24), (5, 5), (5, 40), (7, 1024), (6, 1025), (33, 2077), (300, 70), (2, 5000), (200, 250)]
    return (1...4).flatMap { k in
      withEitherA(sizes.map { ($0.0, $0.1, k) }) {
        $0.transposeB = true
        if ($1 + k) % 4 > 1 { $0.layoutB = .init(gap: 1 + $1 % 2, offset: $1 % 5) }
        if $1 % 5 == 2 { ($0.activation, $0.isGradient) = (.tanh, $1 % 2 == 0) }
        $0.isPrepared = $1 % 7 > 3
      }
    }
  }

  /// Few columns and more rows, which a backend may compute as columns of the transposed product: all numbers of columns
  /// that leave parts of vectors empty, rows and steps around vectors, squares and blocks; and B's rows far from each other.
  private static func narrowShapes() -> [MatmulShape] {
    let sizes = (4...29).flatMap { n in
      [(16, 70), (33, 41), (47, 130), (50, 96), (64, 61), (101, 128), (300, 200)].map {
        ($0.0 + n % 2, n, $0.1 + n % 5)
      }
    }
    let others = [
      (33, 6, 1030), (1029, 10, 300), (70, 11, 4100), (48, 33, 301), (48, 57, 300), (65, 50, 403), (131, 60, 1025),
      (64, 61, 1025),
    ]
    let far = [(40, 10, 512), (40, 20, 1024), (33, 6, 1536), (31, 10, 512), (100, 50, 512)]
    return withEitherA(sizes + others) {
      $0.transposeB = $1 % 4 > 1
      if $1 % 5 == 0 { $0.layoutA = .init(gap: 3, offset: 5) }
      if $1 % 7 == 2 { $0.layoutB = .init(gap: 1, offset: 3) }
      $0.isPrepared = $1 % 9 > 4
    } + withEitherA(far + far) { ($0.transposeB, $0.isPrepared) = (true, $1 < 10) }
  }

  /// Rows of a transposed B that lie a page apart, all steps of them or as many as leave some over; and tiles that leave B in a
  /// panel for few rows.
  private static func pageShapes() -> [MatmulShape] {
    withEitherA([
      (8, 35, 1024), (3, 70, 1024), (20, 33, 2048), (8, 35, 1003), (20, 33, 1015), (8, 40, 1012), (10, 140, 301),
      (12, 48, 77), (18, 145, 300), (14, 64, 512), (14, 63, 512), (11, 70, 1024), (5, 64, 1024), (28, 64, 512),
      (29, 64, 512), (13, 40, 130),
    ]) { shape, _ in
      shape.transposeB = true
      if shape.k > 1000, shape.k < 1024 { shape.layoutB = .init(gap: 1024 - shape.k) }
    }
  }

  /// One tile of a small product, or some: rows and columns around its sides, with and without a beta, a bias and relu.
  private static func smallTileShapes() -> [MatmulShape] {
    [5, 8, 11].flatMap { k in
      [5, 7, 8, 9, 12, 15, 16, 17].flatMap { n in
        withEitherA([2, 5, 6, 8, 12, 13, 16, 17].map { ($0, n, k) }) { $0.isPrepared = ($1 + n) % 4 > 1 }
      }
    }
  }

  /// Many rows beside a B whose rows are far apart, or begin anywhere in a line, so that panels of it are packed, each beside
  /// the product of the one before: few steps for each tile of rows and more, and numbers of steps around a multiple of them.
  private static func panelShapes() -> [MatmulShape] {
    let sizes = [
      (195, 4_420, 15), (195, 4_160, 16), (200, 3_900, 17), (199, 3_700, 18), (203, 2_900, 23), (230, 1_300, 55),
      (207, 530, 129), (210, 500, 150), (201, 267, 300),
    ]
    return sizes.enumerated().map { number, size in
      MatmulShape(size.0, size.1, size.2).with {
        $0.transposeA = number % 3 == 2
        $0.layoutB = size.1 == 500 ? .init(gap: 12) : .init(gap: number % 2, offset: 1 + number)
        if number % 4 == 1 { ($0.beta, $0.bias, $0.activation) = (0.7, true, .relu) }
        if number % 4 == 3 { ($0.alpha, $0.bias, $0.activation) = (-0.3, true, .tanh) }
      }
    }
  }

  /// One to four columns more than whole vectors, which may be computed for several rows side by side: rows that end with such
  /// a vector, within one, and a little behind a tile; few steps and many, and an A larger than a level-2 cache.
  private static func pooledShapes() -> [MatmulShape] {
    let columns = [9, 10, 11, 12, 17, 18, 19, 20, 25, 27, 33, 36]
    let sizes = columns.flatMap { n in [5, 8, 61].flatMap { k in [2, 4, 5, 7, 8, 9, 10, 13, 23].map { ($0, n, k) } } }
    let long = columns.prefix(8).flatMap { n in [(5, n, 301), (23, n, 1_027), (1_031, n, 257)] }
    return (sizes + long).enumerated().map { number, size in
      MatmulShape(size.0, size.1, size.2).with {
        if number % 3 == 1 { ($0.beta, $0.bias, $0.activation) = (0.7, true, .relu) }
        if number % 5 == 2 { $0.bias = true }
        if number % 7 == 3 { ($0.a, $0.b) = (.special, .wide) }
        if number % 11 == 4 { ($0.layoutA, $0.layoutB) = (.init(gap: 3), .init(gap: 1)) }
        $0.isPrepared = number % 4 > 1
      }
    }
  }

  /// Two columns beside each other, over ends of vectors and of what a backend takes at once.
  private static func pairShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for (m, n) in [(2, 2), (1, 2), (2, 1), (5, 2), (2, 7), (32, 2), (2, 32)] {
      for k in [128, 129, 135, 136, 137, 143, 145, 151, 1039, 2085] {
        for transposes in 0..<4 {
          let number = shapes.count
          shapes.append(
            MatmulShape(m, n, k).with {
              ($0.transposeA, $0.transposeB) = (transposes & 1 != 0, transposes & 2 != 0)
              if number % 3 == 1 { ($0.beta, $0.bias, $0.activation) = (0.7, true, .tanh) }
              if number % 5 == 2 { $0.alpha = 0.3 }
              if number % 7 == 3 { ($0.a, $0.b) = (.special, .wide) }
              if number % 11 == 4 { $0.layoutA = .init(gap: 1) }
              if number % 13 == 5 { $0.layoutB = .init(gap: 1) }
            })
        }
      }
    }
    return shapes
  }

  /// Products too small for a float: all lanes are −0, and so is C, unless one of them that has no product any more at the
  /// end of k is given a zero.
  private static func vanishingShapes() -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    for (m, n) in [(1, 1), (2, 2), (2, 1), (1, 5), (9, 1), (1, 70), (70, 1), (5, 7), (3, 17)] {
      for k in [129, 137, 142, 151] {
        for transposes in 0..<4 {
          shapes.append(
            MatmulShape(m, n, k).with {
              ($0.transposeA, $0.transposeB) = (transposes & 1 != 0, transposes & 2 != 0)
              ($0.a, $0.b, $0.c, $0.beta) = (.constant(-1e-30), .constant(1e-30), .constant(-0.0), 1)
            })
        }
      }
    }
    return shapes
  }
}
