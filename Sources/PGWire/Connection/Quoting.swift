/// SQL identifiers and literals. Source: PostgreSQL manual, "Lexical Structure".
public enum SQLQuoting {
  /// `"name"`, with quotes inside doubled.
  ///
  /// A zero byte cannot be part of a name; the server refuses it.
  public static func identifier(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }

  /// `"schema"."name"`
  public static func identifier(_ schema: String, _ name: String) -> String {
    identifier(schema) + "." + identifier(name)
  }

  /// `'text'`; with a backslash inside ` E'te\\xt'`, which means the same whatever
  /// `standard_conforming_strings` says.
  public static func literal(_ text: String) -> String {
    let doubled = text.replacing("'", with: "''")
    if !text.contains("\\") { return "'" + doubled + "'" }
    return " E'" + doubled.replacing("\\", with: "\\\\") + "'"
  }
}
