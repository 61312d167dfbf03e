internal import Synchronization

/// Merge of a table that has no key, but whole rows in its log (REPLICA IDENTITY FULL): rows that are equal are told apart by
/// a number that the source does not know. A delete takes one of those that equal its row, whichever.
///
/// Rows are known by a hash of their values to which null adds nothing: a column that comes changes no row before it.
extension TableSchema {
  static let rowHash = "_cdc_row"
  static let copyNumber = "_cdc_copy"

  var withCopies: TableSchema {
    var table = self
    table.columns += [
      ColumnSchema(
        name: Self.rowHash, type: .string, isNullable: false, comment: "hash of the row's values"),
      ColumnSchema(
        name: Self.copyNumber, type: .long, isNullable: false, comment: "tells rows apart that are equal"),
    ]
    table.key = [table.columns.count - 2, table.columns.count - 1]
    return table
  }
}

/// Rows of full loads so far: a table is loaded by one process.
private let rowsLoaded = Atomic<Int64>(0)

extension RowBatch {
  /// Rows of a full load: below zero, where no position of the log is.
  var numbered: RowBatch {
    let last = rowsLoaded.add(Int64(rowCount), ordering: .relaxed).newValue
    return withCopies(hashes, (0..<Int64(rowCount)).map { $0 - last })
  }

  /// Of each row's values, in 128 bits; the same for rows that are equal.
  var hashes: [KeyHash] {
    zip(hashes(seed: RowHash.prime1), hashes(seed: RowHash.prime2)).map { KeyHash(high: $0, low: $1) }
  }

  private func hashes(seed: UInt64) -> [UInt64] {
    var sums = [UInt64](repeating: seed, count: rowCount)
    for (index, column) in table.columns.enumerated() {
      guard let form = CanonicalForm(column.type, column.type) else { continue }
      let number = UInt64(truncatingIfNeeded: column.number ?? index + 1)
      var values = [UInt64](repeating: RowHash.round(seed, number), count: rowCount)
      columns[index].mix(into: &values, type: column.type, form: form)
      for row in 0..<rowCount where !columns[index].isNull(row) {
        sums[row] &+= RowHash.avalanche(values[row])
      }
    }
    return sums.map(RowHash.avalanche)
  }

  fileprivate func withCopies(_ hashes: [KeyHash], _ copies: [Int64]) -> RowBatch {
    var texts = ByteStrings()
    for hash in hashes { texts.append(hash.digits) }
    return RowBatch(
      table: table.withCopies, rowCount: rowCount,
      columns: columns + [
        ColumnVector(count: rowCount, values: .bytes(texts)),
        ColumnVector(count: rowCount, values: .int64(copies)),
      ])
  }
}

extension KeyHash {
  /// 32 hexadecimal digits.
  fileprivate var digits: [UInt8] {
    [high, low].flatMap { word in
      (0..<16).map { place in
        let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - place * 4)) & 15
        return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
      }
    }
  }

  fileprivate init?(digits: ArraySlice<UInt8>) {
    guard digits.count == 32 else { return nil }
    var words: [UInt64] = [0, 0]
    for (place, byte) in digits.enumerated() {
      let isLetter = byte >= UInt8(ascii: "a")
      let digit = byte &- (isLetter ? UInt8(ascii: "a") &- 10 : UInt8(ascii: "0"))
      words[place / 16] = words[place / 16] << 4 | UInt64(digit & 15)
    }
    self.init(high: words[0], low: words[1])
  }
}

/// Finds for each row that goes one that equals it, among those that the package has put and those that the destination
/// holds. Memory follows the rows of the package.
struct EqualRows: Sendable {
  private let destination: any ReadableDestination
  /// The table has what commits before.
  private let position: LSN
  private var put: [KeyHash: [Int64]] = [:]
  /// By rows looked for: the numbers in the destination.
  private var held: [KeyHash: [Int64]] = [:]
  private var isTruncated = false
  /// Rows that were to go, but that are nowhere.
  private(set) var unmatched = 0
  /// The last row put: where, and how many before it at that place. Rows of a COPY share a record, which is longer than they
  /// are many.
  private var last: (position: LSN, count: Int64) = (.zero, 0)

  init(_ table: TableSchema, pipeline: String, in destination: any Destination) async throws {
    guard let readable = destination as? any ReadableDestination else {
      throw CDCError(
        .configuration,
        "The table has no key, and this destination cannot be read for the rows that its changes remove. Use the write "
          + "disposition append for it.", table: table.name)
    }
    self.destination = readable
    position = try await readable.position(of: table.name, pipeline: pipeline) ?? .zero
  }

  mutating func truncate(_ transaction: TransactionRun) {
    guard transaction.commitLSN >= position else { return }
    put = [:]
    held = [:]
    isTruncated = true
  }

  /// Changes by key, of changes by whole rows; nil where the table has them all.
  mutating func delivered(_ batch: ChangeBatch) async throws -> ChangeBatch? {
    if batch.rowCount == 0 { return batch.withCopies([], [], []) }
    guard let batch = batch.skipping(before: position) else { return nil }
    let hashes = batch.rows.hashes
    let removed = batch.operations.indices.filter { batch.operations[$0].removesRow }.map { hashes[$0] }
    try await look(for: Set(removed).filter { held[$0] == nil }, batch.table)
    var (rows, copies, operations): ([Int32], [Int64], [Operation]) = ([], [], [])
    for row in 0..<batch.rowCount {
      if batch.operations[row].removesRow {
        guard let copy = put[hashes[row]]?.popLast() ?? held[hashes[row]]?.popLast() else {
          unmatched += 1
          continue
        }
        copies.append(copy)
        operations.append(.delete)
      } else {
        let position = batch.positions[row]
        last = (position, position == last.position ? last.count + 1 : 0)
        let copy = Int64(bitPattern: position.rawValue) + last.count
        put[hashes[row], default: []].append(copy)
        copies.append(copy)
        operations.append(.insert)
      }
      rows.append(Int32(row))
    }
    return batch.withCopies(rows, rows.map { hashes[Int($0)] }, copies, operations)
  }

  private mutating func look(for rows: Set<KeyHash>, _ table: TableSchema) async throws {
    guard !rows.isEmpty, !isTruncated else { return }
    for row in rows { held[row] = [] }
    guard try await destination.schema(of: table.name) != nil else { return }
    let found = FoundRows()
    let names = [TableSchema.rowHash, TableSchema.copyNumber]
    try await destination.read(table.name, columns: names) { batch in
      guard batch.columns.count == 2, case .bytes(let texts) = batch.columns[0].values,
        case .int64(let copies) = batch.columns[1].values
      else { return }
      var numbers: [(KeyHash, Int64)] = []
      for row in 0..<batch.rowCount {
        if let hash = KeyHash(digits: texts[row]), rows.contains(hash) { numbers.append((hash, copies[row])) }
      }
      await found.add(numbers)
    }
    for (row, copy) in await found.numbers { held[row, default: []].append(copy) }
  }
}

private actor FoundRows {
  private(set) var numbers: [(KeyHash, Int64)] = []
  func add(_ more: [(KeyHash, Int64)]) { numbers += more }
}

extension ChangeBatch {
  fileprivate func withCopies(
    _ kept: [Int32], _ hashes: [KeyHash], _ copies: [Int64], _ operations: [Operation] = []
  ) -> ChangeBatch {
    ChangeBatch(
      rows: rows.gather(kept).withCopies(hashes, copies), operations: operations,
      positions: kept.map { positions[Int($0)] }, transactions: transactions.remapped(to: kept))
  }
}
