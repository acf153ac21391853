"""Which fields the rows of channel lists have, in the order of the calls' documentation."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """How a list of channels is written: `list_name` is what the wire calls the list, `fields` are those of a row.

    Rows of a shape without programmes stay true when a programme ends.
    """

    list_name: str
    fields: tuple[str, ...]
    has_programmes: bool = True


_PROGRAMME = (
    "id", "name", "begin_time", "end_time", "category_id", "category", "description", "preview_url", "rating"
)  # fmt: skip
_TIMES_FIRST = (
    "category_id", "begin_time", "end_time", "name", "description", "category", "preview_url", "id", "rating"
)  # fmt: skip
_MORE = ("meta", "genres")
_TELEMETRY = (
    "telemeter", "telemeter_account_name", "telemeter_tmsec_name", "telemeter_cat_id", "telemeter_vc_id",
    "telemeter_vc_version",
)  # fmt: skip
_OPTIONS = ("option1", "option2", "option3")
_OWN = ("is_favorited", "is_hidden", "has_subscription", "url", "max_archive_duration", "ads_available", "lcn_number")


def _of(head: str, *groups: Iterable[str]) -> tuple[str, ...]:
    return tuple(head + name for group in groups for name in group)


_ABOUT = (
    "id", "name", "icon", "category_id", "url", "has_record", "max_archive_duration", "is_hidden", "is_favorited",
    "has_subscription", "is_parent_control", "timeshift_offset", "channel_sort",
)  # fmt: skip
_PARTICULARS = (*_OPTIONS, *_TELEMETRY, "aspect_ratio", "lcn_number", "hbb", "additional_categories")
_NEXT = _of("next_program_", _PROGRAMME, _MORE)

WHOLE = Shape(
    "channels",
    (
        *_ABOUT,
        *_of("program_", _PROGRAMME, _MORE),
        "pause_live_tv_shift",
        *_PARTICULARS,
        *_NEXT,
        "show_in_all",
        "ads_available",
        "drm_available",
    ),
)
COMPACT = Shape("channels", (*_ABOUT, *_of("program_", _PROGRAMME), "pause_live_tv_shift", "drm_available"))

V2 = Shape(
    "channels",
    (
        "id", "name", "category_id", "sort", "lcn_number", "has_subscription", "is_hidden", "is_parent_control",
        "is_favorited", "show_in_all", "icon",
    ),
    has_programmes=False,
)  # fmt: skip
OPEN_V2 = Shape(
    "channels",
    ("id", "name", "category_id", "sort", "lcn_number", "is_parent_control", "show_in_all", "icon"),
    has_programmes=False,
)

_INFO_HEAD = (
    "id", "name", "icon", "category_id", "timeshift_offset", "channel_sort", "has_record", "is_parent_control"
)  # fmt: skip
_COMPACT_INFO = (*_INFO_HEAD, *_of("program_", _TIMES_FIRST), "pause_live_tv_shift", "drm_available")
_INFO = (
    *_INFO_HEAD,
    *_of("program_", _TIMES_FIRST),
    "show_in_all",
    *_OPTIONS,
    "hbb",
    *_TELEMETRY,
    "aspect_ratio",
    "additional_categories",
    *_of("program_", _MORE),
    *_of("next_program_", _TIMES_FIRST, _MORE),
    "pause_live_tv_shift",
    "drm_available",
)
_COMPACT_OWN = ("is_favorited", "is_hidden", "has_subscription", "url", "max_archive_duration")
INFO = Shape("programs", (*_INFO, *_OWN, "meta"))
COMPACT_INFO = Shape("programs", (*_COMPACT_INFO, *_COMPACT_OWN, "meta"))
OPEN_INFO = Shape("programs", (*_INFO, "meta"))
COMPACT_OPEN_INFO = Shape("programs", (*_COMPACT_INFO, "meta"))

PORTAL = Shape("channels", ("id", "name", "icon", "category", *_of("program_", _PROGRAMME, _MORE), *_NEXT, "meta"))
COMPACT_PORTAL = Shape("channels", ("id", "name", "icon", "category", *_of("program_", _PROGRAMME), "meta"))

ICONS = Shape("icons", ("id", "icon"), has_programmes=False)
LAST = Shape("channels", ("id", "name", "icon"), has_programmes=False)

BY_INTEREST = Shape("programs", WHOLE.fields)
COMPACT_BY_INTEREST = Shape("programs", COMPACT.fields)
OPEN_BY_INTEREST = Shape(
    "programs",
    (
        "id", "name", "icon", "category_id", "program_category_id", "program_begin_time", "program_end_time",
        "program_name", "program_preview_url", "program_category", "program_id", "program_rating", "channel_sort",
        "meta", "program_meta",
    ),
)  # fmt: skip
