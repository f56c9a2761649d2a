extension MatmulNode {
  /// C = op(A)·op(B): d op(A) = dC·op(B)ᵀ and d op(B) = op(A)ᵀ·dC, each transposed back where A or B was.
  func gradients(_ request: GradientRequest) -> [SymbolicTensor?] {
    let (a, b, dc) = (request.operands[0], request.operands[1], request.upstream)
    func product(
      _ x: SymbolicTensor, _ y: SymbolicTensor, transposeX: Bool, transposeY: Bool
    ) -> SymbolicTensor {
      matmul(x, y, transposeA: transposeX, transposeB: transposeY, at: request.location)
    }
    let da =
      !request.wanted[0]
      ? nil
      : transposeA
        ? product(b, dc, transposeX: transposeB, transposeY: true)
        : product(dc, b, transposeX: false, transposeY: !transposeB)
    let db =
      !request.wanted[1]
      ? nil
      : transposeB
        ? product(dc, a, transposeX: true, transposeY: transposeA)
        : product(a, dc, transposeX: !transposeA, transposeY: false)
    return [da, db]
  }
}
