internal import ArgumentParser
internal import CDCCore
internal import DeltaSink
internal import PGWire

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Shows the slot, how far the destination is behind, and the last package.")

  @Flag(help: "Print the status as JSON.") var json = false
  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let parts = try Composition(try options.load())
    let slot = try await parts.source.status()
    let checkpoint = try await parts.target.lastCheckpoint(of: parts.settings.pipeline)
    let contracts =
      checkpoint == nil
      ? [] : try await ContractReport(parts.target.destination, pipeline: parts.settings.pipeline).tables
    let status = Status(parts, slot, checkpoint, contracts)
    if json { try JSONOutput.print(status) } else { Terminal.print(status.text) }
  }
}

private struct Status: Encodable {
  struct Slot: Encodable {
    let name: String
    let isActive: Bool
    let activePid: Int?
    let walStatus: String?
    /// Why the server has given it up, where it says so.
    let invalidation: String?
    let confirmedPosition: String?
    let retainedBytes: Int
  }

  struct Package: Encodable {
    let id: String
    let kind: String
    let position: String
    let commitTime: String
    let rows: Int
  }

  struct Contract: Encodable {
    let table: String
    let rowsOut, quarantinedRows, discardedValues: Int
  }

  let pipeline: String
  let destination: String
  /// Nil where there is no slot.
  let slot: Slot?
  let serverPosition: String?
  /// Log that was written after the destination's position, and how old the newest transaction there is if any was.
  let lagBytes: Int?
  let lagSeconds: Double?
  /// Nil before a first full load was finished.
  let lastPackage: Package?
  /// What contracts have kept out so far.
  let contracts: [Contract]

  init(
    _ parts: Composition, _ state: SlotState?, _ checkpoint: Checkpoint?, _ kept: [ContractReport.Table]
  ) {
    contracts = kept.map {
      Contract(
        table: $0.name.description, rowsOut: $0.rowsOut, quarantinedRows: $0.quarantinedRows,
        discardedValues: $0.discardedValues)
    }
    pipeline = parts.settings.pipeline
    destination = parts.target.name
    slot = state.map {
      Slot(
        name: $0.name, isActive: $0.isActive, activePid: $0.activePID, walStatus: $0.walStatus,
        invalidation: $0.invalidation,
        confirmedPosition: $0.confirmedPosition?.description, retainedBytes: $0.retainedBytes)
    }
    serverPosition = state?.currentPosition.description
    // A run that reads right now may have seen nothing of ours since the last package.
    let reached = max(checkpoint?.position ?? .zero, state?.appliedPosition ?? .zero)
    let behind = state.map {
      reached < $0.currentPosition ? Int(clamping: $0.currentPosition.rawValue - reached.rawValue) : 0
    }
    lagBytes = behind
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let time = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    lagSeconds = checkpoint.flatMap { checkpoint in
      behind.map { $0 == 0 ? 0 : max(time - Double(checkpoint.commitTime) / 1e6, 0) }
    }
    lastPackage = checkpoint.map {
      Package(
        id: $0.packageID, kind: $0.kind.rawValue, position: $0.position.description,
        commitTime: Value.integer(Int128($0.commitTime)).text(as: .timestamp), rows: $0.rowCount)
    }
  }

  var text: String {
    var lines = [("pipeline", pipeline), ("destination", destination)]
    if let slot {
      lines.append(
        ("slot", "\(slot.name), " + (slot.activePid.map { "in use by process \($0)" } ?? "not in use")))
      lines.append(
        (
          "kept for it",
          "\(bytes(slot.retainedBytes)) of log" + (slot.walStatus.map { ", \($0)" } ?? "")
            + (slot.invalidation.map { " (\($0))" } ?? "")
        ))
      lines.append(("confirmed", slot.confirmedPosition ?? "nothing yet"))
    } else {
      lines.append(("slot", "none: cdc run --mode full_load creates it"))
    }
    if let serverPosition { lines.append(("server at", serverPosition)) }
    if let lagBytes {
      lines.append(("lag", bytes(lagBytes) + (lagSeconds.map { ", \(decimal($0, places: 1)) s" } ?? "")))
    }
    if let lastPackage {
      lines.append(
        ("last package", "\(lastPackage.id) (\(lastPackage.kind), \(grouped(lastPackage.rows)) rows)"))
      lines.append(("it is at", "\(lastPackage.position), \(lastPackage.commitTime)"))
    } else {
      lines.append(("last package", "none: no full load has finished"))
    }
    for entry in contracts {
      let out =
        entry.quarantinedRows > 0
        ? ["\(plural(entry.rowsOut, "row")) in quarantine (\(entry.quarantinedRows) so far)"] : []
      let values = entry.discardedValues > 0 ? ["\(plural(entry.discardedValues, "value")) made null"] : []
      lines.append((entry.table, (out + values).joined(separator: ", ")))
    }
    var table = TextTable(("", .left), ("", .left))
    for (name, value) in lines { table.append(name, value) }
    return table.text.split(separator: "\n").joined(separator: "\n")
  }
}
