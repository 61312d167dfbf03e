/// The value of a named marker: `:id` in the statement takes the parameter named `id`.
package struct SQLParameter: Sendable, Hashable {
  package var name: String
  /// In the type's text form; nil is NULL.
  package var value: String?
  /// `BIGINT`, `STRING`, `DECIMAL(38,0)` …
  package var type: String

  package init(_ name: String, _ value: String?, type: String = "STRING") {
    self.name = name
    self.value = value
    self.type = type
  }
}
