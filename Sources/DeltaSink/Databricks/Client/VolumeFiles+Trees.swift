extension VolumeFiles {
  /// Deletes the directory and all that is in it, several files at a time. What is gone already is no error.
  ///
  /// - Parameter concurrency: so many deletions are under way at once.
  package func deleteTree(_ path: String, concurrency: Int = 8) async throws {
    guard let entries = try await list(path) else { return }
    for directory in entries where directory.isDirectory {
      try await deleteTree(directory.path, concurrency: concurrency)
    }
    let files = entries.filter { !$0.isDirectory }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, file) in files.enumerated() {
        if index >= concurrency { try await group.next() }
        group.addTask { try await self.delete(file.path) }
      }
      try await group.waitForAll()
    }
    try await deleteDirectory(path)
  }
}
