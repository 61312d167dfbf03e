/// A stand-in for a Databricks workspace: its REST APIs over Spark SQL and real Delta tables, on the loopback,
/// gone with the test process. What it is and what it cannot do: Tests/Support/DatabricksDouble/README.md.
///
/// Tests share one (`shared()`) and have a schema each (`withSchema`). Its HTTP answers within a second; statements
/// stay PENDING until Spark is up, some ten seconds later, as with a warehouse that starts. A fault is everybody's:
/// match it on the test's own schema, or use a principal of the test's own (`newPrincipal`).
import Foundation

public final class DatabricksDouble: Sendable {
  public let port: Int
  /// The folder of its tables and volumes.
  public let root: String
  private let keeper: Conversation

  private init(port: Int, root: String, keeper: Conversation) {
    self.port = port
    self.root = root
    self.keeper = keeper
  }

  deinit { keeper.close() }

  private static let sharedDouble = Task { try await start() }

  /// The double that the tests of this process share.
  public static func shared() async throws -> DatabricksDouble { try await sharedDouble.value }

  /// Starts one of the caller's own; it stops when the last reference goes.
  public static func start() async throws -> DatabricksDouble {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("DatabricksDouble/run.sh").path
    let keeper = try Conversation("/bin/sh", [script, "--until-eof"])
    guard let answer = await keeper.nextLine() else {
      throw Failure(description: "The Databricks double does not start: run \(script) to see why")
    }
    let words = answer.split(separator: " ", maxSplits: 2)
    guard words.count == 3, words[0] == "listening", let port = Int(words[1]) else {
      throw Failure(description: answer)
    }
    return DatabricksDouble(port: port, root: String(words[2]), keeper: keeper)
  }

  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// What a client takes for the workspace's host: `http://127.0.0.1:port`.
  public var host: String { "http://127.0.0.1:\(port)" }
  /// A warehouse that runs as soon as Spark does.
  public let warehouseID = "d0ub1e0000000001"
  /// A catalog that is always there.
  public let catalog = "main"

  /// Somebody who calls, with the credentials of both kinds.
  public struct Principal: Sendable, Decodable {
    public var name: String
    public var clientID: String
    public var clientSecret: String
    /// A personal access token; it never expires.
    public var token: String

    private enum CodingKeys: String, CodingKey {
      case name, token
      case clientID = "client_id"
      case clientSecret = "client_secret"
    }
  }

  /// May do everything.
  public let admin = Principal(
    name: "admin", clientID: "00000000-0000-4000-8000-0000000000ad", clientSecret: "dose-admin-secret",
    token: "dapi-admin")
  /// May sign in, and nothing else.
  public let nobody = Principal(
    name: "nobody", clientID: "00000000-0000-4000-8000-0000000000b0", clientSecret: "dose-nobody-secret",
    token: "dapi-nobody")

  /// A new principal without rights; `grant` gives it some.
  public func newPrincipal(admin: Bool = false) async throws -> Principal {
    try await control("POST", "principals", ["admin": admin])
  }

  /// Grants as GRANT does, and `CAN USE` on a `WAREHOUSE`.
  ///
  /// - Parameters:
  ///   - privileges: such as `USE CATALOG`, `CREATE TABLE`, `READ VOLUME`.
  ///   - kind: `METASTORE`, `CATALOG`, `SCHEMA`, `TABLE`, `VOLUME` or `WAREHOUSE`.
  public func grant(
    _ privileges: [String], on kind: String, _ name: String, to principal: Principal, revoke: Bool = false
  ) async throws {
    let body: [String: Any] = [
      "principal": principal.name, "privileges": privileges, "type": kind, "name": name, "revoke": revoke,
    ]
    let _: Nothing = try await control("POST", "grants", body)
  }

  /// A warehouse that is stopped and takes `startSeconds` to start; answers its id.
  public func newWarehouse(startSeconds: Double) async throws -> String {
    struct Answer: Decodable { var id: String }
    let answer: Answer = try await control("POST", "warehouses", ["start_seconds": startSeconds])
    return answer.id
  }

  /// Ends the OAuth tokens of a principal, or everybody's.
  public func expireTokens(of principal: Principal? = nil) async throws {
    let body: [String: Any] = principal.map { ["principal": $0.name] } ?? [:]
    let _: Nothing = try await control("POST", "expire_tokens", body)
  }

  /// Where the Delta table of a full name lies, for the engines that read it back.
  public func tableFolder(catalog: String, schema: String, table: String) -> String {
    [root, "tables", catalog.lowercased(), schema.lowercased(), table.lowercased()].joined(separator: "/")
  }

  /// Runs `body` with the name of a new schema in `catalog`, and drops it afterwards with all that is in it.
  public func withSchema<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let schema = "t_" + UUID().uuidString.prefix(8).lowercased()
    try await execute("CREATE SCHEMA \(catalog).\(schema)")
    do {
      let result = try await body(schema)
      _ = try? await execute("DROP SCHEMA IF EXISTS \(catalog).\(schema) CASCADE")
      return result
    } catch {
      _ = try? await execute("DROP SCHEMA IF EXISTS \(catalog).\(schema) CASCADE")
      throw error
    }
  }
}
