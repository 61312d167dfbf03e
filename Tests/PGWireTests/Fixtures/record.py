#!/usr/bin/env python3
"""Records the fixtures beside it from a real server: python3 record.py 'host=… port=… user=postgres'

The server needs wal_level=logical, logical_decoding_work_mem=64kB, max_prepared_transactions=10 and may be thrown
away afterwards. Needs psql on the PATH. A fixture is a run of messages, each after its length (4 bytes, big-endian).
"""

import pathlib
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
CONNINFO = sys.argv[1] if len(sys.argv) > 1 else sys.exit(__doc__)


def psql(sql, database="fixtures"):
    done = subprocess.run(
        ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", f"{CONNINFO} dbname={database}"],
        input=sql, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{sql}\n{done.stderr}")
    return done.stdout


def write(name, messages):
    (HERE / name).write_bytes(b"".join(struct.pack(">I", len(m)) + m for m in messages))
    print(f"{name}: {len(messages)} messages, {sum(map(len, messages))} bytes, "
          + "".join(chr(m[0]) for m in messages if m[0] != ord("I"))[:60])


def changes(slot, **options):
    listed = "".join(f", '{name}', '{value}'" for name, value in {"publication_names": "pub", **options}.items())
    return [bytes.fromhex(line) for line in psql(
        f"SELECT encode(data, 'hex') FROM pg_logical_slot_peek_binary_changes('{slot}', NULL, NULL{listed})"
    ).split()]


TABLES = """
CREATE TYPE mood AS ENUM ('calm', 'glad');
CREATE TABLE shop (id int PRIMARY KEY, name text, price numeric(8,2), born timestamptz, feels mood, large text);
ALTER TABLE shop ALTER large SET STORAGE EXTERNAL;
CREATE TABLE everything (a int, b text, c bytea);
ALTER TABLE everything REPLICA IDENTITY FULL;
CREATE TABLE narrow (id int PRIMARY KEY);
CREATE PUBLICATION pub FOR ALL TABLES;
SELECT pg_replication_origin_create('elsewhere');
"""

CHANGES = """
INSERT INTO shop VALUES (1, 'ümläut', 12.50, '2026-01-02 03:04:05.678901Z', 'calm', repeat('x', 2100)),
  (2, NULL, 'NaN', 'infinity', 'glad', ''), (3, '', -0.01, NULL, NULL, NULL);
UPDATE shop SET price = 13 WHERE id = 1;
UPDATE shop SET id = 20 WHERE id = 2;
DELETE FROM shop WHERE id = 3;
INSERT INTO everything VALUES (1, 'a', '\\x00ff'), (NULL, NULL, NULL);
UPDATE everything SET b = 'b' WHERE a = 1;
DELETE FROM everything WHERE a IS NULL;
SELECT pg_logical_emit_message(true, 'cdc', 'transactional');
SELECT pg_logical_emit_message(false, 'cdc', '');
SELECT pg_replication_origin_session_setup('elsewhere');
BEGIN;
SELECT pg_replication_origin_xact_setup('0/ABCDEF', '2026-01-01 00:00Z');
INSERT INTO narrow VALUES (-1);
COMMIT;
SELECT pg_replication_origin_session_reset();
ALTER TABLE narrow ADD extra bigint;
INSERT INTO narrow VALUES (0, 9223372036854775807);
TRUNCATE shop, everything RESTART IDENTITY CASCADE;
"""

STREAMED = """
BEGIN;
INSERT INTO narrow SELECT generate_series(1, 450);
SAVEPOINT a; INSERT INTO narrow SELECT generate_series(1001, 1450); ROLLBACK TO a;
UPDATE narrow SET id = id - 100000 WHERE id BETWEEN 1 AND 2;
COMMIT;
BEGIN; INSERT INTO narrow SELECT generate_series(2001, 2500); ROLLBACK;
"""

PREPARED = """
BEGIN; INSERT INTO narrow VALUES (5000); PREPARE TRANSACTION 'small';
COMMIT PREPARED 'small';
BEGIN; INSERT INTO narrow SELECT generate_series(6001, 6500); PREPARE TRANSACTION 'large';
"""

psql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = 'fixtures';"
     "SELECT pg_replication_origin_drop(roname) FROM pg_replication_origin WHERE roname = 'elsewhere';"
     "DROP DATABASE IF EXISTS fixtures WITH (FORCE)", "postgres")
psql("CREATE DATABASE fixtures TEMPLATE template0", "postgres")
psql(TABLES)
for slot, two_phase in [("plain", "false"), ("streamed", "false"), ("prepared", "true")]:
    if slot == "streamed":
        psql(CHANGES)
        write("changes-text-v1.bin", changes("plain", proto_version=1, messages="true"))
        write("changes-binary-v2.bin", changes("plain", proto_version=2, messages="true", binary="true"))
    psql(f"SELECT pg_create_logical_replication_slot('{slot}', 'pgoutput', false, {two_phase})")
    if slot == "streamed":
        psql(STREAMED)
        write("streamed-text-v2.bin", changes("streamed", proto_version=2, streaming="on"))
        write("streamed-binary-v3.bin", changes("streamed", proto_version=3, streaming="on", binary="true"))
psql(PREPARED)
first = changes("prepared", proto_version=3, streaming="on")
psql("ROLLBACK PREPARED 'large'")
last = changes("prepared", proto_version=3, streaming="on")
write("prepared-text-v3.bin", first + [message for message in last if message[0] == ord("r")])
psql("INSERT INTO shop VALUES (1, 'one', 1.5, 'epoch', 'calm', ''), (2, NULL, NULL, NULL, NULL, NULL)")
copied = subprocess.run(
    ["psql", "-XqAt", "-d", f"{CONNINFO} dbname=fixtures", "-c", "COPY shop TO STDOUT (FORMAT binary)"],
    capture_output=True, check=True).stdout
write("copy-binary.bin", [copied])
print(psql("SELECT version()").strip())
psql("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = 'fixtures'")
psql("DROP DATABASE fixtures WITH (FORCE)", "postgres")
