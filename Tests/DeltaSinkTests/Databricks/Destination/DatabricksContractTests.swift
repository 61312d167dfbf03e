import CDCCore
import DeltaSink
import TestSupport
import Testing

/// The Databricks destination keeps the contract against the double, and another engine reads from the double's Delta
/// tables what the source holds.
struct DatabricksContractTests {
  @Test(arguments: DestinationContract.cases)
  func keepsTheContract(_ behaviour: DestinationContract.Case) async throws {
    try await DoubleGate.shared.pass { try await behaviour.check(DatabricksHarness()) }
  }
}

/// Lets a few cases at a time work on the double: it has two cores.
actor DoubleGate {
  static let shared = DoubleGate()
  private var free = 4
  private var waiting: [CheckedContinuation<Void, Never>] = []

  func pass(_ body: @Sendable () async throws -> Void) async throws {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    defer { if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() } }
    try await body()
  }
}
