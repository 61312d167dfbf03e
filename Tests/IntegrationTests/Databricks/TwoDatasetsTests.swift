/// Two datasets that are kept equal with one database at the same time, each by a capture of its own that does not end.
import CDCCore
import DeltaSink
import PGWire
import TestSupport
import Testing

@Suite struct TwoDatasetsTests {
  @Test func keepEachTheirOwnPace() async throws {
    try await withEndToEnd(.databricks) { development in
      let double = try await DatabricksDouble.shared()
      try await double.withSchema { schema in
        let production = OtherPipeline(
          run: development, dataset: DatabricksDataset(double: double, schema: schema))
        try await development.database.psql(
          "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t SELECT i, 0 FROM generate_series(1, 100) i"
        )
        try await development.pipeline().fullLoad()
        try await production.pipeline().fullLoad()
        let first = try capturing(development.pipeline())
        let second = try capturing(production.pipeline())
        for round in 1...3 {
          try await development.database.psql(
            "UPDATE t SET v = \(round) WHERE id % 3 = 0; INSERT INTO t VALUES (\(1000 + round), \(round))")
        }
        #expect(try await eventually(within: .seconds(120)) { try await production.isEqual() })
        second.cancel()
        _ = await second.result
        // One of them is away; the other goes on, and what it confirms is its own.
        try await development.database.psql("DELETE FROM t WHERE id % 2 = 0; INSERT INTO t VALUES (2000, 1)")
        let arrived = try await eventually(within: .seconds(120)) {
          try await differences(
            lakeTable: development.path("t"), postgresTable: "public.t", in: development.database,
            engines: [.duckdb]
          ).isEmpty
        }
        #expect(arrived)
        first.cancel()
        _ = await first.result
        #expect(try await !production.isEqual())
        try await production.pipeline().capture()
        try await development.expectEqual("t")
        #expect(try await production.isEqual())
        _ = try? await double.execute("DROP SCHEMA IF EXISTS \(double.catalog).\(schema)_staging CASCADE")
      }
    }
  }
}

private func capturing(_ pipeline: Pipeline) -> Task<CaptureReport, any Error> {
  Task { try await pipeline.capture(until: .never) }
}

/// A second pipeline on the same database.
private struct OtherPipeline {
  let run: EndToEnd
  let dataset: DatabricksDataset

  func pipeline() throws -> Pipeline {
    let name = run.name + "_other"
    return Pipeline(
      name: name, source: try PostgresSource(connection: run.database.connectionString, pipeline: name),
      destination: try dataset.destination())
  }

  func isEqual() async throws -> Bool {
    try await differences(lakeTable: dataset.path("t"), postgresTable: "public.t", in: run.database).isEmpty
  }
}
