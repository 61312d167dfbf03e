import CDCCore
import DeltaSink
import TestSupport
import Testing

/// The local destination keeps the contract, and other engines read from it what the source holds.
struct LocalDeltaContractTests {
  @Test(arguments: DestinationContract.cases + DestinationContract.evolutionCases)
  func keepsTheContract(_ behaviour: DestinationContract.Case) async throws {
    try await behaviour.check(LakeHarness())
  }

  @Test(arguments: DestinationContract.cases + DestinationContract.evolutionCases)
  func keepsTheContractByCopyOnWrite(_ behaviour: DestinationContract.Case) async throws {
    try await behaviour.check(
      LakeHarness(LocalDeltaOptions(mergeMode: .copyOnWrite), engines: [.duckdb]))
  }

  /// Everything at its smallest: files of one row group, and upkeep after every package.
  @Test(arguments: DestinationContract.cases + DestinationContract.evolutionCases)
  func keepsTheContractWithTinyFilesAndEagerUpkeep(_ behaviour: DestinationContract.Case) async throws {
    try await behaviour.check(
      LakeHarness(
        LocalDeltaOptions(
          targetFileBytes: 1, upkeep: .init(smallFiles: 2, deletedShare: 0.01, bytesPerPackage: 1 << 20)),
        engines: [.duckdb]))
  }
}
