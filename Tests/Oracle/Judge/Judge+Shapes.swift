/// The log tells of a change by the columns' names, and nothing of a definition: so that the history can follow renamed, added and
/// altered columns and other keys, an event trigger writes into it what each statement makes of a table.
extension Judge {
  /// Messages that the pipeline does not ask for: what it sees is the same with and without them.
  static let shapes = """
    CREATE SCHEMA oracle;
    CREATE FUNCTION oracle.key(c pg_class) RETURNS int[] LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
      SELECT (string_to_array(i.indkey::text, ' ')::int[])[:i.indnkeyatts] FROM pg_index i
      WHERE i.indrelid = c.oid AND c.relreplident <> 'n'
        AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary AND i.indimmediate END
    $$;
    CREATE FUNCTION oracle.shape(c pg_class) RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
      SELECT json_build_object('table', c.relname, 'key', oracle.key(c), 'identity', c.relreplident, 'file', c.relfilenode,
        'columns', (SELECT coalesce(json_agg(json_build_object('number', attnum, 'name', attname, 'version', a.xmin::text,
            'type', format_type(atttypid, atttypmod), 'filled', atthasdef OR attidentity <> '' OR atthasmissing OR typdefault IS NOT NULL,
            'made', t.typtype <> 'b' OR t.typcategory = 'A')), '[]')
          FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
          WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped))
    $$;
    CREATE FUNCTION oracle.tell() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
      IF tg_tag = 'ALTER TYPE' THEN
        PERFORM pg_logical_emit_message(true, 'oracle_shape', '{}');
      ELSE
        PERFORM pg_logical_emit_message(true, 'oracle_shape', oracle.shape(c)::text) FROM pg_class c
        WHERE c.relpersistence = 'p' AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND c.oid IN (SELECT objid FROM pg_event_trigger_ddl_commands() WHERE classid = 'pg_class'::regclass);
      END IF;
    END $$;
    CREATE EVENT TRIGGER oracle_shapes ON ddl_command_end
      WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'ALTER TYPE') EXECUTE FUNCTION oracle.tell();
    """
}
