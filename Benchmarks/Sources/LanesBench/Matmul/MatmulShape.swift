import ArgumentParser

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

  static let usual = [
    MatmulShape(8, 1, 2), MatmulShape(30, 11, 2), MatmulShape(64, 64, 64), MatmulShape(128, 128, 128),
    MatmulShape(256, 256, 256), MatmulShape(512, 512, 512), MatmulShape(1024, 1024, 1024),
    MatmulShape(2048, 2048, 2048), MatmulShape(128, 512, 784),
  ]
}
