// swift-tools-version: 6.1
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .unsafeFlags(["-warnings-as-errors"]),
  // The dynamic exclusivity checks cost a tenth of ingest; debug builds, which run the tests, keep them.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let package = Package(
  name: "llm-cost-analyzer",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "CostAnalyzer", targets: ["CostAnalyzer"]),
    .executable(name: "analyze", targets: ["analyze"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "3.12.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    // simdjson is C++ and has no module: linked here, included only by json.cpp.
    .target(
      name: "CTextScan", cxxSettings: [.unsafeFlags(["-O3", "-DNDEBUG"])], linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CKernels"),
    // oneDNN, for the same reason: included only by product.cpp.
    .target(name: "CMatrix", linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "CSystem"),
    .target(
      name: "CostAnalyzer",
      dependencies: [
        "CZstd", "CZlib", "CTextScan", "CKernels", "CMatrix", "CSystem",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "Yams", package: "Yams"),
      ],
      // Embedded in the code, so that the installed program is one file.
      resources: [
        .embedInCode("Data/answerform.yaml"), .embedInCode("Data/complexity.yaml"), .embedInCode("Data/encodings.yaml"),
        .embedInCode("Data/entities.yaml"),
        .embedInCode("Data/fillers.yaml"), .embedInCode("Data/keywords.yaml"), .embedInCode("Data/languages.yaml"),
        .embedInCode("Data/negation.yaml"),
        .embedInCode("Data/numbers.yaml"), .embedInCode("Data/plan.yaml"), .embedInCode("Data/presets.yaml"),
        .embedInCode("Data/prices.json"),
        .embedInCode("Data/prefixcaching.yaml"), .embedInCode("Data/promptrules.yaml"),
        .embedInCode("Data/scope.yaml"),
        .embedInCode("Data/uncacheable.yaml"), .embedInCode("Data/wordorder.yaml"),
        .embedInCode("Templates/page.mustache"), .embedInCode("Templates/block.mustache"),
        .embedInCode("Templates/table.mustache"), .embedInCode("Templates/page.css"),
        .embedInCode("Templates/charts.css"), .embedInCode("Templates/sort.js"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "analyze",
      dependencies: [
        "CostAnalyzer",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CostAnalyzerTests",
      dependencies: [
        "CostAnalyzer", "CKernels", "CMatrix", "CTextScan", "CZlib", "CZstd",
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Yams", package: "Yams"),
      ], swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)

// `make fuzz`; libFuzzer brings its own `main`.
if ProcessInfo.processInfo.environment["FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "fuzz", dependencies: ["CostAnalyzer"], path: "Fuzz", exclude: ["run.sh"],
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
