import Lanes

extension Matmul {
  func run(isPrepared: Bool, on backend: any Backend) throws(LanesError) {
    if isPrepared { try runPrepared(on: backend) } else { try backend.matmul(self) }
  }

  /// Prepares the product with pointers to other places, which must not be followed, and runs it with its own.
  func runPrepared(packedB: PackedMatrix? = nil, on backend: any Backend) throws(LanesError) {
    var elsewhere = self
    (elsewhere.a, elsewhere.b, elsewhere.c) = (b, UnsafePointer(c), UnsafeMutablePointer(mutating: a))
    if bias != nil { elsewhere.bias = a }
    if gradientValue != nil { elsewhere.gradientValue = b }
    let product = try backend.prepare(elsewhere, packedB: packedB)
    try product.run(a: a, b: b, c: c, bias: bias, gradientValue: gradientValue)
  }
}

/// matmul, prepared.
extension ParitySuite {
  /// Cases of every kind, and more where a backend may have ways of its own for products that are hardly more than a call.
  static func preparedShapes(thorough: Bool) -> [MatmulShape] {
    let others =
      emptyShapes() + laneShapes() + optionShapes() + gradientShapes() + plantedShapes() + packedShapes(thorough: false)
      + largeShapes(thorough: thorough)
    return (tinyShapes(thorough: thorough) + others).map { $0.with { $0.isPrepared = true } }
      // The same, called: these sizes are in no other list.
      + tinyShapes(thorough: thorough)
  }

  /// A few steps, one row, one column, and sizes around 128, with all that may come after them.
  private static func tinyShapes(thorough: Bool) -> [MatmulShape] {
    var shapes: [MatmulShape] = []
    func add(_ m: Int, _ n: Int, _ k: Int) {
      for transposes in 0..<4 {
        let number = shapes.count
        let dense = MatmulShape(m, n, k).with {
          ($0.transposeA, $0.transposeB) = (transposes & 1 != 0, transposes & 2 != 0)
        }
        let shape = number % 3 == 0 ? dense : MatmulShape(m, n, k, variant: transposes + 4 * number)
        shapes.append(
          shape.with {
            if number % 4 == 1 { ($0.beta, $0.bias, $0.activation) = (0.7, true, .relu) }
            if number % 4 == 2 { $0.bias = true }
            if number % 4 == 3 { $0.beta = 1 }
            if number % 7 == 0 { ($0.a, $0.b) = (.special, .special) }
            if number % 11 == 0 { $0.alpha = -0.3 }
          })
        shapes.append(dense)
      }
    }
    let sizes = thorough ? Array(1...50) : [1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 16, 17, 30, 33, 48, 50]
    for k in [1, 2, 3, 4, 5, 11] {
      for size in sizes {
        add(size, 1, k)
        add(1, size, k)
        if k < 5 { add(11, size, k) }
      }
    }
    for size in [64, 96, 127, 128, 129] {
      add(size, 1, 127)
      add(1, size, 127)
      add(size, 3, 2)
    }
    for (m, n, k) in [(128, 128, 128), (127, 129, 128), (128, 127, 30), (300, 200, 3), (200, 1500, 2), (1500, 9, 4)] {
      add(m, n, k)
    }
    return shapes
  }
}
