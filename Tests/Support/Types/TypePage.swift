/// The page docs/TYPES.md, made of the tests' own table.
import Foundation

public enum TypePage {
  public static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("docs/TYPES.md").path

  public static var markdown: String {
    var page = """
      # Types

      What each PostgreSQL type becomes in Delta. This page is made of the table that the tests run over: every value here is
      copied by a full load, by a stream in binary form and by one in text form, and must be what two independent readers then
      find. `make types-page` writes it anew; a test fails while it differs from the table.

      - A stream comes in binary form as long as every captured column has a type marked *binary*; with one marked *text*, all of
        it comes in text form. The values are the same, text is slower. A full load reads only the column in question as text.
      - A domain is read as what it stands upon. An array of any type here is an `array` of the type's own. A value within an array
        or a composite that its place cannot hold makes the whole value one that the column cannot hold.
      - A hint `string` gives the text that PostgreSQL prints for any type (UTC, DateStyle ISO, IntervalStyle iso_8601, bytea in
        hexadecimal).
      - A hint `variant` makes a column of type json or jsonb a VARIANT, in Databricks only; a lake refuses it. What the JSON means
        is kept; its spacing, the order of its keys and the spelling of its numbers are not, and `cdc verify` compares by meaning. A
        number becomes a decimal where it is written without an exponent and has up to 38 digits, before and after the point, else a
        double. What would be changed or refused follows the table's contract for data types: an object with a key
        twice (of json alone), a number that a double would round, half of a surrogate pair, a value that may take more than 16 MiB
        (the limit of Databricks Runtime 17.1 and before), more than 1000 levels, a key of more than 50,000 bytes. Keys of tables and
        arrays of JSON cannot be variants.
      - All text is UTF-8, whatever the encoding of the database. In a database of encoding SQL_ASCII a text that is not UTF-8
        stops the run with an error.
      - A value may be as large as the server can send: 1 GB in the form in which it comes; bytea in text form takes two
        characters a byte, so there a value of more than 512 MB is refused by the server.
      - When a composite type is altered, run `cdc` again; a value with other attributes than were known stops the run, it is
        never guessed at. What was loaded before needs a full load of the table to have the new struct.


      """
    for (title, examples) in TypeTable.sections {
      page +=
        "## \(title)\n\n| PostgreSQL | Delta | Stream | Values and what arrives | |\n|---|---|---|---|---|\n"
      for example in examples { page += row(example) }
      page += "\n"
    }
    page += """
      ## Values that a column cannot hold

      The table's contract for data types decides: `freeze` (the default) stops with an error that names table, column, key and
      LSN; `discard_value` makes the value null and counts it; `discard_row` sends the row to the table `_cdc_quarantine`
      ([CONTRACTS.md](CONTRACTS.md)). A hint `string` keeps them all.

      | PostgreSQL | Value | It | As a string |
      |---|---|---|---|

      """
    for refusal in TypeTable.refusals {
      page +=
        "| \(code(refusal.type)) | \(code(refusal.sql)) | \(refusal.because) | \(code(refusal.text)) |\n"
    }
    return page
  }

  private static func row(_ example: TypeExample) -> String {
    let values = example.values.map { value in
      "\(code(shortened(value.sql))) → \(code(shortened(value.canonical)))"
    }.joined(separator: "<br>")
    var note = example.note
    if let needs = example.needs { note = "Extension \(needs). " + note }
    if !example.setup.isEmpty { note = "\(code(example.setup)) " + note }
    let form = example.isBinary ? "binary" : "text"
    return "| \(code(example.type)) | \(code(example.delta)) | \(form) | \(values) | \(note) |\n"
  }

  private static func shortened(_ text: String) -> String {
    text.count <= 90 ? text : "\(text.prefix(30))…\(text.suffix(10))"
  }

  /// In a table's cell: no line breaks, no bars; control characters are shown by their names.
  private static func code(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "|": shown += "\\|"
      case "\n": shown += " "
      case "\u{7F}"..."\u{9F}", "\u{2028}", "\u{FEFF}", "\u{FFFD}"..., "`":
        shown += "\\u" + String(scalar.value, radix: 16)
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return "`\(shown.isEmpty ? " " : shown)`"
  }
}
