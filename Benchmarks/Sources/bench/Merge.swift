import ArgumentParser
import CDCCore
import DeltaSink
import Foundation

/// Makes the table of the merge, and the changes as a Parquet file for the other side.
struct MergeTable: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "merge-table")

  @Option var lake: String
  @Option var batch: String
  @Option var rows: Int
  @Option var changes: Int
  @Flag var shuffled = false

  func run() async throws {
    let accounts = Accounts(rows: rows)
    let destination = LocalDeltaDestination(root: lake)
    _ = try await destination.open(pipeline: "bench")
    let load = try await destination.beginLoad(
      accounts.table, disposition: .merge, pipeline: "bench", position: LSN(1000))
    for start in stride(from: 0, to: rows, by: 122_880) {
      let ids = accounts.ids(start..<min(start + 122_880, rows), isShuffled: shuffled)
      try await load.write(accounts.batch(ids: ids, round: 0))
    }
    try await load.commit()
    try await destination.record(.at(1000, kind: .fullLoad, rows: rows))

    let updates = accounts.updates(changes).rows
    let file = try ParquetFileWriter(path: batch, columns: accounts.table.columns.map { ParquetColumn($0) })
    try file.write(updates.columns, rowCount: updates.rowCount)
    _ = try file.close(sync: false)
  }
}

/// Merges the changes, as one package, and times that alone: from opening the lake to the durable checkpoint.
struct Merge: AsyncParsableCommand {
  @Option var rows: Int
  @Option var changes: Int
  @Argument var lake: String
  @Argument(help: "Taken for the sake of the other side; the changes are made anew.") var batch: String

  func run() async throws {
    let updates = Accounts(rows: rows).updates(changes)
    let started = ContinuousClock.now
    let used = cpuSeconds()
    let destination = LocalDeltaDestination(root: lake)
    _ = try await destination.open(pipeline: "bench")
    let package = try await destination.beginPackage(LoadPackage(pipeline: "bench", from: LSN(1000)))
    try await package.write(updates, disposition: .merge)
    try await package.commit(.at(3000, kind: .cdc, rows: changes))
    let wall = (ContinuousClock.now - started) / .seconds(1)
    print(#"{"wall": \#(wall), "cpu": \#(cpuSeconds() - used), "peak_mb": \#(peakMegabytes())}"#)
  }
}

extension Checkpoint {
  fileprivate static func at(_ position: UInt64, kind: Kind, rows: Int) -> Checkpoint {
    Checkpoint(
      pipeline: "bench", kind: kind, packageID: "bench-\(position)", position: LSN(position), commitTime: 0,
      rowCount: rows)
  }
}

private func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The kernel's high-water mark of resident memory.
private func peakMegabytes() -> Double {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
  return (Double(line.split(separator: " ").dropFirst().first ?? "") ?? 0) / 1024
}
