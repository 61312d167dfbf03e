/// What a destination does with the changes of a table.
public enum WriteDisposition: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every change becomes a row, with `_cdc_op`, `_cdc_lsn`, `_cdc_sequence`, `_cdc_commit_time`, `_cdc_xid`.
  case append
  /// The destination's table holds the source's rows: upserts and hard deletes by key.
  case merge
  /// Full loads only: each replaces the table; changes are not captured.
  case replace
}
