internal import ArgumentParser
internal import FoundationEssentials
internal import PGWire

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Writes a cdc.toml with every setting explained.",
    discussion: "Never replaces a file. Secrets do not belong into it: the file says where they go.")

  @Argument(help: ArgumentHelp("The file to write.", valueName: "file")) var file = "cdc.toml"
  @Flag(
    help: ArgumentHelp(
      "Write no file, but print the SQL of an event trigger with which every change of a definition is followed exactly."
    ))
  var ddlTrigger = false

  func run() throws {
    if ddlTrigger {
      let path = FileManager.default.fileExists(atPath: file) ? file : nil
      let settings = try Settings.load(flags: SettingsLayer(), file: path)
      return Terminal.print(try PostgresSource.definitionTrigger(pipeline: settings.pipeline))
    }
    guard !FileManager.default.fileExists(atPath: file) else {
      throw UsageError(
        "\(file) is there already, and init never replaces a file. Name another: cdc init FILE.")
    }
    guard FileManager.default.createFile(atPath: file, contents: Data(Self.template.utf8)) else {
      throw UsageError("\(file) cannot be written. Check the folder and its permissions.")
    }
    Terminal.print("Wrote \(file). Set source and destination in it, then run cdc check.")
  }

  /// Valid as it is: everything that has a default is commented out.
  static let template = """
    # Settings of cdc. Flags and environment variables win over this file, and this file over .dlt/secrets.toml.

    # The PostgreSQL server. Without it PGHOST, PGDATABASE, PGSERVICE … decide; passwords belong into PGPASSWORD or .pgpass.
    # source = "postgresql://loader@localhost/shop"

    # Where the tables go: lake (a folder) or databricks. Without it, databricks where a catalog or a host is set.
    # destination = "lake"
    # lake = "./lake"

    # Names slot, publication and checkpoint. On Databricks the default follows from catalog and schema, so that dev, qa and
    # prod can read one database side by side.
    # pipeline = "cdc"

    # Which tables; * stands for any characters.
    # tables = ["public.*"]

    # What changes become: merge (the default with a key), append, soft_delete, scd2, insert_only, replace (by full loads
    # only).
    # write = "merge"

    # readers = 2               # connections that read a full load side by side
    # package_rows = 200000     # a package of changes is closed by the first limit that is reached;
    # package_megabytes = 32    # a transaction is never split
    # package_seconds = 5
    # merge = "deletion_vectors" # a lake only: or copy_on_write
    # mask_salt = "env:MY_SALT" # what the mask sha256 mixes in; CDC_MASK_SALT
    # removed_tables = "keep"    # what becomes of the copy of a table that the source drops or no longer lists; or drop

    # What else of the log is taken, and what is not: see docs/LOG.md.
    # messages = ["*"]           # prefixes of logical messages that become rows of the table _cdc_messages
    # ignore_origins = ["*"]     # replication origins whose transactions are passed over
    # ignore_deletes = "cdc.ignore_deletes"   # behind a message with this prefix a transaction deletes in the source only

    # What happens to what a table's copy does not foresee: freeze (stop), discard_value, discard_row (quarantine) or evolve.
    # [contract]
    # tables = "evolve"         # new tables that match a pattern
    # columns = "evolve"        # new columns
    # data_type = "freeze"      # values that a column's type cannot hold

    # [databricks]
    # host = "https://dbc-1234.cloud.databricks.com"    # DATABRICKS_HOST
    # warehouse_id = "0123456789abcdef"                 # DATABRICKS_WAREHOUSE_ID; or http_path, DATABRICKS_HTTP_PATH
    # catalog = "dev_shop"                              # TARGET_CATALOG, --catalog
    # schema = "sales"                                  # TARGET_DATASET, --dataset
    # staging_schema = "sales_staging"
    # staging_volume = "cdc"
    # profile = "DEV"           # of ~/.databrickscfg; else DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or
    #                           # DATABRICKS_TOKEN, from the environment

    # [[table]]
    # pattern = "public.event_log"
    # write = "append"
    # key = ["event_id"]
    # [table.contract]
    # data_type = "discard_value"     # a value that does not fit becomes null; the default, freeze, stops
    # [table.columns.amount]
    # type = "decimal(18,2)"
    # [table.columns.email]
    # mask = "sha256"           # or null, or constant with constant = "…": the value itself never leaves this machine

    """
}
