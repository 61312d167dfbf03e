import CDCCore
import DeltaSink
import TestSupport
import Testing

/// The Databricks destination keeps the contract against the double, and another engine reads from the double's Delta
/// tables what the source holds.
struct DatabricksContractTests {
  @Test(arguments: DestinationContract.cases)
  func keepsTheContract(_ behaviour: DestinationContract.Case) async throws {
    try await DatabricksDouble.shared().turn { try await behaviour.check(DatabricksHarness()) }
  }

  @Test(arguments: DestinationContract.evolutionCases)
  func followsTables(_ behaviour: DestinationContract.Case) async throws {
    try await DatabricksDouble.shared().turn { try await behaviour.check(DatabricksHarness()) }
  }

  /// Of the key's columns, too, with keys declared and every package one transaction.
  @Test
  func followsARenameWithKeysDeclaredAndInTransactions() async throws {
    guard let behaviour = DestinationContract.evolutionCases.first else { return }
    try await DatabricksDouble.shared().turn {
      try await behaviour.check(
        DatabricksHarness {
          $0.declaresPrimaryKeys = true
          $0.atomicPackages = true
        })
    }
  }
}
