import CDCCore

/// An event trigger of the source that writes each new definition of a table into the log, as a transactional logical
/// message at the very point where it holds: Relation messages tell names, not which column a name is.
///
/// The message's content is the row of `Catalog.relations` and those of `Catalog.columns`, as PostgreSQL prints rows, in UTF-8.
struct DefinitionTrigger {
  /// Of trigger and function, and the prefix of the messages.
  let name: String
  let publications: [String]

  /// What a superuser (on a managed service its stand-in) has to run, in one transaction.
  var statements: [String] {
    let (trigger, function) = (SQLQuoting.identifier(name), SQLQuoting.identifier("public", name))
    let names = "ARRAY[" + publications.map { SQLQuoting.literal($0) }.joined(separator: ", ") + "]"
    return [
      """
      CREATE OR REPLACE FUNCTION \(function)() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $cdc$
      DECLARE
        changed oid;
        definition text;
      BEGIN
        -- No block with EXCEPTION: it would be a subtransaction, whose message may come behind the change that follows it.
        IF getdatabaseencoding() = 'SQL_ASCII' THEN RETURN; END IF;
        FOR changed IN SELECT DISTINCT objid FROM pg_event_trigger_ddl_commands()
          WHERE classid = 'pg_class'::regclass AND object_type IN ('table', 'table column')
        LOOP
          SELECT string_agg(line, '') INTO definition FROM (
            SELECT r::text AS line FROM (
      \(Catalog.relations(publications: names, where: "c.oid = changed AND c.relpersistence <> 't'"))
            ) r
            UNION ALL (SELECT a::text FROM (
      \(Catalog.columns(tables: "ARRAY[changed]", publications: names))
            ) a)) AS lines;
          IF definition IS NOT NULL THEN
            PERFORM pg_logical_emit_message(true, \(SQLQuoting.literal(name)), convert_to(definition, 'UTF8'));
          END IF;
        END LOOP;
      END $cdc$
      """,
      "DROP EVENT TRIGGER IF EXISTS \(trigger)",
      """
      CREATE EVENT TRIGGER \(trigger) ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION \(function)()
      """,
    ]
  }

  var removal: [String] {
    [
      "DROP EVENT TRIGGER IF EXISTS \(SQLQuoting.identifier(name))",
      "DROP FUNCTION IF EXISTS \(SQLQuoting.identifier("public", name))()",
    ]
  }

  /// What the trigger has written; nil where it is of another form.
  static func table(_ content: [UInt8]) -> CatalogTable? {
    guard let rows = rows(content), let first = rows.first, var table = CatalogTable(first) else {
      return nil
    }
    for row in rows.dropFirst() {
      guard let column = CatalogColumn(row) else { return nil }
      table.columns.append(column)
    }
    return table
  }

  /// `(1,,"a ""quoted"" one")(2,…)`: nothing between two commas is a null. Manual, "Composite Type Input and Output Syntax".
  private static func rows(_ content: [UInt8]) -> [[String?]]? {
    var rows: [[String?]] = []
    var rest = content[...]
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: "(") else { return nil }
      var row: [String?] = []
      repeat { row.append(field(&rest)) } while rest.popFirst(UInt8(ascii: ","))
      guard rest.popFirst(UInt8(ascii: ")")) else { return nil }
      rows.append(row)
    }
    return rows
  }

  private static func field(_ rest: inout ArraySlice<UInt8>) -> String? {
    var bytes: [UInt8] = []
    var isQuoted = false
    var isNull = true
    while let byte = rest.first {
      if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") { break }
      rest.removeFirst()
      isNull = false
      if byte == UInt8(ascii: "\"") {
        // Doubled within quotes it is a character.
        if isQuoted, rest.popFirst(byte) { bytes.append(byte) } else { isQuoted.toggle() }
      } else if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
        bytes.append(next)
      } else {
        bytes.append(byte)
      }
    }
    return isNull ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

extension ArraySlice<UInt8> {
  /// Takes the first byte where it is this one.
  fileprivate mutating func popFirst(_ byte: UInt8) -> Bool {
    guard first == byte else { return false }
    removeFirst()
    return true
  }
}
