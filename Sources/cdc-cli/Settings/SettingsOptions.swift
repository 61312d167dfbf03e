internal import ArgumentParser
internal import Logging

/// The flags that every command shares.
struct SettingsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The PostgreSQL server: a URL or keyword string as libpq takes it; without it, PG* decide.",
      valueName: "connection"))
  var source: String?

  @Option(
    help: ArgumentHelp(
      "Where the tables go: lake or databricks. (default: databricks where a catalog or a host is set, else lake)",
      valueName: "destination"))
  var destination: String?

  @Option(
    help: ArgumentHelp(
      "The folder of the Delta tables; a table lies at LAKE/SCHEMA/TABLE. (default: ./lake)",
      valueName: "folder"))
  var lake: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Tables, * for any characters: 'public.*'. (default: public.*)", valueName: "pattern"))
  var tables: [String] = []

  @Option(
    help: ArgumentHelp(
      "Names slot, publication and checkpoint. (default: cdc; on Databricks CATALOG__DATASET)",
      valueName: "name"))
  var pipeline: String?

  @Option(
    help: ArgumentHelp(
      "What a table's changes become: merge, append, soft_delete, scd2, insert_only or replace.",
      valueName: "disposition"))
  var write: String?

  @Option(help: ArgumentHelp("How rows are merged: deletion_vectors or copy_on_write.", valueName: "style"))
  var merge: String?

  @Option(
    help: ArgumentHelp("Connections that read a full load side by side. (default: 2)", valueName: "number"))
  var readers: String?

  @OptionGroup(title: "Databricks") var databricks: DatabricksFlags

  @Option(help: ArgumentHelp("The settings file. (default: cdc.toml, where one lies)", valueName: "file"))
  var config: String?

  @Flag(name: .shortAndLong, help: "Also log what happens on the way.")
  var verbose = false

  var layer: SettingsLayer {
    var layer = SettingsLayer()
    let texts: [(SettingKey, String?)] = [
      (.source, source), (.destination, destination), (.lake, lake), (.pipeline, pipeline), (.write, write),
      (.merge, merge), (.readers, readers),
    ]
    for (key, text) in texts + databricks.texts {
      layer.values[key] = text.map { Setting(texts: [$0], origin: key.flag) }
    }
    if !tables.isEmpty { layer.values[.tables] = Setting(texts: tables, origin: "--tables") }
    return layer
  }

  /// - Parameter mode: what `--mode` said, each time that it was given.
  func load(mode: [String] = []) throws -> Settings {
    StderrLog.bootstrap(level: verbose ? .info : .error)
    var layer = layer
    if Set(mode).count > 1 {
      throw UsageError(
        "--mode was given as \(mode.joined(separator: " and as ")), but a run is either full_load or cdc: pass one."
      )
    }
    layer.values[.mode] = mode.first.map { Setting(texts: [$0], origin: "--mode") }
    return try Settings.load(flags: layer, file: config)
  }
}
