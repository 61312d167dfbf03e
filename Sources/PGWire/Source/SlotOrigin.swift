import CDCCore
import Logging

/// From where on a slot has the log, and for which destination it was made: a comment of the pipeline's publication says so,
/// because a slot cannot. A pipeline whose checkpoint lies before has lost what came in between: its slot was
/// dropped and made anew, by a load of another destination under the same name.
struct SlotOrigin: Sendable, Hashable {
  /// Nil while the slot is being made, and after a load that ended there.
  var since: LSN?
  /// Nil where the destination has no name of its own.
  var owner: String?

  private static let unfinished = "cdc: slot in the making"
  private static let begin = "cdc: slot since "
  private static let separator = " for "

  init(since: LSN?, owner: String?) {
    self.since = since
    self.owner = owner
  }

  /// Nil where the comment is somebody else's.
  init?(comment: String) {
    if comment == Self.unfinished {
      self.init(since: nil, owner: nil)
      return
    }
    guard comment.hasPrefix(Self.begin) else { return nil }
    let rest = comment.dropFirst(Self.begin.count)
    let position = rest.prefix { $0 != " " }
    guard let since = LSN(position) else { return nil }
    let tail = rest.dropFirst(position.count)
    self.init(
      since: since,
      owner: tail.hasPrefix(Self.separator) ? String(tail.dropFirst(Self.separator.count)) : nil)
  }

  var comment: String {
    guard let since else { return Self.unfinished }
    return Self.begin + "\(since)" + (owner.map { Self.separator + $0 } ?? "")
  }
}

extension PostgresSource {
  /// The slot is gone and about to be made anew.
  func forgetSlotOrigin(on connection: PostgresConnection) async throws {
    try await write(SlotOrigin(since: nil, owner: nil), on: connection)
  }

  /// The slot has all changes that commit at or after the position.
  func writeSlotOrigin(_ since: LSN, on connection: PostgresConnection) async throws {
    try await write(SlotOrigin(since: since, owner: options.owner), on: connection)
  }

  private func write(_ origin: SlotOrigin, on connection: PostgresConnection) async throws {
    do {
      try await connection.execute(
        "COMMENT ON PUBLICATION \(SQLQuoting.identifier(publicationName)) IS "
          + SQLQuoting.literal(origin.comment))
    } catch let error as PostgresError where error.isWriteRefused {
      // Somebody else made the publication, and may say what it is for; on a standby nothing can be said.
      logger.info("the publication's comment stays", metadata: ["publication": "\(publicationName)"])
    }
  }

  /// - Parameter position: the destination's checkpoint; nil where only the owner is asked about.
  /// - Throws: `CDCError.Code.positionLost` where the slot was made anew for another destination, or after the position.
  func requireOrigin(before position: LSN?, on connection: PostgresConnection) async throws {
    guard let origin = try await slotOrigin(on: connection) else { return }
    let isMine = origin.owner == nil || options.owner == nil || origin.owner == options.owner
    let isWhole = position.map { position in origin.since.map { $0 <= position } ?? false } ?? true
    guard !isMine || !isWhole else { return }
    let other = isMine ? "another destination" : origin.owner ?? ""
    throw CDCError(
      .positionLost,
      "The replication slot \(slotName) was made anew for \(other), so changes for \(options.owner ?? "this one") are "
        + "missing. Give the two pipelines different names (without one, each destination in Databricks has its own), "
        + "then load again: cdc run --mode full_load.")
  }

  /// Nil where nobody has said.
  private func slotOrigin(on connection: PostgresConnection) async throws -> SlotOrigin? {
    let comment = try await connection.query(
      "SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = $1",
      [publicationName])
    return comment.scalar.flatMap { SlotOrigin(comment: $0) }
  }
}
