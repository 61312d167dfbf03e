internal import ArgumentParser
internal import CDCCore

struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Shows a table of the destination: columns, size, versions, first rows."
  )

  @Argument(help: ArgumentHelp("The table: SCHEMA.TABLE, or TABLE of schema public.", valueName: "table"))
  var table: String
  @Option(help: ArgumentHelp("How many rows to show.", valueName: "number")) var rows = 5
  @Option(help: ArgumentHelp("How many versions to show.", valueName: "number")) var versions = 5
  @Flag(help: "Print what there is to say, except the rows, as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load()
    let target = try Composition.target(settings)
    let parts = table.split(separator: ".", maxSplits: 1).map(String.init)
    let name =
      parts.count == 2
      ? TableName(schema: parts[0], name: parts[1])
      : TableName.own.first { $0.name == table } ?? TableName(schema: "public", name: table)
    guard let found = try await target.describe(name) else {
      throw UsageError(
        "There is no table \(name) in \(target.name). Give it as SCHEMA.TABLE as the source spells it; "
          + "if it was never loaded, run cdc run --mode full_load --tables '\(name)'.")
    }
    let history = try await target.history(of: name, limit: versions)
    if json { return try JSONOutput.print(Inspection(found, history)) }
    show(found, history)
    if rows > 0, let first = try await target.firstRows(of: name, limit: rows) {
      Terminal.print("\n" + text(first))
    }
  }

  private func show(_ table: TableDescription, _ history: [TableVersion]) {
    var columns = TextTable(("column", .left), ("type", .left), ("key", .left))
    for (index, column) in table.schema.columns.enumerated() {
      let key = table.schema.key.firstIndex(of: index).map { "key \($0 + 1)" } ?? ""
      columns.append(column.name, column.type.description, key)
    }
    var versions = TextTable(("version", .right), ("time", .left), ("operation", .left))
    for version in history {
      versions.append("\(version.version)", version.time ?? "", version.operation ?? "")
    }
    let rows = table.rows.map { plural($0, "row") } ?? "an unknown number of rows"
    Terminal.print("\(table.schema.name) in \(table.place)")
    Terminal.print("\(rows) in \(plural(table.files, "file")), \(bytes(table.bytes))\n")
    Terminal.print(columns.text + "\n\n" + versions.text)
  }

  private func text(_ rows: RowBatch) -> String {
    let columns = rows.table.columns
    var table = TextTable(headings: columns.map { ($0.name, $0.type.isNumber ? .right : .left) })
    table.rows = (0..<rows.rowCount).map { row in
      zip(rows.columns, columns).map { cell($0.value(at: row).text(as: $1.type)) }
    }
    return table.text
  }
}

/// One line, and not too long a one.
private func cell(_ text: String) -> String {
  let line = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
  return line.count > 40 ? line.prefix(39) + "…" : line
}

extension ColumnType {
  fileprivate var isNumber: Bool {
    switch self {
    case .short, .int, .long, .float, .double, .decimal: true
    default: false
    }
  }
}

private struct Inspection: Encodable {
  struct Column: Encodable {
    let name: String
    let type: String
    let isKey: Bool
  }

  struct Version: Encodable {
    let version: Int
    let time: String?
    let operation: String?
  }

  let table: String
  let place: String
  let version: Int
  let files: Int
  let bytes: Int
  let rows: Int?
  let columns: [Column]
  let versions: [Version]

  init(_ found: TableDescription, _ history: [TableVersion]) {
    table = found.schema.name.description
    place = found.place
    version = found.version
    files = found.files
    bytes = found.bytes
    rows = found.rows
    columns = found.schema.columns.enumerated().map { index, column in
      Column(name: column.name, type: column.type.description, isKey: found.schema.key.contains(index))
    }
    versions = history.map {
      Version(version: $0.version, time: $0.time, operation: $0.operation)
    }
  }
}
