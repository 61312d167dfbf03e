import CDCCore
import DeltaSink
import Foundation
import TestSupport

/// A lake in a temporary folder, looked at by engines that share no code with this package.
final class LakeHarness: DestinationHarness {
  let directory: TemporaryDirectory
  let options: LocalDeltaOptions
  let engines: [Engine]

  init(_ options: LocalDeltaOptions = LocalDeltaOptions(), engines: [Engine] = Engine.forDelta) throws {
    directory = try TemporaryDirectory()
    self.options = options
    self.engines = engines
  }

  var root: String { directory.path("lake") }

  func start(_ faults: FaultPlan) async throws -> any ReadableDestination { destination(faults) }

  func destination(_ faults: FaultPlan = FaultPlan()) -> LocalDeltaDestination {
    var options = options
    options.onStage = { point in
      if let stage = DeliveryStage(rawValue: point.rawValue) { try faults.pass(stage) }
    }
    return LocalDeltaDestination(root: root, options: options)
  }

  func path(_ table: TableName) -> String { "\(root)/\(table.schema)/\(table.name)" }

  func inspect(_ table: TableSchema, _ expected: [[Value]]) async throws {
    try await Self.inspect(path(table.name), table, expected, engines)
  }

  /// Holds the Delta table at `path` against the rows expected.
  static func inspect(
    _ path: String, _ table: TableSchema, _ expected: [[Value]], _ engines: [Engine]
  ) async throws {
    guard FileManager.default.fileExists(atPath: path + "/_delta_log") else { return }
    for engine in engines {
      let found = try await LakeReader.read(delta: path, engine: engine)
      let places = try table.columns.map { column in
        guard let place = found.columns.firstIndex(where: { $0.name == column.name }) else {
          throw ContractViolation("\(engine) finds no column \(column.name) in \(table.name)")
        }
        return place
      }
      let actual = try found.rows.map { row in
        let cells = try JSONDecoder().decode([Cell].self, from: Data(row.utf8))
        return places.map { cells[$0] }
      }
      let wanted = expected.map { row in zip(row, table.columns).map { Cell($0, $1.type) } }
      var counts: [[Cell]: Int] = [:]
      for row in wanted { counts[row, default: 0] += 1 }
      for row in actual { counts[row, default: 0] -= 1 }
      if let odd = counts.first(where: { $0.value != 0 }) {
        throw ContractViolation(
          "\(engine) reads \(actual.count) rows of \(table.name), \(wanted.count) expected; "
            + "\(odd.value > 0 ? "missing" : "too many"): \(odd.key)")
      }
    }
  }
}

/// One value in the form of Python/canonical.py.
enum Cell: Hashable, Decodable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case text(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  init(_ value: Value, _ type: ColumnType) {
    switch (value, type) {
    case (.null, _): self = .null
    case (.boolean(let value), _): self = .boolean(value)
    case (.bytes(let bytes), .binary):
      self = .text("\\x" + bytes.map { String(format: "%02x", Int($0)) }.joined())
    case (.bytes(let bytes), _): self = .text(String(decoding: bytes, as: UTF8.self))
    case (.integer(let number), .decimal(_, let scale)): self = .text(Self.decimal(number, scale))
    case (.integer(let number), .date):
      self = .text(String(Self.date(Double(number) * 86400).prefix(10)))
    case (.integer(let number), .timestamp):
      let text = Self.date((Double(number) / 1e6).rounded(.down))
      let micros = String(format: "%06d", Int(((number % 1_000_000) + 1_000_000) % 1_000_000))
      self = .text(text.prefix(19) + "." + micros + "Z")
    case (.integer(let number), _): self = .integer(Int64(clamping: number))
    default: self = .text("\(value)")
    }
  }

  private static func decimal(_ number: Int128, _ scale: Int) -> String {
    var digits = String(number.magnitude)
    while digits.count <= scale { digits = "0" + digits }
    let point = digits.index(digits.endIndex, offsetBy: -scale)
    let text = scale == 0 ? digits : digits[..<point] + "." + digits[point...]
    return (number < 0 ? "-" : "") + text
  }

  private static func date(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(.iso8601)
  }
}
