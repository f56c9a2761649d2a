import Lanes
import LanesReference
import Testing

/// The program of `LanesReference.md`.
@Suite("The reference, as documented")
struct ReferenceTests {
  @Test("the same bits as the native backend")
  func bits() throws {
    // snippet
    let x: [Float] = [-3, -0.5, 0, 0.5, 3]
    var expected = x
    try ReferenceBackend().unary(.gelu, count: x.count, x, into: &expected)
    var y = x
    try NativeBackend().unary(.gelu, count: x.count, x, into: &y)
    print(y.map(\.bitPattern) == expected.map(\.bitPattern))  // true
    // end
    #expect(y.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(y != x)
  }
}
