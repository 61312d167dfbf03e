import CDCCore

/// What a server says about itself and about the role that asks. Source: PostgreSQL manual, "Logical Replication",
/// "Configuration Settings".
struct ServerFacts: Sendable {
  var version: Int
  var versionText: String
  var database: String
  var user: String
  var walLevel: String
  var isStandby: Bool
  /// A managed service's name for the right to replicate.
  var hasRDSRole: Bool
  var mayCreate: Bool
  var slotLimit: Int
  var usedSlots: Int
  /// Transactions that write and have been open for more than a minute.
  var waiting: Int
  var prepared: Int
  /// Settings that have the server give slots up, with their values; those alone that are set.
  var slotLimits: [(name: String, value: String)]

  init(_ connection: PostgresConnection) async throws {
    version = await connection.serverVersion
    let row = try await connection.query(
      """
      SELECT current_setting('server_version') AS version, current_database() AS database, current_user AS role,
        current_setting('wal_level') AS wal_level, pg_is_in_recovery() AS standby,
        EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication') AS rds,
        has_database_privilege(current_database(), 'CREATE') AS may_create,
        current_setting('max_replication_slots') AS slot_limit,
        (SELECT count(*) FROM pg_replication_slots) AS used_slots,
        (SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL
          AND xact_start < now() - interval '1 minute') AS waiting,
        (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()) AS prepared,
        nullif(current_setting('max_slot_wal_keep_size', true), '-1') AS kept,
        nullif(current_setting('idle_replication_slot_timeout', true), '0') AS idle
      """)
    func flag(_ name: String) -> Bool { row[0, name] == "t" }
    func number(_ name: String) -> Int { row[0, name].flatMap { Int($0) } ?? 0 }
    versionText = row[0, "version"] ?? "\(version)"
    database = row[0, "database"] ?? ""
    user = row[0, "role"] ?? ""
    walLevel = row[0, "wal_level"] ?? "unknown"
    isStandby = flag("standby")
    hasRDSRole = flag("rds")
    mayCreate = flag("may_create")
    slotLimit = number("slot_limit")
    usedSlots = number("used_slots")
    waiting = number("waiting")
    prepared = number("prepared")
    slotLimits = [
      ("max_slot_wal_keep_size", row[0, "kept"]), ("idle_replication_slot_timeout", row[0, "idle"]),
    ]
    .compactMap { name, value in value.map { (name, $0) } }
  }

  var server: CheckFinding {
    let place = "PostgreSQL \(versionText), database \(database), as \(user)"
    guard version >= 130_000 else {
      return CheckFinding(
        "server", .failed, place, advice: "Upgrade the server: version 13 or later is needed.")
    }
    guard !isStandby || version >= 160_000 else {
      return CheckFinding(
        "server", .failed, place + ", a standby",
        advice: "Name the primary: standbys decode their log from PostgreSQL 16 on only.")
    }
    return CheckFinding("server", .ok, place + (isStandby ? ", a standby" : ""))
  }

  var wal: CheckFinding {
    if walLevel == "logical" { return CheckFinding("wal_level", .ok, walLevel) }
    return CheckFinding(
      "wal_level", .failed, walLevel,
      advice:
        "Set it and restart the server; on a managed service set its parameter for logical replication, such as "
        + "rds.logical_replication, and reboot.",
      statements: ["ALTER SYSTEM SET wal_level = logical;"])
  }

  /// - Parameter slot: the pipeline's own.
  func slots(_ slot: SlotState?, name: String) -> CheckFinding {
    let free = slotLimit - usedSlots
    let count = "\(usedSlots) of \(slotLimit) in use"
    guard let slot else {
      if free > 0 { return CheckFinding("slots", .ok, "\(count); the first full load makes \(name)") }
      return CheckFinding(
        "slots", .failed, "\(count): none is left for \(name)",
        advice:
          "Drop one that nobody uses (SELECT slot_name, active FROM pg_replication_slots), or raise the limit "
          + "and restart the server.",
        statements: ["ALTER SYSTEM SET max_replication_slots = \(slotLimit + 10);"])
    }
    if slot.plugin != "pgoutput" {
      return CheckFinding(
        "slots", .failed, "\(name) belongs to another program, plugin \(slot.plugin ?? "none")",
        advice: "Choose another name for the pipeline.")
    }
    if slot.isLost {
      let loss = SlotLoss(slot.invalidation)
      return CheckFinding(
        "slots", .failed, "\(name) is of no more use: \(loss.cause)",
        advice: "Run cdc run --mode full_load, which makes a new slot. \(loss.remedy)")
    }
    if let process = slot.activePID {
      return CheckFinding("slots", .remark, "\(name) is being read by process \(process)")
    }
    if free < 1 {
      return CheckFinding(
        "slots", .remark, "\(count), \(name) among them: verify and a load beside a run need one more",
        advice: "Raise the limit and restart the server.",
        statements: ["ALTER SYSTEM SET max_replication_slots = \(slotLimit + 10);"])
    }
    return CheckFinding("slots", .ok, "\(count), \(name) among them")
  }

  /// A pipeline that runs too rarely for them has to load again.
  var limits: CheckFinding? {
    if slotLimits.isEmpty { return nil }
    return CheckFinding(
      "slot limits", .remark, slotLimits.map { "\($0.name) = \($0.value)" }.joined(separator: ", "),
      advice:
        "A slot that holds back more log, or is not read for longer, is lost: run the pipeline often enough.")
  }

  /// A slot begins where every transaction that was writing has ended.
  var openTransactions: CheckFinding? {
    guard waiting + prepared > 0 else { return nil }
    return CheckFinding(
      "transactions", .remark,
      "\(waiting) open for more than a minute, \(prepared) prepared: a full load waits until they end",
      advice: "See pg_stat_activity (xact_start, backend_xid) and pg_prepared_xacts.")
  }
}
