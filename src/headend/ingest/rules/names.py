"""What may be the name of a file in a package, and what may identify an asset."""

import re

LONGEST_NAME = 200
"""Bytes; leaves room for what is put before and behind it."""
LONGEST_ASSET = 90
COMPANIONS = (".dtd", ".xsd", ".md5", ".sha1", ".sha256", ".sfv", ".txt", ".nfo", ".log", ".db", ".ini")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+:(?://)?")
_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._\-]*")
ASSET_ID_FORM = re.compile(r"[A-Za-z]{4}[0-9]{16}")
PROVIDER_ID_FORM = re.compile(r"[a-z0-9]([a-z0-9\-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9\-]*[a-z0-9])?)+")


def fault_of_name(name: str) -> str:
    """Say which fault (`deviations.FAULTS`) a file name of a package has; "" when it is a plain name."""
    if "/" in name or "\\" in name:
        return "address" if _SCHEME.match(name) and "://" in name else "path"
    if name in ("", ".", "..") or re.match(r"[A-Za-z]:", name):
        return "path" if name else "no_file"
    if _SCHEME.match(name):
        return "address"
    too_long = len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME
    return "bad_name" if too_long or name[0] == "." or not name.isprintable() else ""


def subfolder_of(path: str) -> str:
    """The subfolder of an inbox that a file lies in, "" for the inbox itself. Paths are relative to the inbox."""
    return path.rpartition("/")[0]


def beside(path: str, name: str) -> str:
    """The path of a file that lies where another one does."""
    home = subfolder_of(path)
    return f"{home}/{name}" if home else name


def plain_name(path: str) -> str:
    """The name by which a package knows a file."""
    return path.rpartition("/")[2]


def is_companion(path: str) -> bool:
    """Say whether a file goes along with whatever package it lies beside: document types, checksums, notes."""
    return path.lower().endswith(COMPANIONS)


def asset_key(provider_id: str, asset_id: str) -> str:
    """What identifies an asset, "provider.com/ABCD0123456789012345"; "" when these cannot."""
    key = f"{provider_id.lower()}/{asset_id}"
    fits = _ID.fullmatch(provider_id) and _ID.fullmatch(asset_id) and len(key) <= LONGEST_ASSET
    return key if fits else ""
