import TestSupport
import Testing

@testable import DeltaSink

@Suite struct ConcurrencyTests {
  @Test func eachVersionIsWrittenOnce() async throws {
    let table = try DeltaTestTable()
    let wins = try await withThrowingTaskGroup(of: [Int].self) { group in
      for writer in 0..<8 {
        group.addTask {
          try (0..<20).filter { try table.store.putIfAbsent($0, Array("\(writer)".utf8)) }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(wins.sorted() == Array(0..<20))
    // Nothing but commits is left.
    #expect(try PosixDirectory.list(table.store.logPath)?.count == 20)
  }

  @Test func appendsOfSeveralWritersAllArrive() async throws {
    let table = try DeltaTestTable()
    let start = try table.create()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          var snapshot = start
          for number in 0..<5 {
            var append = DeltaTransaction(on: snapshot, operation: "WRITE", isBlindAppend: true)
            append.add(CommitTests.file("\(writer)-\(number)"))
            append.setTransaction(appID: "writer \(writer)", version: Int64(number))
            snapshot = try append.commitRebasing(attempts: 100)
          }
        }
      }
      try await group.waitForAll()
    }
    let snapshot = try #require(try DeltaSnapshot.load(table.store))
    #expect(snapshot.version == 40)
    #expect(snapshot.fileCount == 40)
    #expect(snapshot.transactions.count == 8)
    #expect(snapshot.transactions.values.allSatisfy { $0.version == 4 })
  }

  /// What another writer does between our reading and our commit, what we do, and whether both can stand.
  static let races:
    [(String, @Sendable (inout DeltaTransaction) throws -> Void, DeltaTransaction.Conflict?, Bool)] = [
      ("append beside our append", { $0.add(CommitTests.file("theirs")) }, nil, true),
      ("append beside our merge", { $0.add(CommitTests.file("theirs")) }, .rowsAdded, false),
      (
        "compaction of files we do not touch",
        { transaction in
          var moved = CommitTests.file("moved")
          moved.dataChange = false
          transaction.remove(CommitTests.file("c"), at: 1, dataChange: false)
          transaction.add(moved)
        }, nil, false
      ),
      (
        "compaction of the file we change", { $0.remove(CommitTests.file("a"), at: 1, dataChange: false) },
        .fileChanged("a"), false
      ),
      (
        "a deletion vector on the file we change",
        { try $0.setDeletionVector(DeletionVector(rows: [1]).inlined(), of: CommitTests.file("a"), at: 1) },
        .fileChanged("a"), false
      ),
      ("our own second run", { $0.setTransaction(appID: "app", version: 1) }, .sameApplication("app"), true),
      (
        "a new schema",
        { transaction in if let metadata = transaction.metadata { transaction.setMetadata(metadata) } },
        .metadataChanged, true
      ),
    ]

  @Test(arguments: races.indices)
  func aLostRaceSaysWhetherThereIsRoom(_ index: Int) throws {
    let (_, theirs, expected, isAppend) = Self.races[index]
    let table = try DeltaTestTable()
    var base = DeltaTransaction(on: try table.create(), operation: "WRITE", isBlindAppend: true)
    base.add([CommitTests.file("a"), CommitTests.file("b"), CommitTests.file("c")])
    let snapshot = try base.committed()

    var ours = DeltaTransaction(on: snapshot, operation: "MERGE", isBlindAppend: isAppend)
    ours.setTransaction(appID: "app", version: 1)
    ours.add(CommitTests.file("ours"))
    if !isAppend { ours.remove(try #require(snapshot.file(at: "a")), at: 1) }
    var winner = DeltaTransaction(on: snapshot, operation: "X", isBlindAppend: false)
    try theirs(&winner)
    _ = try winner.committed()

    guard case .conflict(2) = try ours.commit() else {
      Issue.record("version 2 was taken")
      return
    }
    switch try ours.rebased() {
    case .conflict(let conflict): #expect(conflict == expected)
    case .rebased(let rebased):
      #expect(expected == nil)
      let result = try rebased.committed()
      #expect(result.version == 3)
      #expect(result.file(at: "ours") != nil)
    }
    if expected != nil {
      let error = #expect(throws: DeltaError.self) { try ours.commitRebasing() }
      #expect(error?.code == .conflict)
    }
  }

  @Test func twoCreatorsMakeOneTable() throws {
    let table = try DeltaTestTable()
    let second = DeltaTransaction(creating: DeltaTestTable.metadata(), in: table.store)
    try table.create()
    guard case .conflict(0) = try second.commit(), case .conflict(.tableCreated) = try second.rebased() else {
      Issue.record("the table was there")
      return
    }
  }
}
