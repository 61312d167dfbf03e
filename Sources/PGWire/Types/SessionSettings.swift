/// What every session sets so that the server's text forms are the ones the decoders here read. The encoding of the client
/// is UTF8 by the connection's own settings.
package enum SessionSettings {
  private static let values = [
    ("datestyle", "ISO"), ("intervalstyle", "iso_8601"), ("extra_float_digits", "3"),
    ("bytea_output", "hex"), ("timezone", "UTC"),
  ]

  /// Run one by one on every connection that reads values.
  package static let statements = values.map { "SET \($0.0) = '\($0.1)'" }

  /// The same for a connection that streams, in libpq's keyword `options`.
  package static let options = values.map { "-c \($0.0)=\($0.1)" }.joined(separator: " ")
}
