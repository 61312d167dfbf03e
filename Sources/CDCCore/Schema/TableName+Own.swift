/// Tables of the pipeline's own, which no source has: what the log brings but lies in no table there, such as logical
/// messages, and what contracts keep out.
///
/// Their rows are handed over as changes like any others, always `insert`, with a schema without a mark. They are always
/// appended: exactly once, made with their first row, never loaded, verified or *removed*; all pipelines of a destination
/// share them, so their first column, `pipeline`, says whose a row is.
extension TableName {
  /// What `pg_logical_emit_message` wrote in the source.
  public static let messages = TableName(schema: "", name: "_cdc_messages")

  /// A table of the pipeline's own, which no source has: it lies beside the schemas, not in one of them.
  package var isOwn: Bool { schema.isEmpty }

  package static let own = [messages, quarantine]
}
