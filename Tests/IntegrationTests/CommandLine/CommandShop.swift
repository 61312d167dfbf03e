/// What the tests of `cdc` load, and then change.
enum CommandShop {
  static let tables = """
    CREATE TABLE customer (id int PRIMARY KEY, name text, joined timestamptz DEFAULT now());
    CREATE TABLE invoice (id bigint PRIMARY KEY, customer int REFERENCES customer, total numeric(12, 2));
    INSERT INTO customer SELECT i, 'c' || i FROM generate_series(1, 500) i;
    INSERT INTO invoice SELECT i, 1 + i % 500, i * 1.01 FROM generate_series(1, 5000) i;
    """
  static let changes = """
    INSERT INTO customer SELECT i, 'n' || i FROM generate_series(501, 600) i;
    UPDATE invoice SET total = total + 1 WHERE id % 9 = 0;
    DELETE FROM invoice WHERE id % 10 = 0;
    """
}
