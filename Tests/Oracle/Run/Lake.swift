/// Where the tables of a run go: the local folder now, other destinations by the same two questions.
import CDCCore
import DeltaSink
import Synchronization
import TestSupport

protocol Lake: Sendable {
  /// A destination as a new process would make it.
  ///
  /// - Parameter faults: asked at each stage of a delivery; what it throws cuts the delivery off.
  func destination(_ faults: FaultCounter?) throws -> any ReadableDestination
  /// Where other engines find the Delta table.
  func path(of table: String) throws -> String
}

struct LocalLake: Lake {
  let directory: TemporaryDirectory
  let spec: Script.LakeSpec

  func destination(_ faults: FaultCounter?) throws -> any ReadableDestination {
    var options = LocalDeltaOptions(
      targetFileBytes: Int64(spec.fileBytes), mergeMode: spec.isCopyOnWrite ? .copyOnWrite : .deletionVectors,
      upkeep: LocalDeltaOptions.Upkeep(smallFiles: spec.smallFiles))
    if let faults { options.onStage = { try faults.pass($0.rawValue) } }
    return LocalDeltaDestination(root: directory.path, options: options)
  }

  func path(of table: String) throws -> String {
    try LocalDeltaDestination(root: directory.path).path(of: TableName(schema: "public", name: table))
  }
}

/// Throws once, at a stage's nth time.
final class FaultCounter: Sendable {
  private let stage: String
  private let isRetryable: Bool
  private let left: Mutex<Int>

  init(stage: String, time: Int, isRetryable: Bool) {
    self.stage = stage
    self.isRetryable = isRetryable
    left = Mutex(time)
  }

  func pass(_ passed: String) throws {
    guard passed == stage else { return }
    let isNow = left.withLock { left in
      left -= 1
      return left == 0
    }
    if isNow { throw InjectedFault(stage: stage, isRetryable: isRetryable) }
  }
}

struct InjectedFault: Error, Retryable {
  var stage: String
  var isRetryable: Bool
}

/// Which destination a run is about.
enum Target: String, Sendable {
  case local, databricks

  /// Runs `body` with a lake of its own.
  func withLake<Result>(_ spec: Script.LakeSpec, _ body: (any Lake) async throws -> Result) async throws
    -> Result
  {
    switch self {
    case .local:
      try await withTemporaryDirectory { try await body(LocalLake(directory: $0, spec: spec)) }
    case .databricks:
      try await DatabricksDouble.shared().withSchema { schema in
        try await body(DatabricksLake(double: DatabricksDouble.shared(), schema: schema))
      }
    }
  }
}
