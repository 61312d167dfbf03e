/// Where a `DatabricksDestination` writes, and how.
public struct DatabricksOptions: Sendable {
  public var workspace: DatabricksWorkspace
  /// The SQL warehouse that runs the statements.
  public var warehouseID: String
  /// Names are lowered, as Unity Catalog does.
  public var catalog: String
  public var schema: String
  /// Where the volume of the staged files is; nil stands for `<schema>_staging`.
  public var stagingSchema: String?
  public var stagingVolume: String

  /// Catalog, schemas, volume and tables are created where they are missing.
  public var createsMissing: Bool
  /// Declares the keys of new tables, and their columns NOT NULL. Informational: Databricks does not enforce keys.
  public var declaresPrimaryKeys: Bool
  /// A staged file is closed when it has so many bytes.
  public var partBytes: Int64
  /// Uploads under way at a time, over all tables of a delivery.
  public var uploads: Int
  /// Statements that change tables side by side.
  public var statements: Int
  /// Whole packages as one transaction (`BEGIN ATOMIC`): only where the workspace has it, and tables have catalog commits.
  public var atomicPackages: Bool
  public var parquet: ParquetOptions
  /// Where files lie until they are uploaded; nil stands for TMPDIR, else /tmp. Of a package they stay until its end.
  public var spoolDirectory: String?
  /// Sent with every statement, for the workspace's query history.
  public var queryTags: [String: String]
  /// Takes the sentence that the warehouse is still starting, some seconds after the first statement was sent; nil: the log
  /// does.
  package var onWaiting: (@Sendable (String) -> Void)?
  /// Where tests cut a delivery off.
  package var onStage: (@Sendable (DatabricksStage) throws -> Void)?

  public init(
    workspace: DatabricksWorkspace, warehouseID: String, catalog: String, schema: String,
    stagingSchema: String? = nil, stagingVolume: String = "cdc", createsMissing: Bool = true,
    declaresPrimaryKeys: Bool = false, partBytes: Int64 = 64 << 20, uploads: Int = 4, statements: Int = 4,
    atomicPackages: Bool = false,
    parquet: ParquetOptions = ParquetOptions(), spoolDirectory: String? = nil,
    queryTags: [String: String] = [:]
  ) {
    self.workspace = workspace
    self.warehouseID = warehouseID
    self.catalog = catalog
    self.schema = schema
    self.stagingSchema = stagingSchema
    self.stagingVolume = stagingVolume
    self.createsMissing = createsMissing
    self.declaresPrimaryKeys = declaresPrimaryKeys
    self.partBytes = partBytes
    self.uploads = uploads
    self.statements = statements
    self.atomicPackages = atomicPackages
    self.parquet = parquet
    self.spoolDirectory = spoolDirectory
    self.queryTags = queryTags
  }
}

/// The steps of a delivery between which a process can die; those of `DeliveryPoint`, and finer ones.
package enum DatabricksStage: String, Sendable, CaseIterable {
  case beforeLoadCommit = "before_load_commit"
  case afterLoadCommit = "after_load_commit"
  case beforeTableCommit = "before_table_commit"
  case afterTableCommit = "after_table_commit"
  case beforeCheckpoint = "before_checkpoint"
  case afterCheckpoint = "after_checkpoint"

  /// A staged file is in the volume.
  case afterUpload = "after_upload"
  case beforeManifest = "before_manifest"
  case afterManifest = "after_manifest"
  /// A table has its new content, and nothing says so yet.
  case afterSwap = "after_swap"
  case afterSchemas = "after_schemas"
  case duringCleanup = "during_cleanup"
  case afterCleanup = "after_cleanup"
  /// The runner has taken the pipeline and not looked at what is unfinished yet.
  case afterTaking = "after_taking"
}

extension DatabricksOptions {
  func pass(_ stage: DatabricksStage) throws { try onStage?(stage) }

  var layout: DatabricksLayout {
    DatabricksLayout(
      catalog: catalog.lowercased(), schema: schema.lowercased(),
      stagingSchema: (stagingSchema ?? "\(schema)_staging").lowercased(), volume: stagingVolume.lowercased())
  }
}
