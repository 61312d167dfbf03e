extension Pipeline {
  /// Brings the destination to exactly the position of a fresh snapshot of the source, then compares every row of both.
  ///
  /// Tables that are only ever replaced are as old as their last full load and are compared all the same.
  /// - Throws: `CDCError.Code.noCheckpoint` where no full load has finished.
  public func verify(_ options: VerificationOptions = VerificationOptions()) async throws
    -> VerificationReport
  {
    guard let readable = destination as? any ReadableDestination else {
      throw CDCError(
        .configuration,
        "This destination cannot be read back, so nothing can be compared with it. Verify a local lake.")
    }
    // Ends at once, but says so where there is nothing to verify yet.
    try await capture(until: .position(.zero))
    let snapshot = try await source.snapshot(as: heldTables())
    do {
      try await capture(until: .position(snapshot.position))
      let report = try await Verifier(snapshot, readable, options: options).run()
      await snapshot.close()
      return report
    } catch {
      await snapshot.close()
      throw error
    }
  }
}
