"""Providers' packages: where each of them is, what is wrong with it; inboxes, and files that are put into them."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from ninja import NinjaAPI, Schema
from pydantic import Field

from headend.ingest.actions.arrivals import is_description
from headend.ingest.actions.uploads import Received, check_name, deliver, discard, receive, ticket_for
from headend.ingest.models import KINDS, LOAD_MODES, Inbox, Ticket
from headend.ingest.queries import LARGE, inboxes_seen_by, packages_seen_by
from headend.ingest.rules.states import State
from headend.interfaces.rest import answers
from headend.interfaces.rest.callers import Caller, Key, caller_of
from headend.interfaces.rest.paging import Filter
from headend.interfaces.rest.problems import Problem
from headend.interfaces.rest.resources import Part, Resource
from headend.interfaces.rest.shapes import Moment, Number, PathNumber

CHUNK = 1 << 20
MOST_INCOMPLETE = 1000


class PackageShape(Schema):
    id: int
    inbox_id: int
    kind: str = Field(description=", ".join(value for value, _words in KINDS))
    asset: str = Field(description="What identifies the title: provider id and asset id.")
    load_mode: str = Field(description=", ".join(value for value, _words in LOAD_MODES))
    name: str
    file_name: str = Field(description="Of the description.")
    state: str = Field(description=", ".join(State))
    is_open: bool = Field(description="It is neither published nor rejected.")
    is_held: bool
    awaits_insert: bool = Field(description="It changes a title that no package has inserted yet.")
    reason: str = Field(description="Why it was rejected, is held or is tried again.")
    attempts: int
    next_attempt_at: Moment | None
    arrived_at: Moment
    changed_at: Moment
    closed_at: Moment | None
    title_id: int | None = Field(description="What it was published as.")


class DeviationShape(Schema):
    """Something in a package that is not as its format says. `line` 0 is the package as a whole."""

    message: str
    line: int = 0
    place: str = ""
    value: str = ""
    is_refusal: bool = False


class DeviationsShape(Schema):
    deviations: list[DeviationShape]


class ChangeShape(Schema):
    at: Moment
    state_left: str = Field(description="Empty for a new package.")
    state_entered: str
    reason: str


class HistoryShape(Schema):
    """The states that a package went through, the oldest first."""

    changes: list[ChangeShape]


class InboxShape(Schema):
    id: int
    name: str
    format: str = Field(description="Empty: recognised by its beginning.")
    is_enabled: bool


class WaitingShape(Schema):
    """A description whose files are not all there. `since`: when something of its package came last."""

    file_name: str
    missing: list[str]
    since: Moment


class IncompleteShape(Schema):
    packages: list[WaitingShape]


class UploadShape(Schema):
    name: str
    size: int
    sha256: str
    package_id: int | None = Field(description="The package that this very description was taken for before.")


def _packages(caller: Caller) -> Any:
    return packages_seen_by(caller.key).defer(*LARGE)


PACKAGES = Resource(
    path="packages",
    noun="package",
    text="Content providers' packages on their way. A provider's key sees those of its own inboxes.",
    model=Ticket,
    shape=PackageShape,
    read=_packages,
    filters={
        "state": Filter("state", str),
        "is_open": Filter("is_open", bool),
        "is_held": Filter("is_held", bool),
        "inbox_id": Filter("inbox", Number),
        "asset": Filter("asset", str),
        "file_name": Filter("file_name", str),
        "kind": Filter("kind", str),
        "load_mode": Filter("load_mode", str),
        "arrived_from": Filter("arrived_at__gte", Moment),
        "changed_from": Filter("changed_at__gte", Moment),
    },
    sorts=("id", "arrived_at", "changed_at"),
    parts=(
        Part(
            name="deviations",
            text="What is not as it should be in a package",
            read=lambda _caller, ticket: {"deviations": ticket.deviations},
            shape=DeviationsShape,
        ),
        Part(
            name="history",
            text="The states that a package went through",
            read=lambda _caller, ticket: {"changes": list(ticket.history.order_by("pk"))},
            shape=HistoryShape,
        ),
    ),
)

INBOXES = Resource(
    path="inboxes",
    noun="inbox",
    scope="packages",
    text="Where packages are left. A provider's key sees its own.",
    model=Inbox,
    shape=InboxShape,
    read=lambda caller: inboxes_seen_by(caller.key),
    filters={"is_enabled": Filter("is_enabled", bool)},
    sorts=("id", "name"),
    parts=(
        Part(
            name="incomplete",
            text="Packages that wait for more of their files",
            read=lambda _caller, inbox: {"packages": list(inbox.incomplete.all()[:MOST_INCOMPLETE])},
            shape=IncompleteShape,
        ),
    ),
)

_ABOUT = """Puts a file of a package into an inbox. The body is the file, `Content-Length` says how long it is. Send the
description last: with it the package is complete. Sent again before that, a file takes the place of the one before;
a description that has been taken already answers 200 with its package and makes no second one."""
_BODY = {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


def mount_uploads(api: NinjaAPI) -> None:
    """Add the operation by which files are put into inboxes."""
    scope = PACKAGES.scope_for("write")

    @api.put(
        "/inboxes/{id}/files/{name}",
        auth=Key(scope),
        response={HTTPStatus.OK: UploadShape, HTTPStatus.CREATED: UploadShape},
        operation_id="put_file",
        summary="Put a file of a package into an inbox",
        description=f"{_ABOUT}\n\nScope: `{scope}`",
        tags=["inboxes"],
        openapi_extra={"x-scope": scope, "requestBody": _BODY},
    )
    def put_file(request: HttpRequest, id: PathNumber, name: str) -> HttpResponse:  # noqa: A002
        caller = caller_of(request)
        inbox = INBOXES.again(caller, id)
        if not inbox.is_enabled:
            raise Problem(409, "disabled", "nobody looks into this inbox")
        check_name(name)
        length = _length(request)
        received = receive(inbox, settings.HEADEND.data, _chunks(request), length)
        try:
            return _put(caller, inbox, name, received, length)
        finally:
            discard([received])


def _put(caller: Caller, inbox: Inbox, name: str, received: Received, length: int) -> HttpResponse:
    if received.size != length:
        raise Problem(400, "incomplete", f"only {received.size} of {length} bytes came")
    told = {"name": name, "size": received.size, "sha256": received.sha256, "package_id": None}
    data = settings.HEADEND.data
    taken = ticket_for(inbox, data, name, received.sha256) if is_description(name) else None
    if taken is not None:
        return answers.written(UploadShape, told | {"package_id": taken.pk}, HTTPStatus.OK)
    deliver(actor=caller.actor, inbox=inbox, data=data, files={name: received}, replaces=True)
    return answers.written(UploadShape, told, HTTPStatus.CREATED)


def _length(request: HttpRequest) -> int:
    text, most = request.META.get("CONTENT_LENGTH") or "", settings.HEADEND.upload_megabytes * 10**6
    if not text.isdecimal():
        raise Problem(411, "length_missing", "say in Content-Length how long the file is")
    if int(text) > most:
        raise Problem(413, "too_large", f"a file may have {most} bytes")
    return int(text)


def _chunks(request: HttpRequest) -> Iterator[bytes]:
    try:
        while chunk := request.read(CHUNK):
            yield chunk
    except UnreadablePostError as error:
        raise Problem(400, "incomplete", "the connection ended before the file did") from error
