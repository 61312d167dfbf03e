/// What a test orders of the double and asks it: faults, the record of requests, statements of the test's own.
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// A fault: what must match, how often, and what then goes wrong. The fields are those that
/// Tests/Support/DatabricksDouble/databricks_double/faults.py explains.
public struct DatabricksFault: Sendable, Encodable {
  public var method: String?
  /// Regular expressions, found anywhere in the path and the statement's text.
  public var path: String?
  public var sql: String?
  /// A principal's name: only its requests match.
  public var principal: String?
  /// How many matches pass before the first that is hit, and how many are hit (-1: all).
  public var skip = 0
  public var times = 1

  /// Ends the caller's OAuth tokens, so that this very request is refused.
  public var expireTokens: Bool?
  /// Seconds before anything else happens.
  public var delay: Double?
  public var status: Int?
  public var errorCode: String?
  public var message: String?
  public var retryAfter: Int?
  /// With `status` and a failed statement: `after` the effect, instead of before it.
  public var when: String?
  /// Cuts the connection `before` or `after` the effect.
  public var drop: String?
  /// Cuts the connection after so many bytes of the request's body, or of the answer.
  public var cutUpload: Int?
  public var cutAnswer: Int?
  /// `pending`, `closed`, `conflict` or `failed`.
  public var statement: String?
  public var seconds: Double?
  public var sqlState: String?

  public init(
    method: String? = nil, path: String? = nil, sql: String? = nil, principal: String? = nil,
    skip: Int = 0, times: Int = 1
  ) {
    self.method = method
    self.path = path
    self.sql = sql
    self.principal = principal
    self.skip = skip
    self.times = times
  }

  /// The same fault with some of its fields set: `DatabricksFault(path: "/sql/").with { $0.status = 503 }`.
  public func with(_ change: (inout Self) -> Void) -> Self {
    var changed = self
    change(&changed)
    return changed
  }
}

/// One request that the double was asked, in the order in which they ended.
public struct DatabricksRequest: Sendable, Decodable {
  public var id: Int
  /// Seconds since 1970 when it began.
  public var time: Double
  public var method: String
  public var path: String
  public var principal: String?
  /// The first 500 characters of a statement.
  public var sql: String?
  /// Nil where the connection was cut.
  public var status: Int?
  /// Spent in the double.
  public var seconds: Double
  public var bytesIn: Int
  public var bytesOut: Int
  /// The id of the fault that hit it.
  public var fault: Int?
}

extension DatabricksDouble {
  struct Nothing: Decodable {}

  /// Orders a fault; the answer is its id.
  @discardableResult
  public func inject(_ fault: DatabricksFault) async throws -> Int {
    struct Answer: Decodable { var id: Int }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let answer: Answer = try await send("POST", "/_double/faults", encoder.encode(fault))
    return answer.id
  }

  /// How often a fault was hit.
  public func hits(of fault: Int) async throws -> Int {
    struct Answer: Decodable {
      struct Fault: Decodable { var id: Int, hits: Int }
      var faults: [Fault]
    }
    let answer: Answer = try await send("GET", "/_double/faults", nil)
    return answer.faults.first { $0.id == fault }?.hits ?? 0
  }

  public func remove(fault: Int) async throws {
    let _: Nothing = try await send("DELETE", "/_double/faults/\(fault)", nil)
  }

  /// The requests after the one with the id `since`, by method, path and statement (regular expressions).
  public func requests(
    since: Int = 0, method: String? = nil, path: String? = nil, sql: String? = nil
  ) async throws -> [DatabricksRequest] {
    struct Answer: Decodable { var requests: [DatabricksRequest] }
    var query = URLComponents()
    query.queryItems = [URLQueryItem(name: "since", value: String(since))]
    for (name, value) in [("method", method), ("path", path), ("sql", sql)] {
      if let value { query.queryItems?.append(URLQueryItem(name: name, value: value)) }
    }
    let text = (query.percentEncodedQuery ?? "").replacingOccurrences(of: "+", with: "%2B")
    let answer: Answer = try await send("GET", "/_double/requests?" + text, nil)
    return answer.requests
  }

  /// Runs a statement as the administrator, not through the client under test, and answers its rows.
  @discardableResult
  public func execute(_ statement: String) async throws -> [[String?]] {
    let body = try JSONSerialization.data(withJSONObject: [
      "statement": statement, "warehouse_id": warehouseID, "wait_timeout": "50s",
    ])
    var answer: StatementAnswer = try await send("POST", "/api/2.0/sql/statements", body)
    while ["PENDING", "RUNNING"].contains(answer.status.state) {
      try await Task.sleep(for: .milliseconds(100))
      answer = try await send("GET", "/api/2.0/sql/statements/" + answer.statementId, nil)
    }
    guard answer.status.state == "SUCCEEDED" else {
      throw Failure(description: "\(statement): \(answer.status.error?.message ?? answer.status.state)")
    }
    return answer.result?.dataArray ?? []
  }

  private struct StatementAnswer: Decodable {
    struct Status: Decodable {
      struct Problem: Decodable { var message: String }
      var state: String
      var error: Problem?
    }
    struct Rows: Decodable { var dataArray: [[String?]]? }
    var statementId: String
    var status: Status
    var result: Rows?
  }

  func control<Answer: Decodable>(
    _ method: String, _ path: String, _ body: [String: Any]
  ) async throws -> Answer {
    try await send(method, "/_double/" + path, JSONSerialization.data(withJSONObject: body))
  }

  private func send<Answer: Decodable>(
    _ method: String, _ path: String, _ body: Data?
  ) async throws -> Answer {
    guard let url = URL(string: host + path) else { throw Failure(description: "no URL: \(path)") }
    var request = URLRequest(url: url, timeoutInterval: 120)
    request.httpMethod = method
    request.httpBody = body
    request.setValue("Bearer \(admin.token)", forHTTPHeaderField: "Authorization")
    let (data, response) = try await URLSession.shared.data(for: request)
    guard (response as? HTTPURLResponse)?.statusCode == 200 else {
      throw Failure(description: "\(method) \(path): " + String(decoding: data, as: UTF8.self))
    }
    let decoder = JSONDecoder()
    if Answer.self != Principal.self { decoder.keyDecodingStrategy = .convertFromSnakeCase }
    return try decoder.decode(Answer.self, from: data)
  }
}

extension DatabricksDouble {
  /// Whose grammar takes a statement, `spark` (Spark's own parser) or `double` (a pattern of the double's for what
  /// Spark lacks), without running it; an error where neither does.
  public func grammar(of statement: String) async throws -> String {
    struct Answer: Decodable { var grammar: String?, error: String? }
    let answer: Answer = try await control("POST", "parse", ["statement": statement])
    guard let grammar = answer.grammar else { throw Failure(description: answer.error ?? "no answer") }
    return grammar
  }
}
