"""Tables in files: CSV as any spreadsheet writes it, and XLSX; XML is only written."""

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from headend.interfaces.console.cells import guard
from headend.kernel.errors import Invalid

MOST_ROWS = 200_000
MOST_BYTES = 50_000_000
MOST_COLUMNS = 300
MOST_MEMBERS = 1000
MOST_UNPACKED = 500_000_000
_UNREADABLE = (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError)
# Control characters, halves of pairs and the two that are no characters.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ZIP = b"PK\x03\x04"

Rows = Iterable[Sequence[Any]]


class NotATable(Invalid):
    """The file is no table that we can read; the message says why, in the staff member's language."""

    code = "not_a_table"


# --- writing ---------------------------------------------------------------------------------------------------------


def write_csv(rows: Rows) -> Iterator[bytes]:
    """CSV in UTF-8 with the mark that Excel needs, in pieces; no cell can be taken for a formula."""
    yield b"\xef\xbb\xbf"
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, row in enumerate(rows, 1):
        writer.writerow([_csv_cell(cell) for cell in row])
        if number % 200 == 0:
            yield _drain(buffer)
    yield _drain(buffer)


def _csv_cell(cell: Any) -> Any:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return guard(cell) if isinstance(cell, str) else cell


def _drain(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return text


def write_xlsx(rows: Rows) -> Iterator[bytes]:
    """An Excel workbook of one sheet, in pieces; texts are texts, also those that begin with "="."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(65536):
            yield piece


def write_xml(rows: Rows) -> Iterator[bytes]:
    """XML in UTF-8, in pieces: `<table><row><cell name="…">…`; the first of the rows gives the names."""
    remaining = iter(rows)
    names = [quoteattr(_xml_text(name)) for name in next(remaining, ())]
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<table>\n'
    for row in remaining:
        cells = (f"<cell name={name}>{escape(_xml_text(cell))}</cell>" for name, cell in zip(names, row, strict=True))
        yield f"<row>{''.join(cells)}</row>\n".encode()
    yield b"</table>\n"


def _xml_text(cell: Any) -> str:
    text = str(_csv_cell(cell)) if isinstance(cell, bool) else "" if cell is None else str(cell)
    return _NOT_IN_XML.sub("", text)


def _xlsx_cell(sheet: Any, cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)[:32_767]
    if not text.startswith("="):
        return text
    made = WriteOnlyCell(sheet, value=text)
    made.data_type = "s"
    return made


# --- reading ---------------------------------------------------------------------------------------------------------


def read_table(data: bytes) -> tuple[list[str], Iterator[Sequence[Any]]]:
    """The headings and the rows of a CSV or XLSX file; raises NotATable, also while the rows are read."""
    if len(data) > MOST_BYTES:
        raise NotATable(_("The file is larger than %(number)d MB.") % {"number": MOST_BYTES // 1_000_000})
    rows = _limited(_read_xlsx(data) if data.startswith(_ZIP) else _read_csv(data))
    headings = next(rows, None)
    if not headings or not any(headings):
        raise NotATable(_("The first row must name the columns."))
    return [str(heading or "") for heading in headings], rows


def _limited(rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise NotATable(_("The file has more than %(number)d rows.") % {"number": MOST_ROWS})
        yield row


def _read_csv(data: bytes) -> Iterator[Sequence[Any]]:
    text = _decode(data)
    if "\0" in text:
        raise NotATable(_("This is neither CSV nor XLSX."))
    head = text[:4096].partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise NotATable(_("This CSV cannot be read: %(text)s.") % {"text": error}) from error


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode(_code_page(data), errors="replace")


def _code_page(data: bytes) -> str:
    """Which of two code pages a text is in that is not UTF-8: Excel saves CSV in that of its country.

    In Windows-1251 whole words consist of bytes that in Windows-1252 are letters with accents, which stand alone.
    """
    cyrillic = sum(map(len, re.findall(rb"[\xa8\xb8\xc0-\xff]{3,}", data)))
    return "cp1251" if 2 * cyrillic > len(re.findall(rb"[\x80-\xff]", data)) else "cp1252"


def _read_xlsx(data: bytes) -> Iterator[Sequence[Any]]:
    try:
        _refuse_bomb(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size is not to be relied on
        yield from map(_without_tail, sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS))
    except _UNREADABLE as error:
        raise NotATable(_("This XLSX cannot be read.")) from error


def _refuse_bomb(data: bytes) -> None:
    """Refuse a small file that unpacks to a large one; zipfile reads no more of a member than is declared."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise NotATable(_("Unpacked, the file is larger than %(number)d MB.") % {"number": MOST_UNPACKED // 1_000_000})


def _without_tail(row: Sequence[Any]) -> Sequence[Any]:
    """A row without the empty cells that columns up to the last possible one have put behind it."""
    end = len(row)
    while end and row[end - 1] is None:
        end -= 1
    return row[:end]


@dataclass(frozen=True, slots=True)
class TableFormat:
    """A format that tables are written in."""

    name: str
    title: str
    content_type: str
    write: Callable[[Rows], Iterator[bytes]]


FORMATS = {
    "csv": TableFormat("csv", "CSV", "text/csv; charset=utf-8", write_csv),
    "xlsx": TableFormat(
        "xlsx", "XLSX (Excel)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx
    ),
    "xml": TableFormat("xml", "XML", "application/xml", write_xml),
}


def as_file(file: IO[bytes]) -> bytes:
    """All of an uploaded file, or a little more than is allowed."""
    return file.read(MOST_BYTES + 1)
