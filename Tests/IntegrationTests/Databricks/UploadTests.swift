/// Files go to the volume while rows are still being read.
import CDCCore
import DeltaSink
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite struct UploadTests {
  /// The double holds every upload back for a while: in that time the load reads on, and sends the next parts.
  @Test func goesOnReadingDuringAnUpload() async throws {
    let hold = 3.0
    try await withEndToEnd(.databricks) { run in
      let dataset = try #require(run.dataset)
      try await run.database.psql(
        """
        CREATE TABLE t (id int PRIMARY KEY, v text);
        INSERT INTO t SELECT i, md5(i::text) || md5((-i)::text) FROM generate_series(1, 400000) i
        """)
      var options = try dataset.options()
      options.partBytes = 1 << 20
      let fault = try await dataset.double.inject(
        DatabricksFault(method: "PUT", path: "\(dataset.schema)_staging/.*/rows/", times: -1).with {
          $0.delay = hold
        })
      let reading = Mutex<[(time: Double, rows: Int)]>([])
      let pipeline = try run.pipeline(destination: DatabricksDestination(options)) { event in
        guard case .loading(_, let rows) = event else { return }
        reading.withLock { $0.append((Date().timeIntervalSince1970, rows)) }
      }
      try await pipeline.fullLoad()
      try await dataset.double.remove(fault: fault)
      try await run.expectEqual("t")

      let uploads = try await dataset.double.requests(
        method: "PUT", path: "\(dataset.schema)_staging/.*/rows/"
      ).sorted { $0.time < $1.time }
      let first = try #require(uploads.first)
      #expect(uploads.count { $0.time < first.time + hold } > 1, "\(uploads.map(\.time))")
      let read = reading.withLock { $0 }
      let before = read.last { $0.time <= first.time }?.rows ?? 0
      #expect(
        read.contains { $0.time < first.time + hold && $0.rows > before }, "\(first.time): \(read)")
    }
  }
}
