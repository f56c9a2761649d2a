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
    return shapes
  }
}
