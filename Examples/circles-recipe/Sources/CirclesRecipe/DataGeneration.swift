import LanesTrain

/// 300 points of the plane, with the target 1 inside the circle x0² + x1² < 2 and 0 outside.
public enum DataGeneration {
  // snippet
  public static func samples(count: Int = 300, seed: UInt32 = 2) throws -> Dataset {
    var random = NumPyRandomState(seed: seed)
    let points = random.randn(2 * count)
    let targets: [Float] = (0..<count).map { index in
      let (x0, x1) = (points[2 * index], points[2 * index + 1])
      return x0 * x0 + x1 * x1 < 2 ? 1 : 0
    }
    return try Dataset(features: points.map { Float($0) }, featureCount: 2, targets: targets, targetCount: 1)
  }
  // end
}
