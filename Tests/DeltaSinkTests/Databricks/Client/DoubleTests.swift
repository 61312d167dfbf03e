/// The client against the double: Spark's own parser, real tables, real files.
import CDCCore
import DeltaSink
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(3))) struct DoubleTests {
  /// A client of the double's administrator.
  private func client(
    _ double: DatabricksDouble, _ credentials: DatabricksCredentials? = nil
  ) throws -> WorkspaceClient {
    let admin = double.admin
    return try WorkspaceClient(
      DatabricksWorkspace(
        host: double.host,
        credentials: credentials ?? .oauthM2M(clientID: admin.clientID, secret: Secret(admin.clientSecret))))
  }

  private func warehouse(_ double: DatabricksDouble) throws -> SQLWarehouse {
    SQLWarehouse(try client(double), warehouseID: double.warehouseID, tags: ["job": "test"])
  }

  @Test func aStatementGivesItsRows() async throws {
    let double = try await DatabricksDouble.shared()
    let result = try await warehouse(double).execute(
      "SELECT :number + 1 AS n, :text AS t, CAST(NULL AS STRING) AS nothing",
      parameters: [SQLParameter("number", "41", type: "BIGINT"), SQLParameter("text", "it's \"ü\"")])
    #expect(result.columns.map(\.name) == ["n", "t", "nothing"])
    #expect(result.columns.map(\.typeText) == ["BIGINT", "STRING", "STRING"])
    #expect(result.rows == [["42", "it's \"ü\"", nil]])
  }

  @Test func aMergeTellsHowManyRowsItChanged() async throws {
    let double = try await DatabricksDouble.shared()
    let warehouse = try warehouse(double)
    try await double.withSchema { schema in
      let table = "\(double.catalog).\(schema).t"
      try await warehouse.execute("CREATE TABLE \(table) (id BIGINT, v STRING) USING DELTA")
      try await warehouse.execute("INSERT INTO \(table) VALUES (1, 'a'), (2, 'b')")
      let result = try await warehouse.execute(
        """
        MERGE INTO \(table) t USING (SELECT 2 AS id, 'c' AS v UNION ALL SELECT 3, 'd') s ON t.id = s.id
        WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)
        """)
      #expect(result.affectedRows == 2)
      let rows = try await warehouse.execute("SELECT id, v FROM \(table) ORDER BY id").rows
      #expect(rows == [["1", "a"], ["2", "c"], ["3", "d"]])
    }
  }

  @Test func aLargeResultComesChunkByChunk() async throws {
    let double = try await DatabricksDouble.shared()
    var count = 0
    var sum = 0
    let columns = try await warehouse(double).rows("SELECT id FROM range(0, 200000)") { rows in
      count += rows.count
      sum += rows.reduce(0) { $0 + (Int(($1.first ?? nil) ?? "") ?? 0) }
    }
    #expect(columns.map(\.name) == ["id"])
    #expect(count == 200_000)
    #expect(sum == 200_000 * 199_999 / 2)
  }

  @Test func aWrongStatementFailsWithItsClassAndState() async throws {
    let double = try await DatabricksDouble.shared()
    let warehouse = try warehouse(double)
    let missing = await #expect(throws: DatabricksError.self) {
      try await warehouse.execute("SELECT * FROM main.default.no_such_table")
    }
    #expect(missing?.errorCode == "TABLE_OR_VIEW_NOT_FOUND")
    #expect(missing?.sqlState == "42P01")
    #expect(missing?.code == .notFound)
    #expect(missing?.statementID != nil)
    #expect(missing?.isRetryable == false)
    let wrong = await #expect(throws: DatabricksError.self) {
      try await warehouse.execute("SELEC 'secret value'")
    }
    #expect(wrong?.errorCode == "PARSE_SYNTAX_ERROR")
    #expect(wrong?.code == .statementFailed)
    #expect(wrong.map { !"\($0)".contains("secret value") } == true)
  }

  @Test func aConflictIsRunAgain() async throws {
    let double = try await DatabricksDouble.shared()
    let warehouse = try warehouse(double)
    try await double.withSchema { schema in
      let table = "\(double.catalog).\(schema).t"
      try await warehouse.execute("CREATE TABLE \(table) (id BIGINT) USING DELTA")
      let fault = try await double.inject(
        DatabricksFault(sql: "INSERT INTO \(table)", times: 2).with { $0.statement = "conflict" })
      try await warehouse.execute("INSERT INTO \(table) VALUES (1)")
      #expect(try await double.hits(of: fault) == 2)
      #expect(try await warehouse.execute("SELECT count(*) FROM \(table)").rows == [["1"]])
    }
  }

  @Test func aLostAnswerIsAnErrorUnlessTheStatementMayBeReplayed() async throws {
    let double = try await DatabricksDouble.shared()
    let warehouse = try warehouse(double)
    try await double.withSchema { schema in
      let table = "\(double.catalog).\(schema).t"
      try await warehouse.execute("CREATE TABLE \(table) (id BIGINT) USING DELTA")
      try await double.inject(DatabricksFault(sql: "INSERT INTO \(table)").with { $0.drop = "after" })
      let lost = await #expect(throws: DatabricksError.self) {
        try await warehouse.execute("INSERT INTO \(table) VALUES (1)")
      }
      #expect(lost?.code == .answerLost)
      // It was not sent again behind our back.
      #expect(try await double.requests(method: "POST", sql: "INSERT INTO \(table)").count == 1)
      #expect(try await warehouse.execute("SELECT count(*) FROM \(table)").rows == [["1"]])

      try await double.inject(DatabricksFault(sql: "INSERT INTO \(table)").with { $0.drop = "after" })
      try await warehouse.execute("INSERT INTO \(table) VALUES (2)", isReplayable: true)
      #expect(try await warehouse.execute("SELECT count(*) FROM \(table) WHERE id = 2").rows == [["2"]])
    }
  }

  @Test func filesGoThereAndBack() async throws {
    let double = try await DatabricksDouble.shared()
    let files = VolumeFiles(try client(double, .token(Secret(double.admin.token))))
    try await double.withSchema { schema in
      try await double.execute("CREATE VOLUME \(double.catalog).\(schema).stage")
      let root = "/Volumes/\(double.catalog)/\(schema)/stage/load"
      #expect(try await files.list(root) == nil)
      let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try await files.upload(root + "/a b/ü/x+y%20.bin", .bytes(bytes), overwrite: false)
      #expect(try await files.download(root + "/a b/ü/x+y%20.bin") == bytes)
      let again = await #expect(throws: DatabricksError.self) {
        try await files.upload(root + "/a b/ü/x+y%20.bin", .bytes([1]), overwrite: false)
      }
      #expect(again?.code == .alreadyExists)
      try await withTemporaryDirectory { directory in
        let path = directory.path("source")
        try Array("from a file".utf8).write(to: path)
        try await files.upload(root + "/part", .file(path), overwrite: true)
        #expect(try await files.download(root + "/part") == Array("from a file".utf8))
      }
      let entries = try #require(try await files.list(root))
      #expect(Set(entries.map(\.name)) == ["a b", "part"])
      #expect(entries.first { $0.name == "part" }?.size == 11)
      #expect(entries.first { $0.name == "a b" }?.isDirectory == true)
      try await files.delete(root + "/part")
      try await files.delete(root + "/part")
      #expect(try await files.download(root + "/part") == nil)
      try await files.deleteTree(root)
      #expect(try await files.list(root) == nil)
      try await files.deleteTree(root)
    }
  }

  @Test func aDirectoryOfManyFilesIsListedWhole() async throws {
    let double = try await DatabricksDouble.shared()
    let files = VolumeFiles(try client(double))
    try await double.withSchema { schema in
      try await double.execute("CREATE VOLUME \(double.catalog).\(schema).stage")
      let root = "/Volumes/\(double.catalog)/\(schema)/stage/many"
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<1010 {
          if number >= 16 { try await group.next() }
          group.addTask { try await files.upload("\(root)/f\(number)", .bytes([1]), overwrite: true) }
        }
        try await group.waitForAll()
      }
      #expect(try await files.list(root)?.count == 1010)
      try await files.deleteTree(root)
      #expect(try await files.list(root) == nil)
    }
  }

  @Test func aCheckLearnsWhoAsksAndWhatTheWarehouseDoes() async throws {
    let double = try await DatabricksDouble.shared()
    let client = try client(double)
    #expect(try await !client.currentUser().userName.isEmpty)
    #expect(try await client.warehouse(double.warehouseID).id == double.warehouseID)
    let missing = await #expect(throws: DatabricksError.self) { try await client.warehouse("nothere") }
    #expect(missing?.code == .notFound || missing?.code == .invalidRequest)
  }

  @Test func credentialsThatAreWrongAreRefused() async throws {
    let double = try await DatabricksDouble.shared()
    for credentials: DatabricksCredentials in [
      .token("dapi-not-a-token-at-all"),
      .oauthM2M(clientID: double.admin.clientID, secret: "not-the-secret"),
    ] {
      let client = try client(double, credentials)
      let error = await #expect(throws: DatabricksError.self) { try await client.currentUser() }
      #expect(error?.code == .unauthenticated)
      #expect(error.map { !"\($0)".contains("not-") } == true)
    }
  }

  @Test func anExpiredTokenIsRenewedOnceForAllCallers() async throws {
    let double = try await DatabricksDouble.shared()
    let principal = try await double.newPrincipal(admin: true)
    let client = try client(
      double, .oauthM2M(clientID: principal.clientID, secret: Secret(principal.clientSecret)))
    _ = try await client.currentUser()
    try await double.expireTokens(of: principal)
    let before = try await double.requests().last?.id ?? 0
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<6 { group.addTask { _ = try await client.currentUser() } }
      try await group.waitForAll()
    }
    let tokens = try await double.requests(since: before, method: "POST", path: "/oidc/v1/token")
    #expect(tokens.filter { $0.principal == principal.name || $0.principal == nil }.count >= 1)
  }

  @Test func aCancelledTaskCancelsItsStatement() async throws {
    let double = try await DatabricksDouble.shared()
    let warehouse = try warehouse(double)
    let marker = "cancel_\(UInt32.random(in: 0 ... .max))"
    try await double.inject(
      DatabricksFault(sql: marker).with {
        $0.statement = "pending"
        $0.seconds = 60
      })
    let task = Task { try await warehouse.execute("SELECT '\(marker)'") }
    try await Task.sleep(for: .seconds(1))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
