"""Reads Delta tables and Parquet files with engines that share no code with this package, nor, pairwise, their
Parquet decoders: duckdb (C++; Delta by delta-kernel-rs), deltalake and datafusion (arrow-rs), polars (Rust, its
own), pyarrow (Arrow C++; Parquet only). Every one answers with an Arrow table."""

import glob
import os

import pyarrow as pa

_duckdb = None


def duckdb_connection():
    """One connection, with the extensions that PyPI packages carry: nothing is downloaded at run time."""
    global _duckdb
    if _duckdb is None:
        import duckdb

        _duckdb = duckdb.connect()
        for name in ("parquet", "delta"):
            module = __import__(f"duckdb_extension_{name}")
            pattern = os.path.join(os.path.dirname(module.__file__), "extensions", "*", "*.duckdb_extension")
            _duckdb.execute(f"LOAD '{glob.glob(pattern)[0]}'")
        _duckdb.execute("SET TimeZone = 'UTC'")
    return _duckdb.cursor()


def arrow(table):
    return pa.table(table.read_all() if hasattr(table, "read_all") else table)


def quoted(path):
    return "'" + path.replace("'", "''") + "'"


def read_delta(engine, path, version=None):
    if engine == "duckdb":
        suffix = "" if version is None else f", version => {version}"
        return arrow(duckdb_connection().execute(f"SELECT * FROM delta_scan({quoted(path)}{suffix})").to_arrow_table())
    if engine == "deltalake":
        from deltalake import DeltaTable, QueryBuilder

        table = DeltaTable(path, version=version)
        return arrow(QueryBuilder().register("t", table).execute("SELECT * FROM t"))
    if engine == "polars":
        import polars

        return polars.scan_delta(path, version=version).collect().to_arrow()
    raise ValueError(f"{engine} does not read Delta tables")


def read_parquet(engine, path):
    if engine == "duckdb":
        return arrow(duckdb_connection().execute(f"SELECT * FROM read_parquet({quoted(path)})").to_arrow_table())
    if engine == "pyarrow":
        import pyarrow.parquet

        return pyarrow.parquet.ParquetFile(path).read()
    if engine == "polars":
        import polars

        return polars.read_parquet(path).to_arrow()
    if engine == "datafusion":
        import datafusion

        return datafusion.SessionContext().read_parquet(path).to_arrow_table()
    raise ValueError(f"{engine} does not read Parquet files")


def query(sql, tables):
    """SQL in duckdb over Delta tables, each under the name that it is given."""
    connection = duckdb_connection()
    for name, path in tables.items():
        connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT * FROM delta_scan({quoted(path)})')
    return arrow(connection.execute(sql).to_arrow_table())
