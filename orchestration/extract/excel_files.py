"""Excel workbooks: one sheet of a workbook is a table.

Belongs here: from a sheet to a table of text. Workbooks are for hundreds of thousands of cells at most; what is larger is
delivered as CSV or Parquet.
"""

import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.extract.faults import Rejected, UnusableFileError
from orchestration.extract.naming import column_names
from orchestration.extract.text_values import text
from orchestration.source_models import FileTable
from orchestration.warehouse import quoted

MAX_UNPACKED_BYTES = 512 * 1024 * 1024


def read_excel(connection: duckdb.DuckDBPyConnection, path: Path, table: FileTable, target: str) -> list[Rejected]:
    """Read a sheet into the temporary table `target`; `_row_number` is the sheet's row. Empty rows are passed over.

    Returns:
        the rows with a value beyond the header.

    Raises:
        UnusableFileError: no workbook, no such sheet, several sheets and none declared, or too large when unpacked.
    """
    grid, first_row = _grid(path, table)
    header, body = (grid[0], grid[1:]) if table.has_header else ([], grid)
    while header and header[-1] == "":
        header = header[:-1]
    if table.has_header and table.columns and len(table.columns) != len(header):
        raise UnusableFileError(
            f"{path.name}: row {first_row}: has {len(header)} columns where {len(table.columns)} are declared"
        )
    names = column_names(table.columns or [str(cell) for cell in header])
    rejects, rows, numbers = [], [], []
    for number, row in enumerate(body, start=first_row + table.has_header):
        if any(cell != "" for cell in row[len(names) :]):
            rejects.append(Rejected(path.name, number, f"has a value beyond its {len(names)} columns"))
        elif any(cell != "" for cell in row):
            rows.append(row)
            numbers.append(number)
    columns = [
        pa.array([text(row[i]) if i < len(row) else None for row in rows], pa.string()) for i in range(len(names))
    ]
    connection.register("sheet", pa.table([*columns, pa.array(numbers, pa.int64())], names=[*names, "_row_number"]))
    connection.execute(f"create or replace temp table {quoted(target)} as select * from sheet")
    connection.unregister("sheet")
    return rejects


def _grid(path: Path, table: FileTable) -> tuple[list[list[Any]], int]:
    """A sheet's cells from its first row with a value on, and that row's number."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise UnusableFileError(
                f"{path.name}: {unpacked / 1e6:.0f} MB unpacked is more than the {MAX_UNPACKED_BYTES / 1e6:.0f} MB "
                "allowed for a workbook; deliver CSV or Parquet"
            )
        workbook = CalamineWorkbook.from_path(str(path))
        if table.sheet is None and len(workbook.sheet_names) > 1:
            raise UnusableFileError(
                f"{path.name}: has the sheets {', '.join(workbook.sheet_names)}; declare sheet for table {table.name}"
            )
        name = table.sheet or workbook.sheet_names[0]
        if name not in workbook.sheet_names:
            raise UnusableFileError(f"{path.name}: has no sheet {name}, only {', '.join(workbook.sheet_names)}")
        sheet = workbook.get_sheet_by_name(name)
        grid = sheet.to_python()
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise UnusableFileError(f"{path.name}: not a readable workbook ({error})") from None
    if not grid:
        raise UnusableFileError(f"{path.name}: sheet {name} is empty")
    return grid, (sheet.start[0] if sheet.start else 0) + 1
