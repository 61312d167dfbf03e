/// Third pass: fetches the few rows that are to be named, finds the columns that differ, and writes out their keys.
struct NamedRows: Sendable {
  private let alignment: ColumnAlignment
  private let wanted: [DifferingRows.Row]
  private let keys: Set<KeyHash>
  private var source: [KeyHash: RowBatch] = [:]
  private var destination: [KeyHash: RowBatch] = [:]

  init(_ rows: [DifferingRows.Row], _ alignment: ColumnAlignment) {
    wanted = rows
    keys = Set(rows.map(\.key))
    self.alignment = alignment
  }

  mutating func add(_ batch: RowBatch, _ fingerprints: RowFingerprints, side: RowFingerprints.Side) {
    for (row, key) in fingerprints.keys.enumerated() where keys.contains(key) {
      let single = batch.gather([Int32(row)])
      if side == .source { source[key] = single } else { destination[key] = single }
    }
  }

  var differences: [RowDifference] {
    wanted.map { row in
      RowDifference(
        kind: row.kind, key: keyText(row.key), columns: row.kind == .different ? columns(row.key) : [])
    }
  }

  private func keyText(_ key: KeyHash) -> String {
    guard alignment.hasKey else { return "row with hash \(String(key.high, radix: 16))" }
    let side: RowFingerprints.Side = source[key] != nil ? .source : .destination
    guard let row = source[key] ?? destination[key] else {
      return "key with hash \(String(key.high, radix: 16))"
    }
    return alignment.key.map { pair in
      let column = side == .source ? pair.source : pair.destination
      let text = row.columns[column].value(at: 0).text(as: row.table.columns[column].type)
      return "\(pair.name)=\(text)"
    }
    .joined(separator: ", ")
  }

  private func columns(_ key: KeyHash) -> [String] {
    guard let a = source[key], let b = destination[key] else { return [] }
    return alignment.rest.filter { pair in
      hash(a, pair.source, pair.form) != hash(b, pair.destination, pair.form)
    }
    .map(\.name)
  }

  private func hash(_ row: RowBatch, _ column: Int, _ form: CanonicalForm) -> UInt64 {
    var states: [UInt64] = [0]
    row.columns[column].mix(into: &states, type: row.table.columns[column].type, form: form)
    return states[0]
  }
}
