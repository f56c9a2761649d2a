import ArgumentParser
import Foundation
import LanesParity

/// `m,n,k`, and `:ta` or `:tb` where an operand lies transposed in memory: `512,512,128:ta`.
struct MatmulShape: ExpressibleByArgument, CustomStringConvertible, Encodable {
  let m: Int, n: Int, k: Int
  var transposeA = false, transposeB = false

  init(_ m: Int, _ n: Int, _ k: Int) { (self.m, self.n, self.k) = (m, n, k) }

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    let sizes = parts[0].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    // The operands together stay within 8 GiB, and every size within what CBLAS takes.
    guard sizes.count == 3, sizes.allSatisfy({ (1...1 << 24).contains($0) }) else { return nil }
    self.init(sizes[0], sizes[1], sizes[2])
    if m * k + k * n + m * n > 1 << 31 { return nil }
    for part in parts.dropFirst() {
      switch part {
      case "ta": transposeA = true
      case "tb": transposeB = true
      default: return nil
      }
    }
  }

  var operations: Double { 2 * Double(m) * Double(n) * Double(k) }
  var aStride: Int { transposeA ? m : k }
  var bStride: Int { transposeB ? k : n }

  var description: String { "\(m),\(n),\(k)\(transposeA ? " Aᵀ" : "")\(transposeB ? " Bᵀ" : "")" }

  /// What a worker reads: `matmul m n k ta tb`.
  var request: String { "matmul \(m) \(n) \(k) \(transposeA ? 1 : 0) \(transposeB ? 1 : 0)" }

  /// Whether libxsmm, made for small plain products, takes it.
  var isSmall: Bool { !transposeA && !transposeB && m * n * k <= 128 * 128 * 128 }

  /// From nets and language models: tiny, cubes, a net's layers forward and backward, vectors, tall and flat.
  static let usual = [
    "8,1,2", "30,11,2", "16,16,16", "32,32,32", "48,48,48", "64,64,64", "100,100,100", "128,128,128", "200,200,200",
    "256,256,256", "384,384,384", "512,512,512", "1000,1000,1000", "1024,1024,1024", "2048,2048,2048", "128,512,784",
    "128,10,512", "512,512,128:ta", "784,512,128:ta", "128,784,512:tb", "256,1024,1024", "256,4096,1024", "1,4096,4096",
    "4096,1,4096", "4,1024,1024", "16,4096,4096", "4096,16,4096", "64,50257,768", "2,2,100000", "1000,1000,2",
  ].compactMap(MatmulShape.init(argument:))

  /// Of dense layers, for batches from one row to many: the layer, the gradient by its inputs, the gradient by its weights.
  static let layers = [(784, 512), (256, 256), (512, 10), (100, 3)].flatMap { inputs, outputs in
    [1, 4, 32, 256].flatMap { batch in
      [
        "\(batch),\(outputs),\(inputs)", "\(batch),\(inputs),\(outputs):tb", "\(inputs),\(outputs),\(batch):ta",
      ].compactMap(MatmulShape.init(argument:))
    }
  }
}

/// `130`, or `130:7` for another seed than 1: so many products whose sides are drawn at random, alike in their logarithms, of
/// thousands to 600 million operations; a fifth each with A or B transposed.
struct RandomShapes: ExpressibleByArgument {
  let count: Int, seed: String

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let count = Int(parts[0]), (1...10_000).contains(count) else { return nil }
    (self.count, seed) = (count, parts.count > 1 ? parts[1] : "1")
  }

  var shapes: [MatmulShape] {
    var generator = ParityGenerator(seed: seed)
    func side(_ most: Double, least: Double = 0) -> Int {
      Int(exp2(.random(in: least...most, using: &generator)).rounded())
    }
    var shapes: [MatmulShape] = []
    while shapes.count < count {
      var shape = MatmulShape(side(11), side(12.5), side(12, least: 1))
      let form = Int.random(in: 0..<5, using: &generator)
      (shape.transposeA, shape.transposeB) = (form == 3, form == 4)
      if (6_000...6e8).contains(shape.operations) { shapes.append(shape) }
    }
    return shapes
  }
}

/// `1...300`: the cubes from size 1 to size 300.
struct CubeSizes: ExpressibleByArgument {
  let sizes: ClosedRange<Int>

  init?(argument: String) {
    let ends = argument.components(separatedBy: "...").map { Int($0) ?? 0 }
    guard ends.count == 2, ends[0] >= 1, ends[0] <= ends[1], ends[1] <= 1 << 14 else { return nil }
    sizes = ends[0]...ends[1]
  }

  var shapes: [MatmulShape] { sizes.map { MatmulShape($0, $0, $0) } }
}
