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
/// not percent-encoded.
package final class VolumeFiles: Sendable {
  package let client: WorkspaceClient

  package init(_ client: WorkspaceClient) { self.client = client }

  /// Creates the file, and its directories; the file is there whole or not at all.
  ///
  /// - Throws: `alreadyExists` where there is one and `overwrite` is false.
  package func upload(_ path: String, _ body: UploadBody, overwrite: Bool) async throws {
    throw DatabricksError(.unavailable, "Files cannot be uploaded yet.")
  }

  /// Nil where there is no such file.
  package func download(_ path: String) async throws -> [UInt8]? {
    throw DatabricksError(.unavailable, "Files cannot be downloaded yet.")
  }

  /// In the order of the server; nil where there is no such directory.
  package func list(_ directory: String) async throws -> [VolumeEntry]? {
    throw DatabricksError(.unavailable, "Directories cannot be listed yet.")
  }

  /// Deletes the file if there is one.
  package func delete(_ path: String) async throws {
    throw DatabricksError(.unavailable, "Files cannot be deleted yet.")
  }

  /// Creates the directory and those above it where they are missing.
  package func createDirectory(_ path: String) async throws {
    throw DatabricksError(.unavailable, "Directories cannot be created yet.")
  }

  /// Deletes the directory, which must be empty, if there is one.
  package func deleteDirectory(_ path: String) async throws {
    throw DatabricksError(.unavailable, "Directories cannot be deleted yet.")
  }

  /// Deletes the directory and all that is in it.
  package func deleteTree(_ path: String) async throws {
    throw DatabricksError(.unavailable, "Directories cannot be deleted yet.")
  }
}
