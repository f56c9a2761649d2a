import Lanes
import Testing

/// Packings and batches through Swift: who may read a packing, and which calls C does not explain.
@Suite("PackedMatrix")
struct PackedMatrixTests {
  static let b: [Float] = (0..<12).map { Float($0) - 4 }
  static let a: [Float] = [1, 2, 3, -1, 0.5, 2]

  static func backend(_ isa: String) throws -> NativeBackend { try NativeBackend(isa: isa, threads: 1) }

  @Test("packed or not, transposed or not, the product is the same", arguments: Hardware.availableISAs, [false, true])
  func product(_ isa: String, transposeB: Bool) throws {
    let backend = try Self.backend(isa)
    var results: [[Float]] = []
    for isPacked in [false, true] {
      var c = [Float](repeating: .nan, count: 8)
      try Self.a.withUnsafeBufferPointer { a in
        try Self.b.withUnsafeBufferPointer { b in
          try c.withUnsafeMutableBufferPointer { c in
            let (a, b, c) = (try #require(a.baseAddress), try #require(b.baseAddress), try #require(c.baseAddress))
            if isPacked {
              let packed = try backend.pack(k: 3, n: 4, transposeB: transposeB, b, stride: transposeB ? 3 : 4)
              #expect(packed.k == 3 && packed.n == 4 && packed.layout == isa)
              #expect(UInt(bitPattern: packed.floats) % 64 == 0)
              try backend.matmul(Matmul(m: 2, a: a, packedB: packed, c: c), packedB: packed)
            } else {
              try backend.matmul(Matmul(m: 2, n: 4, k: 3, transposeB: transposeB, a: a, b: b, c: c))
            }
          }
        }
      }
      results.append(c)
    }
    #expect(results[0] == results[1])
    #expect(!results[0].contains { $0.isNaN })
  }

  @Test("a packing of another instruction set or backend is refused, and nothing is written", .tags(.errors))
  func foreign() throws {
    let isas = Hardware.availableISAs
    let other = try PackedMatrix(k: 1, n: 1, layout: "rows", count: 1) { $0[0] = 1 }
    let (x, backend) = (UnsafeMutablePointer<Float>.allocate(capacity: 64), try Self.backend(isas[0]))
    defer { x.deallocate() }
    x.initialize(repeating: 7, count: 64)
    var packings = [other]
    for isa in isas.dropFirst() { packings.append(try Self.backend(isa).pack(k: 1, n: 1, x, stride: 1)) }
    for packed in packings {
      let error = LanesError("matmul", .packedLayout(packed.layout, needed: isas[0]))
      let call = Matmul(m: 1, a: x, packedB: packed, c: x + 1)
      #expect(throws: error) { try backend.matmul(call, packedB: packed) }
      #expect(throws: error) {
        try backend.matmul(call, packedB: packed, batch: MatmulBatch(count: 2, aStep: 1, cStep: 1))
      }
    }
    let packed = try backend.pack(k: 2, n: 3, x, stride: 3)
    var call = Matmul(m: 1, a: x, packedB: packed, c: x + 32)
    call.k = 3
    #expect(throws: LanesError("matmul", .packedShape(k: 3, n: 3, packedK: 2, packedN: 3))) {
      try backend.matmul(call, packedB: packed)
    }
    call.k = 2
    #expect(throws: LanesError("matmul", .batchOverlap(name: "c", step: 2))) {
      try backend.matmul(call, packedB: packed, batch: MatmulBatch(count: 2, aStep: 2, cStep: 2))
    }
    #expect((0..<64).allSatisfy { x[$0] == 7 })
  }

  @Test("sizes and strides that cannot be packed are refused", .tags(.errors))
  func refusedPacking() throws {
    let x = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    defer { x.deallocate() }
    let backend = try NativeBackend()
    func refused(_ reason: LanesError.Reason, k: Int, n: Int, transposeB: Bool = false, stride: Int) {
      #expect(throws: LanesError("matmul packing", reason)) {
        try backend.pack(k: k, n: n, transposeB: transposeB, x, stride: stride)
      }
    }
    refused(.negativeSize(name: "k", value: -1), k: -1, n: 2, stride: 2)
    refused(.negativeSize(name: "n", value: .min), k: 1, n: .min, stride: 2)
    refused(.strideTooShort(name: "b", stride: 3, columns: 4), k: 2, n: 4, stride: 3)
    refused(.strideTooShort(name: "b", stride: 3, columns: 4), k: 4, n: 2, transposeB: true, stride: 3)
    refused(.tooLarge(name: "b", sizes: [1 << 40, 1 << 40]), k: 1 << 40, n: 1 << 40, stride: 1 << 40)
  }

  @Test("accumulating adds alpha times the product")
  func accumulating() throws {
    var c: [Float] = [10, 20, 30, 40]
    try c.withUnsafeMutableBufferPointer { c in
      try Self.a.withUnsafeBufferPointer { a in
        let (a, c) = (try #require(a.baseAddress), try #require(c.baseAddress))
        // [1 2 3; −1 0.5 2] times its transpose: [14 6; 6 5.25].
        try NativeBackend().matmul(.accumulating(-2, m: 2, n: 2, k: 3, transposeB: true, a: a, b: a, into: c))
      }
    }
    #expect(c == [-18, 8, 18, 29.5])
  }
}
