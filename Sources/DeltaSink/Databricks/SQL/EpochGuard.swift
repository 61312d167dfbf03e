/// What makes a statement of a runner that was replaced fail.
///
/// Every statement that changes a table reads, in its source, whether `_cdc_state` still holds the epoch in which the
/// runner began. The subquery is no part of the rows: it is evaluated, and raises, also where there are none.
struct EpochGuard: Sendable, Hashable {
  let layout: DatabricksLayout
  let pipeline: String
  let epoch: Int64

  /// How the error of a fenced statement is known.
  static let marker = "cdc: this runner was replaced"

  var condition: String {
    """
    (SELECT CASE WHEN max(`epoch`) = \(epoch) THEN true ELSE raise_error(\(SQLText.string(Self.marker))) END \
    FROM \(layout.table(DatabricksLayout.state)) WHERE `pipeline` = \(SQLText.string(pipeline)))
    """
  }
}
