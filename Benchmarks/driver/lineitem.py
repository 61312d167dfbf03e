"""A table like TPC-H's lineitem: 16 columns, any number of rows, made by the server itself."""

SQL = """
DROP TABLE IF EXISTS lineitem;
CREATE TABLE lineitem (
  l_orderkey bigint NOT NULL, l_partkey bigint NOT NULL, l_suppkey integer NOT NULL, l_linenumber integer NOT NULL,
  l_quantity numeric(15,2) NOT NULL, l_extendedprice numeric(15,2) NOT NULL,
  l_discount numeric(15,2) NOT NULL, l_tax numeric(15,2) NOT NULL,
  l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL,
  l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL,
  l_shipinstruct text NOT NULL, l_shipmode text NOT NULL, l_comment text NOT NULL);
SELECT setseed(0.42);
INSERT INTO lineitem
SELECT n / 4 + 1, part, supplier, n % 4 + 1, quantity, quantity * (900 + part % 1000) + (part % 100) / 100.0,
  (hash & 15) % 11 / 100.0, (hash >> 4 & 15) % 9 / 100.0,
  substr('RAN', hash % 3 + 1, 1), substr('OF', (hash >> 8) % 2 + 1, 1),
  day, day + (hash >> 9) % 60 - 30, day + (hash >> 15) % 30 + 1,
  (ARRAY['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'])[(hash >> 3) % 4 + 1],
  (ARRAY['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'])[(hash >> 6) % 7 + 1],
  words[hash % 64 + 1] || ' ' || words[(hash >> 6) % 64 + 1] || ' ' || words[(hash >> 12) % 64 + 1]
    || ' ' || words[(hash >> 18) % 64 + 1]
FROM (
  SELECT n, (random() * 200000)::int + 1 AS part, (random() * 10000)::int + 1 AS supplier,
    (random() * 49)::int + 1 AS quantity, (random() * 2147483646)::int AS hash,
    date '1992-01-01' + (random() * 2500)::int AS day
  FROM generate_series(0, {rows} - 1) n) r,
  (SELECT array_agg(substr(md5(i::text), 1, 4 + i % 5)) AS words FROM generate_series(0, 63) i) w;
ALTER TABLE lineitem ADD PRIMARY KEY (l_orderkey, l_linenumber);
VACUUM (ANALYZE, FREEZE) lineitem;
CHECKPOINT;
"""


def create(server, rows):
    server.sql(SQL.format(rows=rows))


def ctid_halves(server):
    pages = int(server.sql("SELECT relpages FROM pg_class WHERE relname = 'lineitem'"))
    middle = pages // 2
    return f"ctid < '({middle},0)'", f"ctid >= '({middle},0)'"
