// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what benchmarks need never reaches a client of Lanes.
let package = Package(
  name: "Benchmarks",
  products: [
    .executable(name: "lanes-bench", targets: ["LanesBench"]),
    .executable(name: "lanes-peer", targets: ["lanes-peer"]),
  ],
  dependencies: [
    .package(name: "Lanes", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    // What the machine can do at most: the fma peak, and the bandwidth of a copy.
    .target(name: "CLimits"),
    // The worker that runs one library beside Lanes; started by lanes-bench.
    .executableTarget(
      name: "lanes-peer",
      linkerSettings: [.linkedLibrary("dl"), .linkedLibrary("m")]),
    .executableTarget(
      name: "LanesBench",
      dependencies: [
        "CLimits",
        .product(name: "Lanes", package: "Lanes"),
        .product(name: "LanesReference", package: "Lanes"),
        .product(name: "LanesTrain", package: "Lanes"),
        .product(name: "LanesParity", package: "Lanes"),
        .product(name: "LanesPlot", package: "Lanes"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
