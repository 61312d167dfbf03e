/// What an upload sends. Neither is copied in memory.
package enum UploadBody: Sendable {
  case bytes([UInt8])
  /// A path of the local file system; the file must not change while it is sent.
  case file(String)
}

/// A file or directory of a Volume.
package struct VolumeEntry: Sendable, Hashable {
  package var path: String
  package var name: String
  package var isDirectory: Bool
  /// In bytes; nil for directories.
  package var size: Int?
}

/// Files of Unity Catalog Volumes, through the Files API. Paths are absolute: `/Volumes/catalog/schema/volume/…`,
/// not percent-encoded. A path that leaves its directory (`..`) is refused before anything is sent.
package final class VolumeFiles: Sendable {
  package let client: WorkspaceClient

  package init(_ client: WorkspaceClient) { self.client = client }

  /// The most that one file may have, as the Files API takes it in one request.
  package static let maximumFileSize = 5 << 30

  /// Creates the file; it is there whole or not at all. A broken upload is repeated from its beginning where it may be:
  /// with `overwrite`, or where nothing was sent.
  ///
  /// - Throws: `alreadyExists` where there is one and `overwrite` is false; `answerLost` where it is not known
  ///   whether the file is there now.
  package func upload(_ path: String, _ body: UploadBody, overwrite: Bool) async throws {
    var call = WorkspaceCall(
      "PUT", try Self.encode(path, "files"), "uploading \(path)", repeats: overwrite ? .always : .ifNotSent,
      query: [("overwrite", overwrite ? "true" : "false")])
    call.headers.append(("Content-Type", "application/octet-stream"))
    call.isBulk = true
    switch body {
    case .bytes(let bytes): call.body = .bytes(bytes)
    case .file(let file): call.body = .file(file)
    }
    guard try Self.size(of: call.body) <= Self.maximumFileSize else {
      throw DatabricksError(
        .invalidRequest, "A file of more than 5 GiB cannot be uploaded: split it (\(path)).")
    }
    _ = try await client.send(call)
  }

  /// Nil where there is no such file.
  package func download(_ path: String) async throws -> [UInt8]? {
    var call = WorkspaceCall("GET", try Self.encode(path, "files"), "downloading \(path)")
    call.answerLimit = 1 << 30
    call.isBulk = true
    return try await unlessMissing { try await client.send(call).body }
  }

  /// All entries, in the order of the server; nil where there is no such directory.
  package func list(_ directory: String) async throws -> [VolumeEntry]? {
    var entries: [VolumeEntry] = []
    var token: String?
    repeat {
      let call = WorkspaceCall(
        "GET", try Self.encode(directory, "directories"), "listing \(directory)",
        query: token.map { [("page_token", $0)] } ?? [])
      guard let page = try await unlessMissing({ try await client.json(call) }) else { return nil }
      for entry in page["contents"]?.elements ?? [] {
        guard let path = entry["path"]?.string, let name = entry["name"]?.string else {
          throw WorkspaceClient.invalidAnswer(call, status: 200)
        }
        let isDirectory = entry["is_directory"]?.boolean ?? false
        entries.append(
          VolumeEntry(
            path: path, name: name, isDirectory: isDirectory,
            size: isDirectory ? nil : entry["file_size"]?.integer))
      }
      token = page["next_page_token"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    } while token != nil
    return entries
  }

  /// Deletes the file if there is one.
  package func delete(_ path: String) async throws {
    let call = WorkspaceCall("DELETE", try Self.encode(path, "files"), "deleting \(path)")
    _ = try await unlessMissing { try await client.send(call) }
  }

  /// Deletes the directory, which must be empty, if there is one.
  package func deleteDirectory(_ path: String) async throws {
    let call = WorkspaceCall(
      "DELETE", try Self.encode(path, "directories"), "deleting the directory \(path)")
    _ = try await unlessMissing { try await client.send(call) }
  }

  private static func size(of body: HTTPBody) throws -> Int {
    do { return try BodyReader(body).count } catch { throw DatabricksError(error, repeats: .never) }
  }

  func unlessMissing<T>(_ body: () async throws -> T) async throws -> T? {
    do { return try await body() } catch let error as DatabricksError where error.code == .notFound {
      return nil
    }
  }

  private static func encode(_ path: String, _ kind: String) throws -> String {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false)
    if parts.last == "", parts.count > 1 { parts.removeLast() }
    guard parts.count >= 5, parts[0].isEmpty, parts[1] == "Volumes",
      parts.dropFirst().allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else {
      throw DatabricksError(
        .invalidRequest, "\(path) is no path of a Volume: /Volumes/catalog/schema/volume/… is.")
    }
    return "/api/2.0/fs/\(kind)" + PercentEncoding.encodePath(parts.joined(separator: "/"))
  }
}
