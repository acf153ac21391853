"""Legal documents, and whether somebody has accepted them."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from headend.portal.errors import UnknownDocument
from headend.portal.models import Acceptance, LegalDocument
from headend.subscribers.models import Account


def documents_for(operator_id: int, *, kind: int | None = None, tariff: int | None = None) -> QuerySet[LegalDocument]:
    """The documents that are in force, in their order; with a tariff those that go with it or with every one."""
    documents: QuerySet[LegalDocument] = LegalDocument.objects.of(operator_id).filter(is_enabled=True)
    if kind is not None:
        documents = documents.filter(kind=kind)
    if tariff is not None:
        with_tariff = LegalDocument.tariffs.through._default_manager
        own = with_tariff.filter(tariff=tariff).values("legaldocument")
        bound = with_tariff.values("legaldocument")
        documents = documents.filter(Q(pk__in=own) | ~Q(pk__in=bound))
    return documents.order_by("kind", "sort", "pk")


def document_for(operator_id: int, number: int) -> LegalDocument:
    """A document that is in force; raises UnknownDocument."""
    document = documents_for(operator_id).filter(pk=number).first()
    if document is None:
        raise UnknownDocument("there is no such document")
    return document


def subjects_of(account: Account | None, device_uid: str) -> list[str]:
    """By what an acceptance counts for somebody: by their account, and by the device in front of them."""
    subjects = [f"account:{account.pk}"] if account else []
    return [*subjects, f"device:{device_uid}"] if device_uid else subjects


def accepted(documents: Collection[LegalDocument], subjects: Collection[str]) -> set[int]:
    """Which documents one of the subjects has accepted in the version in force."""
    versions = {document.pk: document.version for document in documents}
    rows = Acceptance.objects.filter(document__in=versions, subject__in=subjects)
    return {number for number, version in rows.values_list("document_id", "version") if versions[number] == version}
