"""Formats of providers' packages, by the names that inboxes have for them."""

from collections.abc import Mapping
from types import MappingProxyType

from headend.adapters.package_formats.adi1 import Adi1
from headend.adapters.package_formats.adi3 import Adi3
from headend.adapters.package_formats.epgdata import EpgData
from headend.adapters.package_formats.mrss import Mrss
from headend.adapters.package_formats.xmltv import Xmltv
from headend.ingest.ports import PackageFormat

_FORMATS: tuple[PackageFormat, ...] = (Adi1(), EpgData(), Xmltv(), Adi3(), Mrss())
PACKAGE_FORMATS: Mapping[str, PackageFormat] = MappingProxyType({each.name: each for each in _FORMATS})
"""In the order in which they are asked whether a file is theirs."""
