"""Everything about one package on one page: what came in, what was wrong with it, where it is, what may be done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from headend.ingest.actions.deeds import deeds_of
from headend.ingest.models import STATES, EdgeFile, LogEntry, Ticket, Transfer, TransferState
from headend.ingest.rules.deeds import WANT_REASON, Deed
from headend.ingest.rules.folders import DISCARDED, FOLDERS
from headend.ingest.rules.names import plain_name
from headend.ingest.rules.progress import Progress, progress_of
from headend.ingest.rules.states import State, may_be_set
from headend.interfaces.console.ingest_words import in_words
from headend.interfaces.console.lists import record_url
from headend.interfaces.console.reach import Sight, staff_of
from headend.vod.models import Title

LONGEST_REASON = 500
MOST = 100

STATE_COLOURS = {
    State.OPEN.value: "default",
    State.WAIT_ENCRYPTING.value: "warning",
    State.IN_ENCRYPTING.value: "info",
    State.ENCRYPTED.value: "info",
    State.WAIT_TRANSFER.value: "warning",
    State.IN_TRANSFER.value: "info",
    State.WAIT_PUBLICATION.value: "warning",
    State.IN_PUBLICATION.value: "info",
    State.CLOSED.value: "success",
    State.REJECTED.value: "danger",
}
TRANSFER_COLOURS = {
    TransferState.WAITING: "default",
    TransferState.RUNNING: "info",
    TransferState.DONE: "success",
    TransferState.FAILED: "danger",
}
LEVEL_COLOURS = {"info": "info", "warning": "warning", "error": "danger"}

# What each deed is called, its icon, and what is said when it is done.
DEEDS: Mapping[Deed, tuple[Any, str, Any]] = {
    Deed.HOLD: (gettext_lazy("Hold"), "pause", gettext_lazy("The ticket is held.")),
    Deed.RELEASE: (gettext_lazy("Release"), "play_arrow", gettext_lazy("The ticket goes on.")),
    Deed.RETRY: (gettext_lazy("Try again now"), "refresh", gettext_lazy("It will be tried at once.")),
    Deed.BEGIN_ENCRYPTION: (
        gettext_lazy("I am encrypting it"), "lock_clock", gettext_lazy("The ticket says that it is being encrypted.")
    ),
    Deed.ENCRYPTED: (gettext_lazy("It is encrypted"), "lock", gettext_lazy("The ticket waits for its transfer.")),
    Deed.REFUSED: (
        gettext_lazy("The encryptor refuses it"), "no_encryption", gettext_lazy("The package is rejected.")
    ),
    Deed.REJECT: (gettext_lazy("Reject"), "block", gettext_lazy("The package is rejected.")),
    Deed.REOPEN: (gettext_lazy("Begin anew"), "restart_alt", gettext_lazy("The ticket begins anew.")),
    Deed.SET_STATE: (gettext_lazy("Set the state"), "edit", gettext_lazy("The state is set.")),
}  # fmt: skip

_METADATA = {
    "name": gettext_lazy("name"),
    "brief": gettext_lazy("short name"),
    "name_original": gettext_lazy("original name"),
    "summary": gettext_lazy("description"),
    "summary_short": gettext_lazy("short description"),
    "year": gettext_lazy("year"),
    "seconds": gettext_lazy("duration, seconds"),
    "ratings": gettext_lazy("ratings"),
    "age": gettext_lazy("age rating"),
    "genres": gettext_lazy("genres"),
    "categories": gettext_lazy("categories"),
    "actors": gettext_lazy("actors"),
    "directors": gettext_lazy("directors"),
    "countries": gettext_lazy("countries"),
    "language": gettext_lazy("language"),
    "studio": gettext_lazy("studio"),
    "series": gettext_lazy("series"),
    "season": gettext_lazy("season"),
    "episode": gettext_lazy("episode"),
    "episode_name": gettext_lazy("name of the episode"),
    "shown_from": gettext_lazy("shown from"),
    "shown_until": gettext_lazy("shown until"),
    "suggested_price": gettext_lazy("suggested price"),
}
_OF_PACKAGE = {
    "format": gettext_lazy("format"),
    "provider": gettext_lazy("provider"),
    "provider_id": gettext_lazy("provider id"),
    "product": gettext_lazy("product"),
    "groups": gettext_lazy("service groups"),
    "wants_encryption": pgettext_lazy("of a package", "asks for encryption"),
}


@dataclass(frozen=True, slots=True)
class Button:
    """A deed that may be done now."""

    name: str
    words: Any
    icon: str
    wants_reason: bool


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a package: what is said of it, and where it lies."""

    name: str
    role: str
    size: int | None
    md5: str
    is_updated: bool
    place: str


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer, how far it is, and in how much time it will be there."""

    transfer: Transfer
    colour: str
    progress: Progress
    left: str


def ticket_page(
    site_context: Mapping[str, Any], request: HttpRequest, ticket: Ticket, *, may_handle: bool
) -> TemplateResponse:
    """The page; what the staff member may not see is left out."""
    sight = Sight(staff_of(request))
    context = {
        **site_context,
        "title": str(ticket),
        "ticket": ticket,
        "colour": STATE_COLOURS[ticket.state],
        "buttons": list(_buttons(ticket)) if may_handle else [],
        "states": _settable(ticket) if may_handle else [],
        "title_url": record_url(ticket.title) if ticket.title and sight.may(Title) else "",
        "package": _rows(ticket.package, _OF_PACKAGE),
        "version": ".".join(map(str, ticket.package.get("version") or ())),
        "metadata": [*_rows(ticket.package.get("title") or {}, _METADATA), *_extra(ticket)],
        "events": (ticket.package.get("events") or ())[:MOST],
        "files": list(_files(ticket)),
        "reason": in_words(ticket.reason),
        "deviations": [each | {"message": in_words(each["message"])} for each in ticket.deviations[:MOST]],
        "history": [(each, in_words(each.reason)) for each in ticket.history.order_by("-pk")[:MOST]],
        "transfers": transfer_rows(ticket.transfers.order_by("edge__name", "remote")[:MOST]),
        "on_edges": _on_edges(sight, ticket),
        "log": list(_log(sight, ticket)),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "console/ingest_ticket.html", context)


def transfer_rows(transfers: Any) -> list[TransferRow]:
    """Transfers with their progress."""
    return [_transfer_row(each) for each in transfers.select_related("edge", "group")]


def _transfer_row(each: Transfer) -> TransferRow:
    progress = progress_of(each.bytes_done, each.bytes_total, each.started_at, each.changed_at, each.bytes_before)
    is_running = each.state == TransferState.RUNNING
    left = str(timedelta(seconds=round(progress.left))) if is_running and progress.left is not None else ""
    return TransferRow(each, TRANSFER_COLOURS[TransferState(each.state)], progress, left)


def _buttons(ticket: Ticket) -> Iterator[Button]:
    for deed in deeds_of(ticket):
        if deed is not Deed.SET_STATE:
            words, icon, _said = DEEDS[deed]
            yield Button(deed.value, words, icon, deed in WANT_REASON)


def _settable(ticket: Ticket) -> list[tuple[str, Any]]:
    state = State(ticket.state)
    return [(each.value, words) for each, words in STATES.items() if may_be_set(state, each)]


def _rows(told: Mapping[str, Any], words: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """What is said, in words; nothing of what is not."""
    return [(label, _plain(told[name])) for name, label in words.items() if told.get(name) not in (None, "", [], 0)]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _extra(ticket: Ticket) -> list[tuple[str, str]]:
    extra = (ticket.package.get("title") or {}).get("extra") or {}
    return [(name, str(value)) for name, value in extra.items()]


def _files(ticket: Ticket) -> Iterator[FileRow]:
    said = {each["name"]: each for each in ticket.package.get("files") or ()}
    kept = {plain_name(came_as): kept_as for came_as, kept_as in ticket.files.items()}
    for name in dict.fromkeys((*kept, *said)):
        about = said.get(name, {})
        role = about.get("role", "") or _("description")
        is_updated = bool(about.get("is_updated", True))
        place = place_of(ticket, kept[name]) if name in kept else ""
        yield FileRow(name, role, about.get("size"), about.get("md5", ""), is_updated, place)


def place_of(ticket: Ticket, name: str) -> str:
    """Where a file of a package lies, as its provider sees it."""
    if ticket.folder == DISCARDED:
        return _("our own store of what is discarded")
    folders: Mapping[str, str] = {**FOLDERS, **ticket.inbox.folders}
    return f"{folders.get(ticket.folder, ticket.folder)}/{name}".removeprefix("./")


def _log(sight: Sight, ticket: Ticket) -> Iterator[tuple[str, LogEntry, str]]:
    for each in sight.rows(LogEntry).filter(ticket=ticket).order_by("-pk")[:MOST]:
        yield LEVEL_COLOURS[each.level], each, in_words(each.text)


def _on_edges(sight: Sight, ticket: Ticket) -> Sequence[Model]:
    """What lies on edges for the asset, this delivery's and older ones'."""
    if not ticket.asset:
        return []
    rows = sight.rows(EdgeFile).filter(operator=ticket.operator_id, asset=ticket.asset)
    return list(rows.select_related("edge").order_by("edge__name", "remote")[:MOST])
