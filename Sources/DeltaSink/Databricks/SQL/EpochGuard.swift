/// What makes a statement fail that comes too late: of a runner that was replaced, or one of this runner's own that the
/// workspace kept waiting, its answer lost, while a copy of it was run and the pipeline went on.
///
/// Every statement that changes a table reads, in its source, whether `_cdc_state` still holds the epoch in which the
/// runner began, and the number of the checkpoint that the statement builds on. The subquery is no part of the rows: it is evaluated, and raises, also where there are none.
struct EpochGuard: Sendable, Hashable {
  let layout: DatabricksLayout
  let pipeline: String
  let epoch: Int64
  let sequence: Int64

  /// How the error of a fenced statement is known.
  static let marker = "cdc: this runner was replaced"

  var condition: String {
    """
    (SELECT CASE WHEN max(`epoch`) = \(epoch) AND max(`sequence`) = \(sequence) THEN true ELSE raise_error(\(SQLText.string(Self.marker))) END \
    FROM \(layout.table(DatabricksLayout.state)) WHERE `pipeline` = \(SQLText.string(pipeline)))
    """
  }
}
