import CDCCore
import Synchronization

/// Tables that a sealed delivery could not bring up because Databricks refuses to, or because they lack a row: trying again does
/// not help by itself.
final class RefusedTables: Sendable {
  private let errors = Mutex<[TableName: any Error]>([:])

  /// By table, as the user is told.
  var all: [TableName: any Error] { errors.withLock { $0 } }

  func has(_ table: TableName) -> Bool { errors.withLock { $0[table] != nil } }

  /// Forgets what is there, where a table merely lacks a row.
  ///
  /// - Returns: false where it is not so.
  func forgetLackingRow() -> Bool {
    errors.withLock { errors in
      guard !errors.isEmpty, errors.values.allSatisfy({ $0 is UnsyncedTables }) else { return false }
      errors = [:]
      return true
    }
  }

  /// Where one statement is for all tables, none has its changes once one was refused.
  func spread(over tables: [StagedTable]) {
    errors.withLock { errors in
      guard let first = errors.min(by: { $0.key < $1.key }) else { return }
      for staged in tables where errors[staged.table.name] == nil { errors[staged.table.name] = first.value }
    }
  }

  /// Runs `body`; where it is refused, that is noted, and the other tables go on.
  func noting(_ staged: StagedTable, _ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as DatabricksError where error.message.contains(MergeStatement.lackingRow) {
      errors.withLock { $0[staged.table.name] = UnsyncedTables(lackingRowOf: staged.table.name) }
    } catch let error as DatabricksError where error.isRefusal {
      errors.withLock { $0[staged.table.name] = error.explained(staged) }
    } catch let error as CDCError where error.code == .schemaContract {
      errors.withLock { $0[staged.table.name] = error }
    } catch let error as DatabricksError where error.code == .permissionDenied {
      throw error.explained(staged)
    }
  }
}

extension DatabricksError {
  /// Neither the way to the workspace nor a right that can be granted, but what the statement says.
  fileprivate var isRefusal: Bool {
    !isRetryable
      && [.statementFailed, .notFound, .alreadyExists, .invalidRequest, .invalidAnswer].contains(code)
  }

  fileprivate func explained(_ staged: StagedTable) -> DatabricksError {
    let table = staged.table.name
    let what = staged.action == .overwrite ? "rows" : "changes"
    let remedy =
      code == .permissionDenied
      ? "Grant it, and run again: they are applied as they are."
      : "Mend what it names and run again: they are applied as they are. Or load the table again: "
        + "cdc run --mode full_load --tables '\(table)'."
    var message = message
    if refusesJSON {
      let names = staged.liveColumns.filter { $0.type == .variant }.map(\.name)
      if !names.isEmpty {
        message += " No VARIANT can be made of a value of \(names.joined(separator: " or "))."
      }
    }
    var error = self
    error.message =
      "The \(what) of \(table) are in the volume, and Databricks refuses to apply them: \(message) \(remedy)"
    error.underlying = self
    return error
  }
}

extension DatabricksError {
  /// What `parse_json` says of a text.
  fileprivate var refusesJSON: Bool {
    ["VARIANT_", "MALFORMED_RECORD_IN_PARSING", "MALFORMED_VARIANT"].contains {
      errorCode?.hasPrefix($0) ?? false
    }
  }
}

extension [TableName: any Error] {
  /// What is told first: what a person has to see to, and only then that tables have to be loaded, which a run does by itself.
  var mostUrgent: (any Error)? {
    let unsynced = compactMapValues { $0 as? UnsyncedTables }
    if let first = filter({ unsynced[$0.key] == nil }).min(by: { $0.key < $1.key }) { return first.value }
    if unsynced.isEmpty { return nil }
    return UnsyncedTables(
      unsynced.values.reduce(into: [:]) { $0.merge($1.reasons) { first, _ in first } })
  }
}

/// A sealed delivery that was applied but for some tables. Their new content is not to be had otherwise: changes go on once they
/// have been loaded again.
struct FailedDelivery: Sendable {
  /// As the user is told, by table.
  var refused: [TableName: any Error]
  /// What the package leads to once no table lacks it; nil where only loads were refused.
  var checkpoint: Checkpoint?
  var folders: [String] = []

  var error: any Error {
    refused.mostUrgent
      ?? CDCError(.protocolViolation, "A sealed package waits for its checkpoint. Run again.")
  }
}
