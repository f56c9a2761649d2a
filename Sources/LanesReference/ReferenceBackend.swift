import Lanes

/// The arithmetic contract as a program: plain loops over plain Swift floats, in the order that CONTRACT.md states.
///
/// It imports no C, uses no vectors and starts no threads, so that what an operation means can be read here and what a fast
/// backend gives can be compared with it, bit for bit. Each operation has a file of its stem, and each definition cites its
/// row of the contract. It keeps nothing between calls: any number of threads may use one value.
///
/// Every call is validated, by the checks in `Lanes`, before anything is written.
public struct ReferenceBackend: Backend {
  public let name = "reference"

  public init() {}
}

/// a·b + c with one rounding.
@inline(__always)
func fma(_ a: Float, _ b: Float, _ c: Float) -> Float { c.addingProduct(a, b) }

/// C1: folds the elements 0 ..< count into 16 lanes, element j into lane j mod 16, and adds the lanes up by the tree.
///
/// `add(j, lane)` gives the lane's new value. Lane 0 starts from `start`, the others from +0.
@inline(__always)
func foldLanes(_ count: Int, from start: Float = 0, _ add: (_ j: Int, _ lane: Float) -> Float) -> Float {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 16) { lanes in
    lanes.initialize(repeating: 0)
    lanes[0] = start
    for j in 0..<count { lanes[j & 15] = add(j, lanes[j & 15]) }
    var width = 8
    while width > 0 {
      for l in 0..<width { lanes[l] += lanes[l + width] }
      width /= 2
    }
    return lanes[0]
  }
}

/// C1: the lane sum of `count` elements.
@inline(__always)
func laneSum(_ x: UnsafePointer<Float>, count: Int) -> Float {
  foldLanes(count) { j, lane in lane + x[j] }
}

/// C1: the lane dot of two vectors of `count` elements.
@inline(__always)
func laneDot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
  foldLanes(count) { j, lane in fma(a[j], b[j], lane) }
}
