/// A statement's way through the Statement Execution API, answer by answer.
import CDCCore
import Foundation
import Testing

@testable import DeltaSink

@Suite(.timeLimit(.minutes(2))) struct StatementTests {
  private static func state(_ state: String, _ more: String = "") -> String {
    #"{"statement_id":"s-1","status":{"state":"\#(state)"\#(more)}}"#
  }

  private static let succeeded =
    #"{"statement_id":"s-1","status":{"state":"SUCCEEDED"},"manifest":{"schema":{"columns":"#
    + #"[{"name":"n","type_text":"INT","position":0}]}},"result":{"data_array":[["1"],[null]]}}"#

  private static func failed(_ message: String, _ more: String = "") -> String {
    state("FAILED", #","error":{"error_code":"BAD_REQUEST","message":"\#(message)"}\#(more)"#)
  }

  private func body(_ request: ScriptedServer.Request) throws -> JSONValue {
    try JSONValue(parsing: String(decoding: request.body, as: UTF8.self))
  }

  // MARK: Submission

  @Test func aStatementIsSubmittedAsDocumented() async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, Self.succeeded) }
    let result = try await workspace.warehouse(tags: ["b": "2", "a": "1"]).execute(
      "SELECT :x", parameters: [SQLParameter("x", "1", type: "INT"), SQLParameter("none", nil, type: "DATE")])
    #expect(result.columns == [StatementColumn(name: "n", typeText: "INT")])
    #expect(result.rows == [["1"], [nil]])
    let call = try #require(workspace.calls.first)
    #expect(call.method == "POST" && call.target == "/api/2.0/sql/statements")
    #expect(call.headers["authorization"] == "Bearer pat-secret")
    #expect(
      String(decoding: call.body, as: UTF8.self)
        == #"{"warehouse_id":"w1","statement":"SELECT :x","wait_timeout":"30s","on_wait_timeout":"CONTINUE","#
        + #""disposition":"INLINE","format":"JSON_ARRAY","parameters":[{"name":"x","value":"1","type":"INT"},"#
        + #"{"name":"none","type":"DATE"}],"query_tags":[{"key":"a","value":"1"},{"key":"b","value":"2"}]}"#)
  }

  @Test func aStatementThatIsTooLongIsNotSent() async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, Self.succeeded) }
    let warehouse = try workspace.warehouse()
    let longest = "-- " + String(repeating: "ü", count: (16 << 20) / 2 - 2) + "x"
    #expect(longest.utf8.count == 16 << 20)
    try await warehouse.execute(longest)
    let error = await #expect(throws: DatabricksError.self) { try await warehouse.execute(longest + "x") }
    #expect(error?.code == .invalidRequest)
    #expect(workspace.calls.count == 1)
  }

  @Test func tagsThatAreRefusedAreLeftOutFromThenOn() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      if String(decoding: request.body, as: UTF8.self).contains("query_tags") {
        wire.answer(400, #"{"error_code":"INVALID_PARAMETER_VALUE","message":"unknown field query_tags"}"#)
      } else {
        wire.answer(200, Self.succeeded)
      }
    }
    let warehouse = try workspace.warehouse(tags: ["a": "1"])
    for _ in 0..<2 { try await warehouse.execute("SELECT 1") }
    #expect(workspace.calls.count == 3)
  }

  // MARK: Waiting

  @Test func aStatementIsAskedForUntilItEnds() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      switch request.number {
      case 0: wire.answer(200, Self.state("PENDING"))
      case 1: wire.answer(200, Self.state("PENDING"))
      case 2: wire.answer(503)
      case 3: wire.answer(200, Self.state("RUNNING"))
      default: wire.answer(200, Self.succeeded)
      }
    }
    #expect(try await workspace.warehouse().execute("SELECT 1").rows.count == 2)
    #expect(workspace.calls.map(\.method) == ["POST", "GET", "GET", "GET", "GET"])
    #expect(workspace.calls.dropFirst().allSatisfy { $0.target == "/api/2.0/sql/statements/s-1" })
  }

  /// Of all that wait the first tells; once it is heard of, the warehouse is not asked again.
  @Test(arguments: ["STARTING", "RUNNING"])
  func aWarehouseThatStartsIsSpokenOfOnce(_ state: String) async throws {
    let (isAsked, said) = (Cancellation(), Counter())
    let workspace = try ScriptedWorkspace { request, wire in
      if request.target == "/api/2.0/sql/warehouses/w1" {
        wire.answer(200, #"{"id":"w1","name":"Shared","state":"\#(state)"}"#)
        return isAsked.set()
      }
      while !isAsked.isSet { wire.pause(0.01) }
      // The answer is on its way to the one who waits.
      wire.pause(0.3)
      wire.answer(200, Self.succeeded)
    }
    let warehouse = try workspace.warehouse(patience: .milliseconds(20)) { line in
      #expect(line == "waiting for the SQL warehouse Shared to start")
      _ = said.next()
    }
    async let other = warehouse.execute("SELECT 2")
    try await warehouse.execute("SELECT 1")
    _ = try await other
    let asked = workspace.calls.count { $0.method == "GET" }
    try await warehouse.execute("SELECT 3")
    #expect(workspace.calls.count { $0.method == "GET" } == asked)
    #expect(said.next() == (state == "STARTING" ? 1 : 0))
  }

  @Test func aStatementWhoseEndCannotBeLearnedIsLost() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      if request.method == "POST" { wire.answer(200, Self.state("RUNNING")) } else { wire.cut() }
    }
    let warehouse = try workspace.warehouse()
    let error = await #expect(throws: DatabricksError.self) { try await warehouse.execute("SELECT 1") }
    #expect(error?.code == .answerLost)
    #expect(error?.statementID == "s-1")
  }

  @Test(arguments: [
    ("CLOSED", DatabricksError.Code.statementClosed), ("CANCELED", .statementCanceled),
    ("ODD", .invalidAnswer),
  ])
  func otherEndsAreErrorsOfTheirOwn(_ state: String, _ code: DatabricksError.Code) async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, Self.state(state)) }
    let error = await #expect(throws: DatabricksError.self) {
      try await workspace.warehouse().execute("SELECT 1")
    }
    #expect(error?.code == code)
    #expect(error?.statementID == "s-1")
  }

  // MARK: Failures

  @Test(
    arguments: [
      (
        "[TABLE_OR_VIEW_NOT_FOUND] The table `t` is not there. SQLSTATE: 42P01", "",
        "TABLE_OR_VIEW_NOT_FOUND", "42P01",
        DatabricksError.Code.notFound
      ),
      (
        "[PARSE_SYNTAX_ERROR] Syntax error at 'x'. SQLSTATE: 42601 == SQL == SELECT secret", "",
        "PARSE_SYNTAX_ERROR",
        "42601", .statementFailed
      ),
      (
        "[INSUFFICIENT_PERMISSIONS] no", #","sql_state":"42501""#, "INSUFFICIENT_PERMISSIONS", "42501",
        .permissionDenied
      ),
      (
        "[TABLE_OR_VIEW_ALREADY_EXISTS] t", #","sql_state":"42P07""#, "TABLE_OR_VIEW_ALREADY_EXISTS", "42P07",
        .alreadyExists
      ),
      (
        "[CAST_INVALID_INPUT] The value 'secret' cannot be cast. SQLSTATE: 22018", "", "CAST_INVALID_INPUT",
        "22018",
        .statementFailed
      ),
      (
        "[DELTA_VIOLATE_CONSTRAINT_WITH_VALUES] row: secret", #","sql_state":"23001""#,
        "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "23001", .statementFailed
      ),
      ("no brackets at all", "", "BAD_REQUEST", nil, .statementFailed),
      ("", "", "BAD_REQUEST", nil, .statementFailed),
    ] as [(String, String, String, String?, DatabricksError.Code)])
  func aFailureHasItsClassAndStateButNoValues(
    _ message: String, _ more: String, _ errorClass: String, _ state: String?, _ code: DatabricksError.Code
  ) async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, Self.failed(message, more)) }
    let error = await #expect(throws: DatabricksError.self) { try await workspace.warehouse().execute("x") }
    #expect(error?.code == code)
    #expect(error?.errorCode == errorClass)
    #expect(error?.sqlState == state)
    #expect(error.map { !"\($0)".contains("secret") } == true)
    #expect(workspace.calls.count == 1)
  }

  @Test(arguments: [
    "[DELTA_CONCURRENT_APPEND.WHOLE_TABLE_READ] Transaction conflict. SQLSTATE: 2D521",
    "[DELTA_CONCURRENT_DELETE_READ] x",
    "[DELTA_METADATA_CHANGED] x", "[DELTA_PROTOCOL_CHANGED] x", "[SOMETHING_NEW] x SQLSTATE: 2D521",
    "io.delta.exceptions.ConcurrentAppendException: Files were added",
  ])
  func aConflictIsRunAgainAFewTimes(_ message: String) async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      wire.answer(200, request.number < 2 ? Self.failed(message) : Self.succeeded)
    }
    try await workspace.warehouse().execute("MERGE")
    #expect(workspace.calls.map(\.method) == ["POST", "POST", "POST"])
    let always = try ScriptedWorkspace { _, wire in wire.answer(200, Self.failed(message)) }
    let error = await #expect(throws: DatabricksError.self) { try await always.warehouse().execute("MERGE") }
    #expect(error?.code == .concurrentModification)
    #expect(error?.isRetryable == true)
    #expect(always.calls.count == 3)
  }

  @Test(arguments: [500, 502, 504, 408]) func anAnswerOfSomebodyOnTheWayIsNoAnswer(_ status: Int) async throws
  {
    let workspace = try ScriptedWorkspace { request, wire in
      if request.number == 0 { wire.answer(status) } else { wire.answer(200, Self.succeeded) }
    }
    let error = await #expect(throws: DatabricksError.self) {
      try await workspace.warehouse().execute("MERGE")
    }
    #expect(error?.code == .answerLost)
    #expect(workspace.calls.count == 1)
    let other = try ScriptedWorkspace { request, wire in
      if request.number == 0 { wire.answer(status) } else { wire.answer(200, Self.succeeded) }
    }
    try await other.warehouse().execute("MERGE", isReplayable: true)
    #expect(other.calls.count == 2)
  }

  @Test(arguments: [
    "", "<html>login</html>", "[]", "{}", #"{"statement_id":5}"#, #"{"statement_id":"x","status":[]}"#,
  ])
  func anAnswerThatIsNoneIsAnError(_ body: String) async throws {
    let workspace = try ScriptedWorkspace { _, wire in wire.answer(200, body) }
    let error = await #expect(throws: DatabricksError.self) { try await workspace.warehouse().execute("x") }
    #expect(error?.code == .invalidAnswer)
  }

  @Test func everyTruncationOfAnAnswerIsAnError() throws {
    let whole = Array(
      (#"{"statement_id":"s","status":{"state":"FAILED","sql_state":"42P01","error":{"error_code":"E","message":"m"}},"#
        + #""manifest":{"truncated":false,"schema":{"columns":[{"name":"n"}]}},"result":{"data_array":[["a",null]],"#
        + #""next_chunk_index":1,"external_links":[{"external_link":"https://x","next_chunk_index":1}]}}"#)
        .utf8)
    _ = try StatementAnswer(parsing: whole)
    for length in 0..<whole.count {
      #expect(throws: (any Error).self) { try StatementAnswer(parsing: Array(whole.prefix(length))) }
    }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      var bytes = whole
      bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      _ = try? StatementAnswer(parsing: bytes)
    }
  }

  // MARK: Cancellation

  @Test func aCancelledTaskCancelsTheStatementThatRuns() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      wire.answer(200, request.target.hasSuffix("/cancel") ? "{}" : Self.state("RUNNING"))
    }
    let warehouse = try workspace.warehouse()
    let task = Task { try await warehouse.execute("SELECT 1") }
    while workspace.calls.count < 3 { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(workspace.calls.last?.target == "/api/2.0/sql/statements/s-1/cancel")
    #expect(workspace.calls.last?.method == "POST")
  }

  @Test func aStatementThatIsStillBeingSubmittedIsCancelledToo() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      if request.target.hasSuffix("/cancel") { return wire.answer(200, "{}") }
      wire.pause(0.5)
      wire.answer(200, Self.state("RUNNING"))
    }
    let warehouse = try workspace.warehouse()
    let task = Task { try await warehouse.execute("SELECT 1") }
    while workspace.calls.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    // The caller waits for that for a few seconds only.
    for _ in 0..<2000 where workspace.calls.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
    #expect(workspace.calls.map(\.method) == ["POST", "POST"])
    #expect(workspace.calls.last?.target == "/api/2.0/sql/statements/s-1/cancel")
  }

  // MARK: Large results

  @Test func chunksAreFetchedInOrder() async throws {
    let workspace = try ScriptedWorkspace { request, wire in
      let (row, next): (String, String) =
        switch request.target {
        case "/api/2.0/sql/statements": ("a", #","next_chunk_index":1"#)
        case "/api/2.0/sql/statements/s-1/result/chunks/1": ("b", #","next_chunk_index":2"#)
        default: ("c", "")
        }
      let result = #"{"chunk_index":0,"data_array":[["\#(row)"]]\#(next)}"#
      wire.answer(
        200,
        request.method == "POST"
          ? #"{"statement_id":"s-1","status":{"state":"SUCCEEDED"},"result":\#(result)}"# : result)
    }
    #expect(try await workspace.warehouse().execute("SELECT 1").rows == [["a"], ["b"], ["c"]])
  }

  @Test func linksAreFollowedWithoutCredentialsAndAskedForAnewWhenTheyExpire() async throws {
    let storage = try ScriptedServer { request, wire in
      switch request.target {
      case "/0?sig=stale": wire.answer(403)
      case "/0?sig=fresh": wire.answer(200, #"[["a"],[null]]"#)
      default: wire.answer(200, #"[["c"]]"#)
      }
    }
    let workspace = try ScriptedWorkspace { [url = storage.url] request, wire in
      func links(_ path: String, _ next: String) -> String {
        #"{"external_links":[{"external_link":"\#(url)\#(path)"\#(next)}]}"#
      }
      switch request.target {
      case "/api/2.0/sql/statements":
        let first = links("/0?sig=stale", #","next_chunk_index":1"#)
        wire.answer(200, #"{"statement_id":"s-1","status":{"state":"SUCCEEDED"},"result":\#(first)}"#)
      case "/api/2.0/sql/statements/s-1/result/chunks/0":
        wire.answer(200, links("/0?sig=fresh", #","next_chunk_index":1"#))
      default: wire.answer(200, links("/1?sig=x", ""))
      }
    }
    var rows: [[String?]] = []
    try await workspace.warehouse().rows("SELECT 1") { rows += $0 }
    #expect(rows == [["a"], [nil], ["c"]])
    #expect(storage.requests.allSatisfy { $0.headers["authorization"] == nil })
    #expect(try body(try #require(workspace.calls.first))["disposition"]?.string == "EXTERNAL_LINKS")
  }

  @Test func anEmptyResultHasNoLinks() async throws {
    let workspace = try ScriptedWorkspace { _, wire in
      wire.answer(
        200,
        #"{"statement_id":"s-1","status":{"state":"SUCCEEDED"},"manifest":{"total_row_count":0},"result":{}}"#
      )
    }
    var calls = 0
    try await workspace.warehouse().rows("SELECT 1") { _ in calls += 1 }
    #expect(calls == 0)
  }

  @Test func aLinkThatFailsIsNotQuoted() async throws {
    let workspace = try ScriptedWorkspace { _, wire in
      let link = #"{"external_links":[{"external_link":"http://example.com/very?sig=secret"}]}"#
      wire.answer(200, #"{"statement_id":"s-1","status":{"state":"SUCCEEDED"},"result":\#(link)}"#)
    }
    let error = await #expect(throws: DatabricksError.self) {
      try await workspace.warehouse().rows("SELECT 1") { _ in }
    }
    #expect(error.map { !"\($0)".contains("secret") } == true)
  }
}
