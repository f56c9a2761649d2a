import Lanes

/// matmul of sizes that backends may multiply in registers, or with operands where they are.
extension ParitySuite {
  static func smallShapes() -> [MatmulShape] {
    smallBShapes() + wideShapes() + denseShapes() + narrowRowShapes() + turnedBShapes()
  }

  /// Long sides beside a B that may be used as it is, whose columns fill two vectors of a tile or three; some that are better
  /// packed, as caches do not keep rows of them that are about a multiple of 256 floats apart, or many steps; three or four
  /// rows beside a transposed B, and few steps of it.
  private static func smallBShapes() -> [MatmulShape] {
    let plain = [
      (20, 261, 7), (50, 400, 12), (7, 640, 20), (300, 33, 50), (261, 50, 127), (4, 20, 401), (300, 24, 300),
      (40, 260, 33), (1029, 17, 9), (1031, 250, 11), (12, 263, 8), (3, 300, 30), (100, 23, 50), (40, 40, 40),
      (8, 100, 30), (7, 250, 12), (25, 72, 50), (24, 87, 45), (60, 256, 40), (60, 257, 40), (48, 515, 32),
      (31, 300, 201), (49, 301, 193), (50, 512, 100), (13, 19, 140), (16, 32, 32), (19, 70, 30), (96, 512, 64),
    ]
    let squares = [(4, 100, 100), (3, 90, 200), (4, 250, 65), (3, 100, 64), (4, 253, 255)]
    let turned = [
      (20, 400, 7), (255, 20, 12), (12, 12, 12), (14, 100, 20), (15, 33, 32), (50, 512, 30), (13, 70, 128), (10, 5, 6),
      (700, 9, 12), (40, 250, 33),
    ]
    return withEitherA(plain) {
      if $1 % 7 == 3 { ($0.layoutA, $0.layoutB) = (.init(gap: 3, offset: 1), .init(gap: $1 % 4, offset: 2)) }
      $0.isPrepared = $1 % 4 > 1
    } + withEitherA(squares + turned) { ($0.transposeB, $0.isPrepared) = (true, $1 % 4 > 1) }
  }

  /// A few rows whose sums may all stay in registers: columns that end with a vector, in its first half, in its second; one step
  /// and more; with everything that may be done to sums.
  private static func wideShapes() -> [MatmulShape] {
    let columns = [
      9, 12, 16, 17, 20, 21, 24, 25, 29, 32, 33, 40, 47, 48, 56, 61, 64, 65, 72, 95, 96, 97, 104, 127, 128, 129,
    ]
    let sizes = (1...9).flatMap { m in
      columns.enumerated().map { number, n in (m, n, [5, 1, 7, 16, 2, 17, 4, 40, 3][(number + m) % 9]) }
    }
    return withEitherA(sizes + [(2, 21, 255), (4, 33, 248), (1, 40, 204), (8, 31, 17), (3, 128, 64), (3, 128, 65)]) {
      withSums(&$0, $1)
      if $1 % 5 > 2 { ($0.layoutA, $0.layoutB) = (.init(gap: 3, offset: 1), .init(gap: $1 % 4, offset: 2)) }
      if $1 % 4 > 1 { $0.layoutC = .init(gap: $1 % 6, offset: $1 % 3) }
      $0.isPrepared = $1 % 7 > 2
    }
  }

  /// Rows of A and C that lie behind each other, of which a vector may hold several: few of them and many, over ends of vectors;
  /// enough for several threads; and with gaps.
  private static func denseShapes() -> [MatmulShape] {
    let sizes = (1...9).flatMap { n in
      (1...7).flatMap { k in [1, 2, 3, 7, 8, 9, 15, 16, 17, 21, 37].map { (m: Int) in (m, n, k) } }
    }
    return (sizes + [(20_001, 3, 3), (1_050_001, 2, 2), (9_000, 5, 4), (40_007, 2, 2), (70_001, 1, 3), (8_191, 4, 5)])
      .enumerated().map {
        number, size in
        MatmulShape(size.0, size.1, size.2).with {
          withSums(&$0, number)
          if number % 13 == 4 { $0.layoutA = .init(gap: 1) }
          if number % 13 == 9 { $0.layoutC = .init(gap: 1) }
          if number % 5 == 3 { $0.layoutB = .init(gap: 2, offset: 1) }
          $0.isPrepared = number % 7 > 2
        }
      }
  }

  /// A transposed B that may be turned before, beside rows of any number; a column or row of fewer elements than a vector has.
  private static func turnedBShapes() -> [MatmulShape] {
    let columns = [2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 33]
    let sizes = columns.flatMap { n in
      [1, 2, 4, 5, 8, 9, 12].flatMap { m in [5, 8, 13, 32].map { (k: Int) in (m, n, k) } }
    }
    let larger = [
      (1, 31, 64), (6, 15, 128), (7, 16, 127), (3, 9, 129), (40, 2, 200), (40, 17, 65), (5, 100, 18), (2, 17, 63),
    ]
    let short = (7...17).flatMap { m in [7, 8, 20, 61].map { k in (m, 1, k) } }
    return withEitherA(sizes + larger) {
      withSums(&$0, $1)
      $0.transposeB = true
      if $1 % 5 == 3 { $0.layoutB = .init(gap: 2, offset: 1) }
      $0.isPrepared = $1 % 7 > 2
    } + withEitherA(short) { $0.isPrepared = $1 % 4 > 1 }
  }

  /// Rows of one vector or two for one step and a few, with gaps and without.
  private static func narrowRowShapes() -> [MatmulShape] {
    let sizes = (1...4).flatMap { k in
      [1, 2, 5, 12].flatMap { m in [1, 4, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33].map { (n: Int) in (m, n, k) } }
    }
    return withEitherA(sizes) {
      withSums(&$0, $1)
      if $1 % 3 == 1 { ($0.layoutA, $0.layoutC) = (.init(gap: 1, offset: 3), .init(gap: $1 % 5, offset: 1)) }
      $0.isPrepared = $1 % 4 > 1
    }
  }

  /// By number: the product alone, or with all that may be done to its sums.
  private static func withSums(_ shape: inout MatmulShape, _ number: Int) {
    if number % 3 == 1 { (shape.beta, shape.bias, shape.activation) = (0.7, true, .relu) }
    if number % 11 == 2 { shape.bias = true }
    if number % 11 == 5 { shape.beta = 1 }
    if number % 11 == 8 { shape.activation = .relu }
    if number % 17 == 3 { (shape.a, shape.b) = (.special, .wide) }
  }
}
