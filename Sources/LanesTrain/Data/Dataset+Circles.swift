extension Dataset {
  /// The lecture's circles (4.4): points of the plane, two standard normal coordinates each; the target is 1 where
  /// x0² + x1² < 2 and 0 elsewhere.
  ///
  /// The points are NumPy's `RandomState(seed).randn(count, 2)`, exactly; a target is decided in double precision, before
  /// the features are rounded to Float. `count` must be at least 1.
  public static func circles(count: Int = 300, seed: UInt32 = 2) throws(DatasetError) -> Dataset {
    if count < 1 { throw .noSamples(count: count) }
    let points = circlesPoints(count: count, seed: seed)
    let targets: [Float] = (0..<count).map { index in
      let (x0, x1) = (points[2 * index], points[2 * index + 1])
      return x0 * x0 + x1 * x1 < 2 ? 1 : 0
    }
    return try Dataset(
      features: points.map { Float($0) }, featureCount: 2, targets: targets, targetCount: 1,
      featureNames: ["x0", "x1"], targetNames: ["inside"])
  }

  /// The points of `circles` before they are rounded to Float: x0, x1 of the first, of the second, and so on.
  public static func circlesPoints(count: Int = 300, seed: UInt32 = 2) -> [Double] {
    var random = NumPyRandomState(seed: seed)
    return random.randn(2 * count)
  }
}
