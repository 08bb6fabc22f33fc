"""Run by an old DuckDB client: read every table and comment of a published file, print what was found as JSON.

`published_file_client.py FILE FINGERPRINTS`: FINGERPRINTS is a JSON object of queries, one per table. It imports
nothing but DuckDB, and only what DuckDB 1.1 has.
"""

import json
import sys

import duckdb


def main() -> None:
    file, queries = sys.argv[1], json.loads(sys.argv[2])
    config = {"enable_external_access": "false"}
    connection = duckdb.connect(file, read_only=True, config=config)
    tables = connection.execute(
        "select schema_name || '.' || table_name, comment from duckdb_tables() where not internal order by 1"
    ).fetchall()
    columns = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type, comment from duckdb_columns() "
        "where not internal order by schema_name, table_name, column_index"
    ).fetchall()
    found = {
        "version": duckdb.__version__,
        "tables": tables,
        "columns": columns,
        "row_counts": {name: len(connection.execute(f"select * from {name}").fetchall()) for name, _ in tables},
        "fingerprints": {name: connection.execute(query).fetchall()[0] for name, query in queries.items()},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
