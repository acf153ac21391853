"""The tables of a MySQL or MariaDB dump, read from the file: one walk finds them, then each is read where it lies.

Reads what mysqldump, mariadb-dump and phpMyAdmin write: `CREATE TABLE` with a column a line, `INSERT INTO ... VALUES`
with any number of rows. Everything else is passed over.
"""

import gzip
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from headend.subscribers.errors import OldSystemUnreadable
from headend.subscribers.ports import OldRow

LONGEST_ROW = 64_000_000
_CREATE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?[`\"]?(\w+)[`\"]?", re.IGNORECASE)
_COLUMN = re.compile(r"\s*+[`\"](\w+)[`\"]\s")
_INSERT = re.compile(
    r"(?:INSERT|REPLACE) (?:IGNORE )?INTO [`\"]?(\w+)[`\"]?\s*+(?:\(([^)]*+)\))?\s*+VALUES\b", re.IGNORECASE
)
_TEXT = r"'(?:[^'\\]++|\\.|'')*+'"
# Possessive throughout: a row that is not complete fails at once, whatever is in it.
_ROW = re.compile(rf"\s*+\(((?:[^'()]++|{_TEXT}|\([^()]*+\))*+)\)\s*+([,;])", re.DOTALL)
_VALUE = re.compile(rf"\s*+(?:_\w++\s*+)?({_TEXT}|[^,]*+)\s*+(?:,|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_ESCAPED = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "b": "\b"}
_BEGINS = (b"INSERT", b"insert", b"REPLACE", b"replace")


class Dump:
    """A dump that was walked through once; `close` lets go of the file."""

    def __init__(self, path: Path) -> None:
        self._stream = _opened(path)
        self._columns: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)  # offset and line of each INSERT
        self._sizes: Counter[str] = Counter()
        self._walk()

    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table, as it was created or, where it was not, as its rows name them."""
        return self._columns

    def sizes(self) -> Mapping[str, int]:
        """About how many rows each table has, as far as can be told without reading them."""
        return self._sizes

    def close(self) -> None:
        self._stream.close()

    def _walk(self) -> None:
        offset, table, filled = 0, "", ""
        for number, line in enumerate(self._stream, 1):
            if line.startswith(_BEGINS):
                filled = self._note_insert(_text(line), offset, number) or filled
                self._sizes[filled] += line.count(b"),(") + line.rstrip().endswith(b";")
            elif filled and line.startswith(b"("):
                self._sizes[filled] += 1
            elif created := _CREATE.match(_text(line[:200])):
                table = created[1]
                self._columns[table] = ()
            elif table and (column := _COLUMN.match(_text(line[:200]))):
                self._columns[table] += (column[1],)
            elif line.startswith(b")"):
                table = ""
            offset += len(line)

    def _note_insert(self, line: str, offset: int, number: int) -> str:
        """Write down where rows of a table begin; says of which."""
        found = _INSERT.match(line)
        if found is None:
            return ""
        self._places[found[1]].append((offset, number))
        if found[2]:
            self._columns.setdefault(found[1], _names(found[2]))
        return found[1]

    def rows(self, table: str) -> Iterator[OldRow]:
        """The rows of a table; raises OldSystemUnreadable with the line."""
        for offset, line in self._places.get(table, ()):
            self._stream.seek(offset)
            first = _text(self._stream.readline())
            found = _INSERT.match(first)
            if found is None:
                raise OldSystemUnreadable(f"line {line}: the dump has changed while it was read")
            names = _names(found[2]) if found[2] else self._columns.get(table, ())
            for values in self._values(first[found.end() :], line):
                if len(values) != len(names):
                    raise OldSystemUnreadable(f"line {line}: {len(values)} values for {len(names)} columns of {table}")
                yield dict(zip(names, values, strict=True))

    def _values(self, buffer: str, line: int) -> Iterator[list[str | None]]:
        position = 0
        while True:
            found = _ROW.match(buffer, position)
            if found is None:
                more = self._stream.readline()
                buffer, position = buffer[position:] + _text(more), 0
                if not more or len(buffer) > LONGEST_ROW:
                    raise OldSystemUnreadable(f"line {line}: this statement has no end, or is no list of rows")
                continue
            yield [_value(text) for text in _VALUE.findall(found[1])[:-1]]  # the last is the empty end
            position = found.end()
            if found[2] == ";":
                return


def _opened(path: Path) -> IO[bytes]:
    try:
        stream = path.open("rb")
        if stream.read(2) != b"\x1f\x8b":
            stream.seek(0)
            return stream
        with stream, gzip.open(path) as packed:
            unpacked = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the dump
            shutil.copyfileobj(packed, unpacked)
    except (OSError, EOFError) as error:
        raise OldSystemUnreadable(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    unpacked.seek(0)
    return unpacked


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="replace")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip().strip('`"') for name in text.split(","))


def _value(text: str) -> str | None:
    text = text.strip()
    if text.startswith("'"):
        return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]) if found[1] else "'", text[1:-1])
    if text.startswith(("b'", "B'")):
        return str(int(text[2:-1] or "0", 2)) if set(text[2:-1]) <= {"0", "1"} else text
    return None if text.upper() == "NULL" else text
