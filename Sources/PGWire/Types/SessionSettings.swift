/// What every session sets so that the server's text forms are the ones the decoders here read.
package enum SessionSettings {
  /// Run one by one on every connection that reads values, replication connections included. The encoding of
  /// the client is UTF8 by the connection's own settings.
  package static let statements = [
    "SET datestyle = 'ISO'", "SET intervalstyle = 'iso_8601'", "SET extra_float_digits = 3",
    "SET bytea_output = 'hex'", "SET timezone = 'UTC'",
  ]
}
