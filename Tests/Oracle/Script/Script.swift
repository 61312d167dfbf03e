/// What the oracle does to a database and to the pipeline that copies it, from the first CREATE TABLE to the last
/// comparison. It is made by the generator, shortened by the shrinker, and kept as text (`ScriptText`).
import CDCCore

struct Script: Sendable {
  var seed: UInt64?
  var tables: [TableSpec] = []
  var lake = LakeSpec()
  /// Types, tables and first rows; each must succeed.
  var setup: [Statement] = []
  /// After each, at a quiet point, everything is compared.
  var rounds: [Round] = []

  struct TableSpec: Sendable, Hashable {
    /// In schema public, as the catalog has it.
    var name: String
    /// Nil: left to the pipeline.
    var disposition: WriteDisposition?
  }

  /// How the local destination writes: small files and eager upkeep make many commits of few rows.
  struct LakeSpec: Sendable, Hashable {
    var fileBytes = 256 << 20
    var smallFiles = 24
    var isCopyOnWrite = false
  }

  struct Statement: Sendable, Hashable {
    var sql: String
    /// Those whose absence makes the statement pointless.
    var tables: Set<String> = []
  }

  /// Statements of one transaction, with what begins and ends it; one element where psql commits by itself.
  struct Transaction: Sendable, Hashable {
    var statements: [Statement]
    /// `COMMIT`, `ROLLBACK`; nil: no BEGIN either.
    var ending: String?
  }

  /// One psql process.
  struct Session: Sendable, Hashable {
    /// Each statement of a transaction in a subtransaction of its own, so that one that fails is passed over.
    var isForgiving = false
    var transactions: [Transaction]
  }

  struct Round: Sendable {
    /// At the same time.
    var sessions: [Session] = []
    /// What the pipeline does at the same time, one after the other.
    var during: [Action] = []
    /// What it does once the sessions have ended, before it captures all that is left.
    var after: [Action] = []
  }

  /// One run of the pipeline with a destination of its own, as if the process had just started.
  struct Action: Sendable, Hashable {
    enum Kind: String, Sendable { case load, reload, capture }
    var kind: Kind
    /// Of a reload.
    var tables: [String] = []
    var rows = 200_000
    var bytes = 32 << 20
    var cut = Cut.none
  }

  /// How a run is cut off.
  enum Cut: Sendable, Hashable {
    case none
    /// The task is cancelled.
    case cancel(milliseconds: Int)
    /// The destination fails when it passes a stage for that time (from 1); retryable: the pipeline tries again.
    case fault(stage: String, time: Int, isRetryable: Bool)
    /// The server ends the walsender: the pipeline is to get over it.
    case terminate(milliseconds: Int)
  }
}

extension Script {
  var statementCount: Int {
    rounds.reduce(setup.count) { sum, round in
      sum + round.sessions.reduce(0) { $0 + $1.transactions.reduce(0) { $0 + $1.statements.count } }
    }
  }
}
