// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "EmbeddedPipeline",
  platforms: [.macOS(.v26)],
  dependencies: [
    // Elsewhere: .package(url: …, from: …)
    .package(name: "postgres-delta-cdc", path: "../.."),
    .package(url: "https://github.com/apple/swift-log", from: "1.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(
      name: "embedded-pipeline",
      dependencies: [
        .product(name: "CDCCore", package: "postgres-delta-cdc"),
        .product(name: "PGWire", package: "postgres-delta-cdc"),
        .product(name: "DeltaSink", package: "postgres-delta-cdc"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
