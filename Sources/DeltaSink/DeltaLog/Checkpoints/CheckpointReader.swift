import CDCCore

/// Reads the actions of a classic checkpoint file, or of one part of one, whoever wrote it.
enum CheckpointReader {
  private static let actions: Set<String> = [
    "txn", "add", "remove", "metaData", "protocol", "domainMetadata",
  ]
  /// Columns that only checkpoints of the V2 spec fill.
  private static let v2Actions: Set<String> = ["sidecar", "checkpointMetadata"]

  static func read(_ path: String) throws -> [Action] {
    let file = try ParquetFileReader(path: path)
    let wanted = file.columns.indices.filter {
      actions.contains(file.columns[$0].name) || v2Actions.contains(file.columns[$0].name)
    }
    do {
      return try file.rowGroups.indices.flatMap { group in
        let vectors = try file.read(columns: wanted, rowGroup: group)
        let named = zip(wanted, vectors).compactMap { position, vector in
          CheckpointFields(file.columns[position], vector).map { (file.columns[position].name, $0) }
        }
        return try (0..<file.rowGroups[group].rowCount).compactMap { try action(named, $0) }
      }
    } catch let error as CheckpointFields.Damaged {
      throw damaged(path, "the field \(error.field) is missing or of another type")
    } catch let error as JSONReader.Malformed {
      throw damaged(path, error.description)
    }
  }

  private static func damaged(_ path: String, _ what: String) -> DeltaError {
    DeltaError(.corruptLog, "The checkpoint is not what the Delta protocol says: \(what).", path: path)
  }

  private static func action(_ columns: [(String, CheckpointFields)], _ row: Int) throws -> Action? {
    guard let (name, fields) = columns.first(where: { !$0.1.isNull(row) }) else { return nil }
    switch name {
    case "add": return .add(try AddFile(fields, row))
    case "remove": return .remove(try RemoveFile(fields, row))
    case "txn": return .setTransaction(try SetTransaction(fields, row))
    case "metaData": return .metadata(try Metadata(fields, row))
    case "protocol": return .protocolAction(try ProtocolAction(fields, row))
    case "domainMetadata": return .domainMetadata(try DomainMetadata(fields, row))
    default:
      throw DeltaError(
        .unsupportedFeature,
        "The table's checkpoint is of the V2 spec (v2Checkpoint), which this package cannot read.")
    }
  }
}
