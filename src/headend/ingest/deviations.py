"""Everything that can be wrong with a package, and what follows from it. Pure; docs/4-reference has it as a table."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from headend.ingest.ports import Deviation

MOST_KEPT = 200
"""Of one package's deviations; of more, the first are told and the rest are counted."""
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of deviation. `is_refusal`: the package cannot be used; `strict`: it can, unless the profile is strict
    about this."""

    text: str
    is_refusal: bool = False
    strict: str = ""


def _refuses(text: str) -> Fault:
    return Fault(text, is_refusal=True)


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        # what makes a package
        "no_metadata": _refuses("an asset has no AMS, so nobody can say what it is"),
        "no_title": _refuses("there is no title"),
        "no_titles": _refuses("there is nothing to publish in it"),
        "no_id": _refuses("what identifies the asset is missing"),
        "bad_id": _refuses("this cannot identify an asset: letters, figures, dots, hyphens and underscores can"),
        "too_many": _refuses("there is more of this than is taken from one file"),
        "bad_load_mode": _refuses("the load mode is none of insert, update and unpublish"),
        "bad_window": _refuses("the licensing window cannot be read; the profile may name further forms of dates"),
        "window_order": _refuses("the licensing window ends before it begins"),
        "structure": Fault("the elements are not as the document type has them", strict="dtd"),
        "namespace": Fault("the format has no namespaces", strict="dtd"),
        "spec_version": Fault("another version of the specification than CableLabsVOD1.1"),
        "flat": Fault("an asset stands beside its title, not in it"),
        "asset_id_form": Fault("the asset id is not four letters and sixteen figures", strict="asset_id"),
        "duplicate_id": Fault("two assets of the package have the same id", strict="asset_id"),
        "provider_id_form": Fault("the provider id is not a domain name in small letters", strict="asset_id"),
        "no_title_asset": Fault("there is no title asset; the package's own id is taken"),
        "no_load_mode": Fault("the load mode is missing and follows from verb and version"),
        "bad_version": Fault("the version is no number; 1.0 is taken"),
        "unknown_class": Fault("an asset of a class that nobody knows; it is kept, and not shown"),
        # files
        "no_file": _refuses("the file of an asset that is to be published is not named"),
        "path": _refuses("a file name must not lead out of the package's folder"),
        "address": _refuses("files come with the package, not from an address"),
        "bad_name": _refuses("this cannot be a file name"),
        "unused_name": Fault("the name of a file that is not to be published cannot be used"),
        "repeated_file": Fault("two assets have the same file"),
        "no_content": Fault("an asset without content; it counts as not updated"),
        "many_covers": Fault("more than two covers"),
        "long_preview": Fault("the preview is longer than the profile allows"),
        "encrypted_copy": Fault("an encrypted copy of another file is not used"),
        "bad_size": Fault("the file's size is no number of bytes; it is not compared", strict="checksum"),
        "bad_checksum": Fault("the checksum is no MD5 in hex; it is not compared", strict="checksum"),
        # values
        "missing": Fault("mandatory values are missing"),
        "repeated": Fault("a value is given more than once; the first counts"),
        "too_long": Fault("a value is longer than the specification allows"),
        "blank": Fault("a value has blanks around it"),
        "bad_flag": Fault("neither yes nor no; the default is taken"),
        "bad_number": Fault("this is no number; it is left out"),
        "bad_year": Fault("this is no year; it is left out"),
        "bad_time": Fault("this is no length of time; it is left out"),
        "bare_time": Fault("a length of time without colons; the profile says what it counts"),
        "bad_language": Fault("this is no ISO 639 language"),
        "unknown_rating": Fault("a rating that nobody knows counts as for adults; the profile may map it"),
        "bad_price": Fault("this is no price; it is left out"),
        # events of the guide
        "no_event_id": _refuses("an event has no EventId"),
        "no_service": _refuses("an event has no ServiceId"),
        "bad_moment": _refuses("when an event begins or ends cannot be read"),
        "event_order": _refuses("an event ends before it begins"),
        "bad_event_id": _refuses("an EventId is longer than can be kept"),
        "no_event_title": _refuses("an event has no title"),
        "event_duration": Fault("the event's duration is not the time from its start to its end, which counts"),
        "no_end": Fault("the event has no end; its duration says it"),
        "repeated_event": Fault("an event is given more than once; the last counts"),
        # other formats
        "several_versions": Fault("a file in several versions; the first counts"),
        # files, as they came
        "absent": _refuses("the file is not there"),
        "late": _refuses("files have not come in time"),
        "no_plain_file": _refuses("this is no ordinary file"),
        "empty": _refuses("the file is empty"),
        "size": _refuses("the file has another size than the package says"),
        "checksum": _refuses("the file has another checksum than the package says"),
        "picture": _refuses("the picture cannot be used"),
        "media": _refuses("the file cannot be played"),
        "no_video": _refuses("the file has no video"),
        "not_probed": Fault("nobody could look into the file, so its length and tracks are not compared"),
        "no_sound": Fault("the film has no sound"),
        "duration": Fault("the file is shorter or longer than the package says", strict="duration"),
        "no_duration": Fault("the file does not say how long it is"),
        "missing_language": Fault("the film has no such track in this language"),
        "not_hd": Fault("the package says HD, the file has fewer lines"),
    }
)

STRICT = tuple(sorted({fault.strict for fault in FAULTS.values()} - {""}))
"""What a profile may be strict about."""


def deviation(  # noqa: PLR0913 - a deviation, told in full
    fault: str, strict: Collection[str], *, line: int = 0, place: str = "", value: object = "", detail: str = ""
) -> Deviation:
    """Tell of a fault; KeyError when there is no such. `detail` says what this one is about, if more is known."""
    known = FAULTS[fault]
    said = str(value)
    return Deviation(
        f"{known.text}: {detail}" if detail else known.text,
        line,
        place[:LONGEST_VALUE],
        said if len(said) <= LONGEST_VALUE else f"{said[:LONGEST_VALUE]}…",
        known.is_refusal or known.strict in strict,
    )


def bounded(deviations: Iterable[Deviation]) -> tuple[Deviation, ...]:
    """At most MOST_KEPT deviations in their order, refusals before warnings where there are more."""
    everything = list(deviations)
    if len(everything) <= MOST_KEPT:
        return tuple(everything)
    kept = sorted(everything, key=lambda each: not each.is_refusal)[:MOST_KEPT]
    kept.sort(key=lambda each: each.line)
    return (*kept, Deviation(f"and {len(everything) - MOST_KEPT} more deviations"))


def told(deviation: Deviation) -> str:
    """A deviation in one line, with its place in the file: "… (line 12, AMS Asset_ID: ABC)"."""
    where = [f"line {deviation.line}"] if deviation.line else []
    what = ": ".join(part for part in (deviation.place, deviation.value) if part)
    places = ", ".join([*where, *([what] if what else [])])
    return f"{deviation.message} ({places})" if places else deviation.message
