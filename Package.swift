// swift-tools-version: 6.2
import PackageDescription

// The kernels need their optimiser in debug builds too, and the arithmetic contract forbids contraction (CONTRACT.md).
let kernelFlags: [CSetting] = [
  .unsafeFlags([
    "-O3", "-ffp-contract=off", "-fno-math-errno", "-fopenmp-simd", "-mprefer-vector-width=512", "-Wall", "-Wextra",
    // A short loop across two of the lines that instructions come in takes half as long again. SwiftPM asks for frame pointers;
    // those of functions that call nothing cost the smallest products up to half of their time.
    "-falign-loops=32", "-momit-leaf-frame-pointer",
    // Vectors wider than the baseline's registers are passed between inlined functions only.
    "-Wno-psabi",
  ]),
  .unsafeFlags(["-fopenmp"], .when(traits: ["OpenMP"])),
]

// Parity tests run thousands of cases through the reference, in debug builds.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "Lanes",
  products: [
    .library(name: "Lanes", targets: ["Lanes", "CLanes"]),
    .library(name: "LanesReference", targets: ["LanesReference"]),
    .library(name: "LanesParity", targets: ["LanesParity"]),
    .library(name: "LanesTrain", targets: ["LanesTrain"]),
    .library(name: "LanesPlot", targets: ["LanesPlot"]),
    .library(name: "LanesBLAS", type: .dynamic, targets: ["LanesBLAS"]),
    .executable(name: "lanes", targets: ["LanesCLI"]),
  ],
  traits: [
    .default(enabledTraits: ["OpenMP"]),
    .trait(name: "OpenMP", description: "Run large kernels on several threads. Needs libomp (Debian: libomp-dev)."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .target(
      name: "CLanes",
      cSettings: kernelFlags,
      linkerSettings: [.linkedLibrary("m"), .linkedLibrary("omp5", .when(traits: ["OpenMP"]))]),
    .target(name: "Lanes", dependencies: ["CLanes"]),
    // The library holds CLanes, and shows nothing but BLAS, so that it disturbs no process that it is loaded into.
    .target(
      name: "LanesBLAS", dependencies: ["CLanes"], exclude: ["exports.map"], cSettings: kernelFlags,
      linkerSettings: [
        // No part of Swift's runtime comes along: what preloads this is no Swift program.
        .unsafeFlags([
          "-static-stdlib", "-nostartfiles", "-Xlinker",
          "--version-script=\(Context.packageDirectory)/Sources/LanesBLAS/exports.map",
        ])
      ]),
    .target(name: "LanesReference", dependencies: ["Lanes"], swiftSettings: optimised),
    .target(name: "LanesParity", dependencies: ["Lanes"], swiftSettings: optimised),
    .target(name: "LanesTrain", dependencies: ["Lanes"]),
    .target(name: "LanesPlot"),
    .target(name: "LanesExamples", dependencies: ["LanesTrain"]),
    // The modules of the example package: here too, under another name, so that the tests run them.
    .target(
      name: "RecipeExample", dependencies: ["Lanes", "LanesTrain"],
      path: "Examples/circles-recipe/Sources/CirclesRecipe"),
    .executableTarget(
      name: "LanesCLI",
      dependencies: [
        "Lanes", "LanesReference", "LanesParity", "LanesTrain", "LanesPlot", "LanesExamples",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // Counts allocations, forks, small stacks, floating-point modes: what tests need and Swift cannot do.
    .target(name: "CTestSupport", path: "Tests/CTestSupport"),
    .testTarget(
      name: "LanesTests", dependencies: ["Lanes", "CLanes", "CTestSupport"], swiftSettings: optimised),
    .testTarget(name: "LanesParityTests", dependencies: ["Lanes", "LanesReference", "LanesParity"]),
    .testTarget(
      name: "LanesTrainTests",
      dependencies: ["LanesTrain", "LanesExamples", "Lanes", "LanesReference", "CTestSupport"],
      resources: [.copy("Golden")]),
    .testTarget(
      name: "LanesBLASTests", dependencies: ["Lanes", "CLanes", "LanesReference"],
      swiftSettings: optimised),
    .testTarget(name: "LanesPlotTests", dependencies: ["LanesPlot"]),
    .testTarget(
      name: "LanesCLITests",
      dependencies: ["LanesCLI", "Lanes", "LanesReference", "LanesParity", "LanesTrain", "LanesExamples"]),
    .testTarget(
      name: "DocumentationTests",
      dependencies: ["RecipeExample", "Lanes", "LanesReference", "LanesParity", "LanesTrain", "LanesPlot"]),
  ],
  swiftLanguageModes: [.v6]
)
