import CLanes
import Testing

@Suite("Batches of products, through C")
struct BatchTests {
  /// Products of 4×4, one below the other, all of one a of twos and one b of threes.
  static func call(_ a: Floats, _ b: Floats, _ c: UnsafeMutablePointer<Float>) -> lanes_matmul_call {
    for i in 0..<16 { (a.pointer[i], b.pointer[i]) = (2, 3) }
    var call = lanes_matmul_call()
    (call.m, call.n, call.k, call.alpha) = (4, 4, 4, 1)
    (call.a, call.a_stride, call.b, call.b_stride) = (UnsafePointer(a.pointer), 4, UnsafePointer(b.pointer), 4)
    (call.c, call.c_stride) = (c, 4)
    return call
  }

  @Test("a later product over the packed operand is refused before the first is written", .tags(.errors))
  func overlapWithPacked() throws {
    var floats: Int64 = 0
    #expect(lanes_matmul_packed_size(nil, 4, 4, &floats) == LANES_OK)
    let (a, b, c) = (Floats(16), Floats(16), Floats(48 + Int(floats)))
    let packed = c.pointer + 48
    var call = Self.call(a, b, c.pointer)
    #expect(lanes_matmul_pack(nil, LANES_NORMAL, 4, 4, b.pointer, 4, packed) == LANES_OK)
    call.packed_b = UnsafePointer(packed)
    let steps = lanes_matmul_steps(a: 0, b: .max, c: 16, gradient_value: .max)
    for (count, status, value) in [(4, LANES_OVERLAP, 7), (3, LANES_OK, 24)] as [(Int64, lanes_status, Float)] {
      for i in 0..<48 { c.pointer[i] = 7 }
      #expect(lanes_matmul_batch(nil, &call, count, steps) == status)
      #expect((0..<48).allSatisfy { c.pointer[$0] == value })
    }
  }

  @Test("the steps of operands that are not there are not looked at")
  func stepsOfNothing() {
    let (a, b, c) = (Floats(16), Floats(16), Floats(48))
    var call = Self.call(a, b, c.pointer)
    (call.b, call.k) = (nil, 0)
    let steps = lanes_matmul_steps(a: 16, b: .max, c: 16, gradient_value: .max)
    #expect(lanes_matmul_batch(nil, &call, 3, steps) == LANES_OK)
    #expect((0..<48).allSatisfy { c.pointer[$0] == 0 })
  }
}
