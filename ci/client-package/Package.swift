// swift-tools-version: 6.2
import PackageDescription

// What someone who links Lanes writes: one dependency, one product. Built and run by ci/client.
let package = Package(
  name: "Client",
  dependencies: [.package(name: "Lanes", path: "../..")],
  targets: [
    .executableTarget(name: "swift-client", dependencies: [.product(name: "Lanes", package: "Lanes")]),
    .executableTarget(name: "c-client", dependencies: [.product(name: "Lanes", package: "Lanes")]),
  ]
)
