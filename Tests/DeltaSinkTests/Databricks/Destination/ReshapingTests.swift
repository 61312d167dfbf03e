import CDCCore
import TestSupport
import Testing

@testable import DeltaSink

/// Columns that are renamed, dropped and added at random, the runner dying between any two statements: each column of the
/// source has the same column of the table before and after, and a new one has a new one.
struct ReshapingTests {
  /// A table as Delta keeps it: what is in a column follows its id, not its name.
  private struct Table {
    var columns: [(name: String, id: Int)]
    var nextID: Int
    /// The shape that is written down.
    var shape: TableSchema
    var everyName: Set<String>

    init(_ shape: TableSchema) {
      self.shape = shape
      columns = shape.columns.enumerated().map { ($1.name, $0) }
      nextID = columns.count
      everyName = Set(shape.columns.map { $0.name.lowercased() })
    }

    var held: [HeldColumn] {
      var known = KnownTable(target: "t")
      known.shape = shape
      for name in everyName { known.remember(name, nil) }
      let numbers = known.numbers
      return columns.map {
        HeldColumn(name: $0.name, typeText: "bigint", number: numbers[$0.name.lowercased()])
      }
    }

    mutating func run(_ step: Reshaping.Step, _ staged: StagedTable) throws {
      switch step {
      case .mark:
        shape = staged.source
        everyName.formUnion(shape.columns.map { $0.name.lowercased() })
      case .rename(let name, let other):
        guard let place = place(name), place == self.place(other) || self.place(other) == nil else {
          throw ContractViolation("RENAME \(name) TO \(other) of \(columns)")
        }
        columns[place].name = other
      case .drop(let name):
        guard let place = place(name) else { throw ContractViolation("DROP \(name) of \(columns)") }
        columns.remove(at: place)
      case .add(let column):
        guard place(column.name) == nil else { throw ContractViolation("ADD \(column.name) to \(columns)") }
        columns.append((column.name, nextID))
        nextID += 1
      }
    }

    func place(_ name: String) -> Int? { columns.firstIndex { $0.name.lowercased() == name.lowercased() } }
    func id(_ name: String) -> Int? { place(name).map { columns[$0].id } }
  }

  private static let names = ["a", "b", "c", "d", "Name", "x y"]

  private static func change(_ shape: TableSchema, _ last: inout Int, _ random: inout SeededGenerator)
    -> TableSchema
  {
    var next = shape
    for _ in 0...Int.random(in: 0..<4, using: &random) {
      let free = names.filter { name in !next.columns.contains { $0.name == name } }
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where next.columns.count > 1:
        next.columns.remove(at: Int.random(in: 0..<next.columns.count, using: &random))
      case 1 where !free.isEmpty:
        last += 1
        next.columns.append(
          ColumnSchema(name: free.randomElement(using: &random) ?? "", type: .long, number: last))
      case 2 where !free.isEmpty:
        let place = Int.random(in: 0..<next.columns.count, using: &random)
        next.columns[place].name = free.randomElement(using: &random) ?? ""
      default:
        let (one, two) = (0, Int.random(in: 0..<next.columns.count, using: &random))
        let name = next.columns[one].name
        next.columns[one].name = next.columns[two].name
        next.columns[two].name = name
      }
    }
    return next
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func keepsWhatIsInEachColumn(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var last = 3
    var table = Table(
      TableSchema(
        name: TableName(schema: "public", name: "t"),
        columns: (1...3).map { ColumnSchema(name: Self.names[$0], type: .long, number: $0) }))
    for _ in 0..<6 {
      let shape = Self.change(table.shape, &last, &random)
      let before = Dictionary(
        table.shape.columns.map { ($0.number ?? 0, table.id($0.name) ?? -1) }
      ) { first, _ in first }
      let newest = table.nextID
      var staged = StagedTable(action: .none, table: shape, target: "t", columns: shape.columns, rows: "")
      staged.moves = ShapeChange(table.held, to: staged.liveColumns).moves
      // A runner that dies after so many statements, and one that is let finish.
      for limit in [Int.random(in: 0..<5, using: &random), Int.random(in: 0..<5, using: &random), 100] {
        var reshaping = Reshaping(staged, table.held, isMarked: table.shape.isNoted(like: staged.source))
        var count = 0
        while count < limit, let step = try reshaping.next() {
          try table.run(step, staged)
          reshaping.take(step)
          count += 1
        }
      }
      try table.run(.mark, staged)
      for column in shape.columns {
        let id = table.id(column.name)
        let old = before[column.number ?? 0]
        #expect(old.map { $0 == id } ?? (id.map { $0 >= newest } ?? false), "\(column) \(table.columns)")
      }
      #expect(!table.columns.contains { $0.name.hasPrefix(ColumnMove.prefix) })
    }
  }
}
