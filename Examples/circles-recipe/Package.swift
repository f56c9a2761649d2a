// swift-tools-version: 6.2
import PackageDescription

// The lecture's modular recipe (4.5) as a package of its own: a template to start from. Built and run by ci/recipe.
let package = Package(
  name: "circles-recipe",
  dependencies: [.package(name: "Lanes", path: "../..")],
  targets: [
    .target(
      name: "CirclesRecipe",
      dependencies: [.product(name: "Lanes", package: "Lanes"), .product(name: "LanesTrain", package: "Lanes")]),
    .executableTarget(
      name: "circles-recipe",
      dependencies: [
        "CirclesRecipe", .product(name: "Lanes", package: "Lanes"), .product(name: "LanesPlot", package: "Lanes"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
