/// What every session sets so that the server's text forms are the ones the decoders here read.
package enum SessionSettings {
  /// Run on every connection that reads values, replication connections included.
  package static let statement = """
    SET datestyle = ISO; SET intervalstyle = iso_8601; SET extra_float_digits = 3; \
    SET bytea_output = hex; SET timezone = UTC; SET client_encoding = UTF8
    """
}
