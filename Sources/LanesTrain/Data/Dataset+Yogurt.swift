extension Dataset {
  /// The lecture's yogurt (4.1): sales that are near the sum of two influences.
  ///
  /// The influences x1 and x2 are NumPy's `RandomState(seed).rand(count, 2)`, exactly, and the sales
  /// x1 + x2 + (rand()/10 − 0.05), drawn after them in row order, in double precision before all are rounded to Float.
  /// `count` must be at least 1.
  public static func yogurt(count: Int = 32, seed: UInt32 = 23_455) throws(DatasetError) -> Dataset {
    if count < 1 { throw .noSamples(count: count) }
    let samples = yogurtSamples(count: count, seed: seed)
    return try Dataset(
      features: samples.features.map { Float($0) }, featureCount: 2, targets: samples.targets.map { Float($0) },
      targetCount: 1, featureNames: ["x1", "x2"], targetNames: ["sales"])
  }

  /// The numbers of `yogurt` before they are rounded to Float: x1, x2 of the first sample, of the second, and so on; and the
  /// sales. None where `count` is below 1.
  public static func yogurtSamples(
    count: Int = 32, seed: UInt32 = 23_455
  ) -> (features: [Double], targets: [Double]) {
    var random = NumPyRandomState(seed: seed)
    let count = max(count, 0)
    let features = random.rand(2 * count)
    let targets = (0..<count).map { index in
      features[2 * index] + features[2 * index + 1] + (random.rand() / 10 - 0.05)
    }
    return (features, targets)
  }
}
