/// Makes what a pipeline needs before its first run, where it is missing and allowed, and asks what is there.
struct PlaceStatements {
  let layout: DatabricksLayout

  var createCatalog: String { "CREATE CATALOG IF NOT EXISTS \(SQLText.name(layout.catalog))" }

  var createSchema: String {
    "CREATE SCHEMA IF NOT EXISTS \(SQLText.name([layout.catalog, layout.schema]))"
  }

  var createStagingSchema: String {
    "CREATE SCHEMA IF NOT EXISTS \(SQLText.name([layout.catalog, layout.stagingSchema]))"
  }

  var createVolume: String {
    "CREATE VOLUME IF NOT EXISTS \(SQLText.name([layout.catalog, layout.stagingSchema, layout.volume]))"
  }

  /// All columns of all tables of the dataset, or of one.
  ///
  /// - Parameter guard: fails where another runner has taken the pipeline.
  func columns(of target: String? = nil, _ guard: EpochGuard? = nil) -> String {
    """
    SELECT table_name, column_name, full_data_type, comment
    FROM \(SQLText.name([layout.catalog, "information_schema", "columns"]))
    WHERE table_schema = \(SQLText.string(layout.schema))\
    \(target.map { " AND table_name = \(SQLText.string($0))" } ?? "")\
    \(`guard`.map { "\n  AND \($0.condition)" } ?? "")
    ORDER BY table_name, ordinal_position
    """
  }
}
