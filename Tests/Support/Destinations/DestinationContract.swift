public import CDCCore

/// What every destination does, whatever it keeps its tables in. Each case is one behaviour; a test target
/// runs them all over its destination:
///
///     @Test(arguments: DestinationContract.cases)
///     func keepsTheContract(_ behaviour: DestinationContract.Case) async throws {
///       try await behaviour.check(MyHarness())
///     }
public enum DestinationContract {
  public struct Case: Sendable, CustomStringConvertible {
    public let name: String
    let body: @Sendable (any DestinationHarness) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (any DestinationHarness) async throws -> Void) {
      self.name = name
      self.body = body
    }

    /// Throws `ContractViolation`, or what the destination threw.
    public func check(_ harness: any DestinationHarness) async throws {
      do {
        try await body(harness)
      } catch let violation as ContractViolation {
        throw ContractViolation("\(name): \(violation.message)")
      }
    }

    public var description: String { name }
  }

  public static let cases: [Case] =
    loadCases + replayCases + crashCases + keyCases + unchangedCases + shapeCases + appendCases
    + dispositionCases
    + randomCases
}

/// Storage that outlives the destinations over it. One a test.
public protocol DestinationHarness: Sendable {
  /// A destination of a new process over the same storage. The one before is no longer used and may be gone.
  func start(_ faults: FaultPlan) async throws -> any ReadableDestination
  /// Looks at the storage with other eyes: throws where another engine reads something else.
  func inspect(_ table: TableSchema, _ expected: [[Value]]) async throws
}

extension DestinationHarness {
  public func inspect(_ table: TableSchema, _ expected: [[Value]]) async throws {}
}

/// A behaviour that a destination does not have.
public struct ContractViolation: Error, CustomStringConvertible {
  public let message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  if !condition { throw ContractViolation(message()) }
}

/// Rows gathered from a destination's `read`.
private actor RowCollector {
  var rows: [[Value]] = []
  func add(_ batch: RowBatch) { rows += batch.rowValues }
}

extension ReadableDestination {
  /// All rows, columns in the order asked for; by default in the table's.
  public func allRows(_ table: TableName, columns: [String]? = nil) async throws -> [[Value]] {
    let collector = RowCollector()
    try await read(table, columns: columns) { batch in
      guard let columns else { return await collector.add(batch) }
      let places = columns.map { name in batch.table.columns.firstIndex { $0.name == name } }
      guard !places.contains(nil) else { throw ContractViolation("a column of \(table) is not read") }
      await collector.add(
        RowBatch(
          table: TableSchema(name: table, columns: places.compactMap { $0.map { batch.table.columns[$0] } }),
          rowCount: batch.rowCount, columns: places.compactMap { $0.map { batch.columns[$0] } }))
    }
    return await collector.rows
  }
}

/// Differences between what a table should hold and what it holds, by key; nil where there are none.
func difference(_ expected: [[Value]], _ actual: [[Value]]) -> String? {
  var counts: [[Value]: Int] = [:]
  for row in expected { counts[row, default: 0] += 1 }
  for row in actual { counts[row, default: 0] -= 1 }
  let missing = counts.filter { $0.value > 0 }
  let extra = counts.filter { $0.value < 0 }
  if missing.isEmpty && extra.isEmpty { return nil }
  return "\(expected.count) rows expected, \(actual.count) found; missing \(missing.count): "
    + "\(missing.keys.prefix(3).map(\.self)); too many \(extra.count): \(extra.keys.prefix(3).map(\.self))"
}
