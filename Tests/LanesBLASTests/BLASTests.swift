import LanesBLAS
import Testing

@Suite("LanesBLAS")
struct BLASTests {
  @Test("dot") func dot() { #expect(cblas_sdot(1, [2], 1, [3], 1) == 6) }
}
