"""Legal documents: what is to be read or accepted, and that it was."""

from collections.abc import Collection, Mapping
from typing import Any

from headend.catalog.models import Tariff
from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Guest, Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.calls import Needs
from headend.kernel.errors import HeadendError
from headend.kernel.formats import Fields
from headend.portal.actions import accept_document
from headend.portal.errors import AlreadyAccepted, NobodyAccepts, UnknownDocument
from headend.portal.models import DocumentType, LegalDocument
from headend.portal.queries import accepted, document_for, documents_for, subjects_of

_LIST_ERRORS = {1: "no such type of documents, or a bad parameter", 2: "no such tariff"}
_DETAIL_ERRORS = {1: "no such document"}
_UNKNOWN: Mapping[type[HeadendError], int] = {UnknownDocument: 1}


@DEVICE_API.call("LegalDocumentList", "GET", "/legal/document/list/", needs=Needs.EITHER, errors=_LIST_ERRORS)
def list_documents(
    caller: Guest,
    document_type: int | None = None,
    tariff_id: int | None = None,
    virtual_tariff_id: int | None = None,
) -> Fields:
    """List the documents that are in force, of one type or for one tariff.

    Choice: a document without tariffs goes with every one. There are no virtual tariffs here: a `virtual_tariff_id` is
    no such tariff.
    """
    if virtual_tariff_id is not None:
        raise Refused(2)
    return _listed(caller, document_type, tariff_id)


@DEVICE_API.call("NoAuthLegalDocumentList", "GET", "/noauth/legal/document/list/", needs=Needs.KEY, errors=_LIST_ERRORS)
def list_documents_for_guests(caller: Guest, document_type: int | None = None, tariff_id: int | None = None) -> Fields:
    """List the documents that are in force, before signing in."""
    return _listed(caller, document_type, tariff_id)


def _listed(caller: Guest, kind: int | None, tariff: int | None) -> Fields:
    if kind is not None and kind not in DocumentType.values:
        raise Refused(1)
    if tariff is not None and not Tariff.objects.of(caller.operator.pk).filter(pk=tariff).exists():
        raise Refused(2)
    documents = list(documents_for(caller.operator.pk, kind=kind, tariff=tariff))
    done = _accepted(caller, documents)
    return {"documents": [_row(caller, each, done) | {"document_type": each.kind} for each in documents]}


def _accepted(caller: Guest, documents: Collection[LegalDocument]) -> set[int]:
    account = caller.account if isinstance(caller, Viewer) else None
    return accepted(documents, subjects_of(account, caller.device_uid))


def _row(caller: Guest, document: LegalDocument, done: Collection[int]) -> dict[str, Any]:
    return {
        "id": document.pk,
        "name": caller.name_of(document),
        "version": document.version,
        "need_acceptance": int(document.needs_acceptance),
        "is_accepted": int(document.pk in done),
    }


@DEVICE_API.call(
    "LegalDocumentDetail",
    "GET",
    "/legal/document/detail/",
    needs=Needs.EITHER,
    errors=_DETAIL_ERRORS,
    refusals=_UNKNOWN,
)
@DEVICE_API.call(
    "NoAuthLegalDocumentDetail",
    "GET",
    "/noauth/legal/document/detail/",
    needs=Needs.KEY,
    errors=_DETAIL_ERRORS,
    refusals=_UNKNOWN,
)
def document_detail(caller: Guest, id: int) -> Fields:  # noqa: A002 - the wire's name
    """Tell a document with its text."""
    document = document_for(caller.operator.pk, id)
    row = _row(caller, document, _accepted(caller, [document]))
    return row | {"html_content": caller.localized(document, "text")}


@DEVICE_API.call(
    "LegalDocumentAccept",
    "GET",
    "/legal/document/accept/",
    needs=Needs.EITHER,
    errors={
        **_DETAIL_ERRORS,
        2: "this version was accepted before",
        3: "device_uid or a valid authkey is needed",
        120: "another system refused",
    },
    refusals={UnknownDocument: 1, AlreadyAccepted: 2, NobodyAccepts: 3},
    writes=True,
)
def accept(caller: Guest, id: int, device_model: str = "") -> Fields:  # noqa: A002 - the wire's name
    """Accept a document in the version in force: for the account, or before signing in for the device."""
    document = document_for(caller.operator.pk, id)
    accept_document(
        actor=caller.actor,
        document=document,
        account=caller.account if isinstance(caller, Viewer) else None,
        device_uid=caller.device_uid,
        device_model=device_model,
        text=caller.localized(document, "text"),
    )
    return {}
