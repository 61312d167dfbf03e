import CDCCore
import Testing
import TestSupport

/// The contract is passed by the shortest destination that there can be.
struct InMemoryDestinationTests {
  struct Harness: DestinationHarness {
    let storage = InMemoryDestination.Storage()
    func start(_ faults: FaultPlan) async throws -> any ReadableDestination {
      InMemoryDestination(storage: storage, faults: faults)
    }
  }

  @Test(arguments: DestinationContract.cases + DestinationContract.evolutionCases)
  func keepsTheContract(_ behaviour: DestinationContract.Case) async throws {
    try await behaviour.check(Harness())
  }
}
