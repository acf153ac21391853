"""XMLTV, as far as a package goes: recognised and begun here, read where guides are read when it is published."""

from typing import ClassVar

from headend.adapters.package_formats.epgdata import GUIDE
from headend.adapters.package_formats.markup import Rooted
from headend.ingest.errors import NotAPackage
from headend.ingest.packages import HEAD
from headend.ingest.ports import Package, Parsed, Profile
from headend.ingest.rules.states import Kind, LoadMode


class Xmltv(Rooted):
    """See ingest.ports.PackageFormat."""

    name: ClassVar[str] = "xmltv"
    root: ClassVar[str] = "tv"

    def read(self, data: bytes, profile: Profile) -> Parsed:  # noqa: ARG002 - the guide source has a zone of its own
        """See PackageFormat."""
        if not self.recognises(data[:HEAD]):
            raise NotAPackage("it does not begin like XMLTV", 1)
        package = Package(format=self.name, kind=Kind.GUIDE, asset=GUIDE, load_mode=LoadMode.UPDATE, is_xmltv=True)
        return Parsed((package,))
