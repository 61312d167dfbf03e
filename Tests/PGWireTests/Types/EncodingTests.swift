/// Databases in another encoding than UTF-8: the server converts, in both paths and both forms.
import CDCCore
import TestSupport
import Testing

@testable import PGWire

@Suite("Encodings of the server")
struct EncodingTests {
  private func withDatabase(
    _ encoding: String, _ body: (TestDatabase) async throws -> Void
  ) async throws {
    try await PostgresServer.shared().withDatabase(encoding: encoding, body)
  }

  private func source(_ database: TestDatabase) throws -> PostgresSource {
    try PostgresSource(connection: database.connectionString, pipeline: "encoding_\(database.name)")
  }

  @Test(
    "Names and values are UTF-8 whatever the database's encoding",
    arguments: [
      ("LATIN1", "grüße ÿ"), ("EUC_JP", "日本語テスト"), ("WIN1251", "Привет"), ("SQL_ASCII", "grüße 日本 🐘"),
    ], [true, false])
  func conversion(_ encoding: (String, String), _ binary: Bool) async throws {
    let (name, word) = encoding
    try await withDatabase(name) { database in
      let utf8 = "SET client_encoding = 'UTF8';"
      try await database.psql(
        utf8
          + "CREATE TYPE e AS ENUM ('\(word)'); CREATE TYPE c AS (a text); CREATE TYPE r AS RANGE (SUBTYPE = text);"
          + "CREATE TABLE t (\"\(word)\" int PRIMARY KEY, t text, e e, c c, l text[], j jsonb, r r, v tsvector, n name);"
          + (binary ? "" : "ALTER TABLE t ADD COLUMN q tsquery;"))
      func insert(_ id: Int) -> String {
        utf8 + "INSERT INTO t VALUES (\(id), '\(word)', '\(word)', ROW('\(word)'), ARRAY['\(word)'], "
          + "'\"\(word)\"', r('\(word)', NULL), array_to_tsvector(ARRAY['\(word)']), '\(word)')"
      }
      try await database.psql(insert(1))
      let source = try source(database)
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql(insert(2))
      try await source.drain(into: replica, from: position)
      for id in 1...2 {
        let row = replica.table("t")[[.integer(Int128(id))]]
        #expect(row?[word] == .integer(Int128(id)))
        #expect(row?["t"]?.string == word)
        #expect(row?["e"]?.string == word)
        #expect(row?["c"] == .structure([text(word)]))
        #expect(row?["l"] == .list([text(word)]))
        #expect(row?["j"]?.string == "\"\(word)\"")
        #expect(row?["r"]?.string == (word.contains(" ") ? "[\"\(word)\",)" : "[\(word),)"))
        #expect(row?["v"]?.string == "'\(word)'")
        #expect(row?["n"]?.string == word)
      }
    }
  }

  @Test(
    "Bytes in a SQL_ASCII database that are not UTF-8 stop the run with an error that says so",
    arguments: [true, false])
  func invalidUTF8(_ binary: Bool) async throws {
    try await withDatabase("SQL_ASCII") { database in
      try await database.psql(
        "CREATE TABLE t (id int PRIMARY KEY, v text);" + (binary ? "" : "ALTER TABLE t ADD COLUMN q tsquery;")
      )
      let source = try source(database)
      let replica = Replica()
      let position = try await source.load(into: replica, restart: true)
      try await database.psql("INSERT INTO t VALUES (1, E'a\\377b')")
      for isStream in [true, false] {
        let error = await #expect(throws: CDCError.self) {
          if isStream {
            try await source.drain(into: replica, from: position)
          } else {
            _ = try await source.load(into: replica, restart: true)
          }
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("SQL_ASCII") == true)
        #expect(error?.isRetryable == false)
      }
      #expect(replica.table("t").isEmpty)
    }
  }
}
