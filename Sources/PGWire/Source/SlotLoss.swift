import CDCCore

/// Why a slot is of no more use, and what keeps the next one from the same end. The server tells from PostgreSQL 17 on;
/// before, a primary has one reason only, and 16 says of standbys that there was a conflict. Source: PostgreSQL manual,
/// "pg_replication_slots", `invalidation_reason`.
struct SlotLoss: Sendable, Hashable {
  /// Half a sentence.
  let cause: String
  /// A sentence.
  let remedy: String

  private init(cause: String, remedy: String) {
    (self.cause, self.remedy) = (cause, remedy)
  }

  /// The log is gone, and the server has not noticed: it would let a load go on from the slot.
  static func unnoticed(_ slot: String) -> SlotLoss {
    SlotLoss(
      cause: "log that it still needed is gone",
      remedy: "Before it, drop the slot where it is still there: SELECT pg_drop_replication_slot('\(slot)').")
  }

  /// - Parameter reason: as the server has it; nil where it gives none.
  init(_ reason: String?) {
    (cause, remedy) =
      switch reason {
      case nil, "wal_removed":
        (
          "log that it still needed was removed: max_slot_wal_keep_size was exceeded while the pipeline was not running or "
            + "too slow", "Raise max_slot_wal_keep_size, or run the pipeline more often."
        )
      case "idle_timeout":
        (
          "it was not read for longer than idle_replication_slot_timeout",
          "Raise idle_replication_slot_timeout, or run the pipeline more often than that."
        )
      case "rows_removed":
        (
          "the primary has removed rows of its catalogs that it still needed",
          "Set hot_standby_feedback = on at the standby, and let it reach the primary by a physical slot."
        )
      case "wal_level_insufficient":
        ("wal_level was lowered at the primary", "Keep wal_level = logical at the primary.")
      case let reason?:
        ("the server says: \(reason)", "See pg_replication_slots and the server's log.")
      }
  }
}

extension PostgresError {
  /// The server was to read log that is no longer there. Its words may be in any language, but name the segment's file:
  /// 24 hexadecimal digits.
  var isLogGone: Bool {
    sqlState == "58P01"
      && message.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.contains { word in
        word.utf8.count == 24 && word.allSatisfy(\.isHexDigit)
      }
  }
}

extension PostgresError {
  /// The role may not do so, or nobody may, because the server is a standby.
  var isWriteRefused: Bool { sqlState == "42501" || sqlState == "25006" }
}
