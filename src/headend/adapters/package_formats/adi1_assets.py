"""The assets of an ADI 1.1 package: what AMS and App_Data say of each, by name and in any case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from headend.adapters.package_formats.markup import Element
from headend.adapters.package_formats.values import NOTHING, Notes, Said

REPEATABLE = frozenset(
    (
        "provider_content_tier", "subscriber_view_limit", "rating", "msorating", "advisories", "audience", "actors",
        "director", "producers", "category", "genre", "chapter", "recording_artist", "song_title", "languages",
        "subtitle_languages", "dubbed_languages", "audio_type", "tag", "servicegroupid",
    )
)  # fmt: skip
"""Names that may be said more than once (ECN and the wild included); of all others the first counts."""

FLATTENED = frozenset({"file_update", "loadmode", "encryption", "encrypting", "servicegroupid"})
"""Extensions that some write with the asset's class before them: "movie_File_Update"."""


@dataclass(slots=True)
class Asset:
    """An asset; `kind` is its class in small letters with blanks, `parts` are the assets inside of it."""

    kind: str
    line: int
    ams: Mapping[str, Said]
    values: dict[str, list[Said]]
    content: Said | None = None
    parts: list["Asset"] = field(default_factory=list)

    def one(self, *names: str) -> Said:
        """The first value that is not empty under the first of the names that has one; else an empty one."""
        found = (said for name in names for said in self.values.get(name, ()) if said.text.strip())
        return next(found, NOTHING)

    def many(self, *names: str) -> list[Said]:
        """All values under these names that are not empty."""
        return [said for name in names for said in self.values.get(name, ()) if said.text.strip()]

    def of_ams(self, name: str) -> Said:
        """What AMS says, without blanks around it."""
        return self.ams.get(name, NOTHING)

    def below(self) -> Iterator["Asset"]:
        """All assets inside of this one, however deep, in their order."""
        for part in self.parts:
            yield part
            yield from part.below()


def read_asset(element: Element, notes: Notes, *, is_root: bool = False) -> Asset | None:
    """Read an asset with all that is in it; None, and a refusal, when it does not say what it is."""
    metadata = element.first("Metadata")
    ams = metadata.first("AMS") if metadata else None
    if metadata is None or ams is None:
        notes.add("no_metadata", Said("", element.line, element.name))
        return None
    said = {name.casefold(): _trimmed(name, value, ams.line, notes) for name, value in ams.attributes.items()}
    kind = said.get("asset_class", NOTHING).text.casefold().replace("_", " ")
    asset = Asset("package" if is_root else kind, element.line, said, _values(metadata, kind, notes))
    content = element.first("Content")
    if content is not None:
        asset.content = Said(content.attributes.get("Value") or content.text, content.line, "Content")
    parts = (read_asset(each, notes) for each in element.all("Asset"))
    asset.parts = [part for part in parts if part is not None]
    return asset


def _trimmed(name: str, value: str, line: int, notes: Notes) -> Said:
    said = Said(value, line, f"AMS {name}")
    if value != value.strip() and value.strip():
        notes.add("blank", said)
    return Said(value.strip(), line, said.place)


def _values(metadata: Element, kind: str, notes: Notes) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    prefix = f"{kind.replace(' ', '_')}_"
    for each in metadata.all("App_Data"):
        written = each.attributes.get("Name", "").strip()
        name = written.casefold()
        if name.startswith(prefix) and name.removeprefix(prefix) in FLATTENED:
            name = name.removeprefix(prefix)
        said = Said(each.attributes.get("Value", ""), each.line, f"App_Data {written}")
        if name in found and name not in REPEATABLE and said.text != found[name][0].text:
            notes.add("repeated", said)
        found.setdefault(name, []).append(said)
    return found
