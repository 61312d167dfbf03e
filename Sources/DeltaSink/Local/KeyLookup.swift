import CDCCore
import Synchronization

/// Finds the rows of a table that hold any of a set of keys, reading nothing but key columns, and of those only what
/// statistics of files, row groups and pages cannot rule out.
struct KeyLookup: Sendable {
  let table: LocalTable
  let snapshot: DeltaSnapshot
  let probe: KeyProbe
  let bounds: KeyBounds
  /// The key's columns as data files name them, in the key's order.
  private let names: [String]
  /// The first one's position in the schema, for statistics; nil where the table did not have it yet.
  private let firstColumn: Int?
  private let tasks: Int

  /// - Parameter names: the key's columns as data files name them.
  init(
    _ table: LocalTable, _ snapshot: DeltaSnapshot, names: [String], probe: KeyProbe, bounds: KeyBounds,
    tasks: Int
  ) {
    self.table = table
    self.snapshot = snapshot
    self.probe = probe
    self.bounds = bounds
    self.tasks = max(tasks, 1)
    self.names = names
    firstColumn = snapshot.schema.fields.firstIndex { $0.physicalName == names.first }
  }

  private struct Unit: Sendable {
    let file: Int
    let reader: ParquetFileReader
    let rowGroup: Int
  }

  /// - Returns: by file (position in `snapshot.files`) the rows, ascending, without those that are deleted already.
  func find() async throws -> [FileMatches] {
    let files = snapshot.files
    let units = try self.units(files)
    if units.isEmpty { return [] }
    let found = try await scan(units)
    var byFile: [Int: KeyMatches] = [:]
    for (unit, matches) in zip(units, found) where !matches.rows.isEmpty {
      byFile[unit.file, default: KeyMatches()].rows += matches.rows
      byFile[unit.file, default: KeyMatches()].entries += matches.entries
    }
    return try byFile.sorted { $0.key < $1.key }.compactMap { position, matches in
      let live = try table.deletionVector(of: files[position]).map { matches.without($0) } ?? matches
      return live.rows.isEmpty ? nil : FileMatches(file: files[position], matches: live)
    }
  }

  private func units(_ files: [AddFile]) throws -> [Unit] {
    var units: [Unit] = []
    for (position, file) in files.enumerated() where try mayHold(file) {
      let reader = try table.reader(of: file.path)
      let column = reader.columnIndex(named: names[0])
      for (group, content) in reader.rowGroups.enumerated() {
        if let column, let statistics = content.statistics[column], !mayHold(statistics) { continue }
        units.append(Unit(file: position, reader: reader, rowGroup: group))
      }
    }
    return units
  }

  private func mayHold(_ file: AddFile) throws -> Bool {
    guard let firstColumn, let statistics = try file.statistics(snapshot.schema, columns: [firstColumn]),
      let min = statistics.columns[firstColumn].min, let max = statistics.columns[firstColumn].max
    else { return true }
    return bounds.admits(min, max)
  }

  private func mayHold(_ statistics: ColumnStatistics) -> Bool {
    guard let min = statistics.min, let max = statistics.max else { return true }
    return bounds.admits(min, max)
  }

  private func scan(_ units: [Unit]) async throws -> [KeyMatches] {
    let workers = min(tasks, units.count)
    if workers == 1 { return try units.map(scan) }
    let queue = UnitQueue(units.count)
    return try await withThrowingTaskGroup(of: [(Int, KeyMatches)].self) { group in
      for _ in 0..<workers {
        group.addTask {
          var found: [(Int, KeyMatches)] = []
          while let unit = queue.take() {
            found.append((unit, try self.scan(units[unit])))
          }
          return found
        }
      }
      var all = [KeyMatches](repeating: KeyMatches(), count: units.count)
      for try await found in group {
        for (unit, matches) in found { all[unit] = matches }
      }
      return all
    }
  }

  private func scan(_ unit: Unit) throws -> KeyMatches {
    var matches = KeyMatches()
    let group = unit.reader.rowGroups[unit.rowGroup]
    let columns = names.map { unit.reader.columnIndex(named: $0) }
    // A file from before a column of the key was added holds none of the keys.
    guard !columns.contains(nil) else { return matches }
    let first = Int(group.firstRow)
    if columns.count == 1, let column = columns[0], unit.reader.columns[column].children.isEmpty {
      let chunk = try unit.reader.pages(column: column, rowGroup: unit.rowGroup)
      for (number, page) in chunk.pages.enumerated() {
        if let statistics = page.statistics, !mayHold(statistics) { continue }
        probe.find(
          in: [try chunk.vector(ofPage: number)], rowCount: page.rowCount, firstRow: first + page.firstRow,
          into: &matches)
      }
    } else {
      probe.find(
        in: try unit.reader.read(columns: columns.compactMap(\.self), rowGroup: unit.rowGroup),
        rowCount: group.rowCount, firstRow: first, into: &matches)
    }
    return matches
  }
}

/// Hands out numbers to the tasks that work side by side.
private final class UnitQueue: Sendable {
  private let next = Atomic<Int>(0)
  private let count: Int

  init(_ count: Int) { self.count = count }

  func take() -> Int? {
    let unit = next.add(1, ordering: .relaxed).oldValue
    return unit < count ? unit : nil
  }
}

/// Rows of one file of a snapshot that hold keys looked for.
struct FileMatches: Sendable {
  let file: AddFile
  var matches: KeyMatches
}

extension KeyMatches {
  func without(_ deleted: DeletionVector) -> KeyMatches {
    guard let first = rows.first, let last = rows.last else { return self }
    let gone = deleted.rows(in: Int(first)..<(Int(last) + 1))
    if gone.isEmpty { return self }
    var kept = KeyMatches()
    var next = 0
    for (row, entry) in zip(rows, entries) {
      while next < gone.count, gone[next] < Int(row) { next += 1 }
      if next < gone.count, gone[next] == Int(row) { continue }
      kept.rows.append(row)
      kept.entries.append(entry)
    }
    return kept
  }
}
