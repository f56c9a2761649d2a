import CLanes
import CTestSupport
import Testing

@Suite("Workspace")
struct WorkspaceTests {
  /// At once, and in chunks; a mean with and without the losses of which it is made.
  @Test("linear cross-entropy allocates nothing with the workspace it asks for", arguments: [7, 1025], [true, false])
  func linearCrossEntropy(rows: Int64, wantsLosses: Bool) throws {
    let (inputs, classes): (Int64, Int64) = (5, 33)
    let context = try Context(isa: "portable", threads: 1)
    var random = Random(3)
    let (x, weights) = (Floats(random.floats(Int(rows * inputs))), Floats(random.floats(Int(inputs * classes))))
    let labels = (0..<rows).map { Int32($0 * 7 % classes) }
    var floats: Int64 = 0
    #expect(lanes_linear_cross_entropy_workspace(context.pointer, rows, inputs, classes, &floats) == LANES_OK)

    /// Results and allocations of a second call, so many floats short of what is asked for.
    func run(missing: Int) -> (results: [UInt32], allocations: Int64) {
      let (losses, mean, gradient) = (Floats(Int(rows)), Floats(1), Floats(Int(inputs * classes)))
      let workspace = Floats(Int(floats) - missing)
      var call = lanes_linear_cross_entropy_call()
      (call.rows, call.inputs, call.classes) = (rows, inputs, classes)
      (call.x, call.x_stride) = (UnsafePointer(x.pointer), inputs)
      (call.w, call.w_stride) = (UnsafePointer(weights.pointer), classes)
      (call.loss, call.mean) = (wantsLosses ? losses.pointer : nil, mean.pointer)
      (call.w_gradient, call.w_gradient_stride) = (gradient.pointer, classes)
      (call.scale, call.gradient_of_mean) = (1, 1)
      (call.workspace, call.workspace_floats) = (workspace.pointer, Int64(workspace.count))
      return labels.withUnsafeBufferPointer {
        call.labels = $0.baseAddress
        #expect(lanes_linear_cross_entropy(context.pointer, &call) == LANES_OK)
        let before = test_allocations()
        let status = lanes_linear_cross_entropy(context.pointer, &call)
        let allocations = test_allocations() - before
        #expect(status == LANES_OK)
        return (bits(losses.values + mean.values + gradient.values), allocations)
      }
    }
    let (enough, short) = (run(missing: 0), run(missing: 1))
    #expect(enough.allocations == 0 && short.allocations == 1)
    #expect(enough.results == short.results)
  }
}
