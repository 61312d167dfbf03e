// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "postgres-delta-cdc",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "CDCCore", targets: ["CDCCore"]),
    .library(name: "PGWire", targets: ["PGWire"]),
    .library(name: "DeltaSink", targets: ["DeltaSink"]),
    .executable(name: "cdc", targets: ["cdc-cli"]),
  ],
  traits: [
    .trait(
      name: "ServiceLifecycle",
      description: "Makes Pipeline a Service of swift-service-lifecycle, with graceful stop."),
    .default(enabledTraits: ["ServiceLifecycle"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.13.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibpq", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .target(
      name: "CDCCore",
      dependencies: [
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(
          name: "ServiceLifecycle", package: "swift-service-lifecycle",
          condition: .when(traits: ["ServiceLifecycle"])),
      ],
      swiftSettings: settings),
    .target(
      name: "PGWire",
      dependencies: [
        "CDCCore", "CCrypto", "CLibpq", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .target(
      name: "DeltaSink",
      dependencies: [
        "CDCCore", "CCurl", "CZlib", "CZstd", .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "cdc-cli",
      dependencies: [
        "CDCCore", "PGWire", "DeltaSink",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(
          name: "ServiceLifecycle", package: "swift-service-lifecycle",
          condition: .when(traits: ["ServiceLifecycle"])),
        .product(
          name: "UnixSignals", package: "swift-service-lifecycle",
          condition: .when(traits: ["ServiceLifecycle"])),
        .product(name: "TOMLKit", package: "TOMLKit"),
      ],
      swiftSettings: settings),
    .target(
      name: "TestSupport", dependencies: ["CDCCore"], path: "Tests/Support",
      exclude: ["Postgres/keeper.sh", "Postgres/slowproxy.py", "Python", "DatabricksDouble"],
      swiftSettings: settings),
    .testTarget(
      name: "CDCCoreTests",
      dependencies: [
        "CDCCore", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "PGWireTests", dependencies: ["PGWire", "CDCCore", "TestSupport"],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "DeltaSinkTests", dependencies: ["DeltaSink", "CDCCore", "TestSupport"],
      exclude: ["Databricks/SQL/Golden"], swiftSettings: settings),
    .testTarget(
      name: "CLITests",
      dependencies: [
        "CDCCore", "PGWire", "cdc-cli", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "IntegrationTests",
      dependencies: [
        "CDCCore", "PGWire", "DeltaSink", "cdc-cli", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
        .product(
          name: "ServiceLifecycle", package: "swift-service-lifecycle",
          condition: .when(traits: ["ServiceLifecycle"])),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "OracleTests",
      dependencies: [
        "CDCCore", "PGWire", "DeltaSink", "TestSupport", .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Oracle",
      exclude: ["Judge/history.py", "Judge/judge.py", "Judge/model.py", "Regressions"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
