"""A table like TPC-H's orders and 600,000 changes to it, half of them updates, in transactions of any size."""

SQL = """
DROP TABLE IF EXISTS orders;
DROP PROCEDURE IF EXISTS change_orders;
CREATE TABLE orders (
  o_orderkey bigint PRIMARY KEY, o_custkey bigint NOT NULL, o_orderstatus char(1) NOT NULL,
  o_totalprice numeric(15,2) NOT NULL, o_orderdate date NOT NULL, o_orderpriority text NOT NULL,
  o_clerk text NOT NULL, o_shippriority integer NOT NULL, o_updated timestamptz NOT NULL, o_comment text NOT NULL);
INSERT INTO orders SELECT o.* FROM generate_series(1, {rows}) n, new_order(n) o;
CREATE PROCEDURE change_orders(first bigint, changes bigint, per_transaction bigint) LANGUAGE plpgsql AS $$
DECLARE done bigint := 0;
BEGIN
  WHILE done < changes LOOP
    INSERT INTO orders
    SELECT o.* FROM generate_series(first + done / 2, first + (done + per_transaction) / 2 - 1) n, new_order(n) o;
    UPDATE orders SET o_orderstatus = 'F', o_totalprice = o_totalprice + 1, o_updated = now()
    WHERE o_orderkey = ANY (ARRAY(
      SELECT DISTINCT 1 + (done / 2 + n) * 7919 % (first - 1) FROM generate_series(0, per_transaction / 2 - 1) n));
    COMMIT;
    done := done + per_transaction;
  END LOOP;
END $$;
VACUUM ANALYZE orders;
"""

NEW_ORDER = """
CREATE OR REPLACE FUNCTION new_order(n bigint, OUT o_orderkey bigint, OUT o_custkey bigint, OUT o_orderstatus char(1),
  OUT o_totalprice numeric(15,2), OUT o_orderdate date, OUT o_orderpriority text, OUT o_clerk text,
  OUT o_shippriority integer, OUT o_updated timestamptz, OUT o_comment text) LANGUAGE sql IMMUTABLE AS $$
  SELECT n, h % 150000, substr('OFP', h % 3 + 1, 1), (h % 50000000) / 100.0, date '1992-01-01' + h % 2400,
    (ARRAY['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'])[h % 5 + 1],
    'Clerk#' || lpad((h % 1000)::text, 9, '0'), 0,
    timestamptz '2020-01-01 00:00:00+00' + h * interval '1 millisecond', 'comment ' || md5(n::text)
  FROM (SELECT (n * 2654435761 % 2147483647)::int AS h) x
$$;
"""


def create(server, rows):
    server.sql(NEW_ORDER + SQL.format(rows=rows))


def change(server, first, changes, per_transaction):
    server.sql(f"CALL change_orders({first}, {changes}, {per_transaction})")
