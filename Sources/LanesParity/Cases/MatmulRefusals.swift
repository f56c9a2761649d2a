import Lanes

extension ParitySuite {
  /// Calls of matmul that must be refused: wrong sizes, strides, and memory in common.
  static func refusedMatmulCases() -> [ParityCase] {
    func refused(_ name: String, _ change: @escaping @Sendable (inout Matmul) -> Void) -> [ParityCase] {
      [false, true].map { refused(name, isPrepared: $0, change) }
    }
    func refused(
      _ name: String, isPrepared: Bool, _ change: @escaping @Sendable (inout Matmul) -> Void
    ) -> ParityCase {
      ParityCase(.matmul, "refused: \(name)\(isPrepared ? ", prepared" : "")", isRefused: true) { memory in
        let a = memory.inPlace("a", rows: 6, columns: 6, .normals)
        let b = memory.inPlace("b", rows: 6, columns: 6, .normals)
        let c = memory.inPlace("c", rows: 6, columns: 6, .normals)
        var call = Matmul(m: 4, n: 5, k: 6, a: a.read, b: b.read, c: c.write)
        (call.aStride, call.bStride, call.cStride) = (6, 6, 6)
        change(&call)
        return { [call] backend throws(LanesError) in
          try call.run(isPrepared: isPrepared, on: backend)
        }
      }
    }
    var cases = [
      refused("m < 0") { $0.m = -1 },
      refused("n < 0") { $0.n = -1 },
      refused("k < 0") { $0.k = -1 },
      refused("m least") { $0.m = .min },
      refused("m < 0, k < 0") { ($0.m, $0.k) = (-2, -3) },
      refused("m < 0 where n = 0") { ($0.m, $0.n) = (-1, 0) },
      refused("k < 0 where alpha = 0") { ($0.k, $0.alpha) = (-1, 0) },
      refused("m·n overflows") { ($0.m, $0.n) = (1 << 40, 1 << 40) },
      refused("m largest") { $0.m = .max },
      refused("k largest") { $0.k = .max },
      refused("m·k overflows") { ($0.m, $0.n, $0.k, $0.aStride) = (1 << 32, 1, 1 << 32, 1 << 32) },
      refused("stride of c overflows") { $0.cStride = .max },
      refused("stride of a overflows") { $0.aStride = .max },
      refused("stride of c short") { $0.cStride = 4 },
      refused("stride of c negative") { $0.cStride = -5 },
      refused("stride of c 0") { $0.cStride = 0 },
      refused("stride of a short") { $0.aStride = 5 },
      refused("stride of aᵀ short") { ($0.transposeA, $0.aStride) = (true, 3) },
      refused("stride of b short") { $0.bStride = 4 },
      refused("stride of bᵀ short") { ($0.transposeB, $0.bStride) = (true, 5) },
      refused("stride of c short where alpha = 0") { ($0.alpha, $0.cStride) = (0, 4) },
      refused("a is c") { $0.a = UnsafePointer($0.c) },
      refused("b is c") { $0.b = UnsafePointer($0.c) },
      refused("a begins in c") { $0.a = UnsafePointer($0.c + 9) },
      refused("c begins in a's last element") { $0.c = UnsafeMutablePointer(mutating: $0.a + 23) },
      refused("single rows of the largest stride: a begins in c") {
        ($0.m, $0.aStride, $0.cStride, $0.a) = (1, .max, .max, UnsafePointer($0.c + 2))
      },
      refused("single rows of the largest stride: c begins in a") {
        ($0.m, $0.aStride, $0.cStride, $0.c, $0.a) = (1, .max, .max, $0.c + 2, UnsafePointer($0.c))
      },
      refused("bias in c") { $0.bias = UnsafePointer($0.c + 3) },
      refused("bias in c where k = 0") { ($0.k, $0.bias) = (0, UnsafePointer($0.c)) },
    ].flatMap { $0 }
    // What is not read is not checked; the same memory with the rows beside each other is no overlap.
    for (isPrepared, way) in [(false, ""), (true, ", prepared")] {
      cases.append(
        ParityCase(.matmul, "a beside c in the same rows\(way)") { memory in
          let whole = memory.inPlace("whole", rows: 6, columns: 12, .normals)
          let b = memory.input("b", rows: 6, columns: 5, .normals)
          var call = Matmul(m: 4, n: 5, k: 6, a: whole.read + 5, b: b.read, c: whole.write)
          (call.aStride, call.cStride) = (12, 12)
          return { [call] backend throws(LanesError) in try call.run(isPrepared: isPrepared, on: backend) }
        })
      for (n, k) in [(9, 20), (5, 130)] {
        cases.append(
          ParityCase(.matmul, "a·aᵀ of one matrix, \(n)×\(k)\(way)") { memory in
            let a = memory.input("a", rows: n, columns: k, .special)
            let c = memory.output("c", rows: n, columns: n)
            let call = Matmul(m: n, n: n, k: k, transposeB: true, a: a.read, b: a.read, c: c.write)
            return { [call] backend throws(LanesError) in try call.run(isPrepared: isPrepared, on: backend) }
          })
      }
      cases.append(
        ParityCase(.matmul, "a is c where alpha = 0\(way)") { memory in
          let c = memory.inPlace("c", rows: 4, columns: 5, .normals)
          var call = Matmul(m: 4, n: 5, k: 6, a: c.read, b: c.read, c: c.write)
          (call.alpha, call.beta, call.aStride, call.bStride) = (0, 0.5, 0, -1)
          return { [call] backend throws(LanesError) in try call.run(isPrepared: isPrepared, on: backend) }
        })
      cases.append(
        ParityCase(.matmul, "strides of single rows\(way)") { memory in
          let a = memory.input("a", columns: 6, .normals)
          let b = memory.input("b", columns: 5, .normals)
          let c = memory.output("c", columns: 5)
          var call = Matmul(m: 1, n: 5, k: 1, a: a.read, b: b.read, c: c.write)
          (call.aStride, call.bStride, call.cStride) = (0, -3, .max)
          return { [call] backend throws(LanesError) in try call.run(isPrepared: isPrepared, on: backend) }
        })
    }
    return cases
  }
}
