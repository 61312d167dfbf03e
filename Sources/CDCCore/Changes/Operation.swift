/// What a change did to a row.
public enum Operation: UInt8, Sendable, Hashable {
  case insert, update, delete
  /// The first half of an update that changed the key: the row under its old key goes.
  /// The second half, an `update` under the new key, follows in the same batch.
  case deleteOldKey

  public var removesRow: Bool { self == .delete || self == .deleteOldKey }

  /// The word in the column `_cdc_op` of an appended table, as Debezium has it.
  public var code: String {
    switch self {
    case .insert: "c"
    case .update: "u"
    case .delete, .deleteOldKey: "d"
    }
  }
}
