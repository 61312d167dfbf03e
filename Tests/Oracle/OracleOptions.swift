import Foundation

/// What the environment says about a run of the oracle.
struct OracleOptions {
  var seeds: ClosedRange<UInt64>
  var duration: Duration
  /// Where scripts are kept while they run, and for good where they fail.
  var folder: String
  /// A finding does not end the run.
  var goesOn: Bool
  var target: Target
  var features = Workload.Features()
  /// How long a failing script is shortened.
  var shrinkTime: Duration

  init(_ environment: [String: String]) {
    func number(_ text: Substring?) -> UInt64? { text.flatMap { UInt64($0) } }
    let seed = environment["ORACLE_SEED"].flatMap(UInt64.init)
    let bounds = (environment["ORACLE_SEEDS"] ?? "").split(separator: "-")
    if let seed {
      seeds = seed...seed
    } else if let first = number(bounds.first), let last = number(bounds.last), first <= last {
      seeds = first...last
    } else {
      seeds = 1...24
    }
    let minutes = environment["ORACLE_MINUTES"].flatMap(Double.init) ?? 10
    duration = .seconds(minutes * 60)
    folder = environment["ORACLE_FOLDER"] ?? FileManager.default.temporaryDirectory.path + "/cdc-oracle"
    shrinkTime = .seconds(environment["ORACLE_SHRINK_SECONDS"].flatMap(Double.init) ?? 120)
    target = environment["DESTINATION"].flatMap(Target.init(rawValue:)) ?? .local
    features.isSlow = target == .databricks
    goesOn = environment["ORACLE_GOES_ON"] != nil
  }

  func say(_ text: String) {
    print("oracle: \(text)")
    fflush(nil)
  }

  func keep(_ text: String, _ name: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
}
