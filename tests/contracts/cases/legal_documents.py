"""Scenarios of the calls for legal documents."""

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.catalog import make_tariff
from tests.factories.portal import make_document

from headend.portal.models import Acceptance, DocumentType

LIST, DETAIL = "LegalDocumentList", "LegalDocumentDetail"

for _name in (LIST, f"NoAuth{LIST}"):

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        everywhere = make_document(operator=house.operator, kind=DocumentType.SUBSCRIPTION)
        own = make_document(operator=house.operator, kind=DocumentType.SUBSCRIPTION)
        own.tariffs.set([house.tariff])
        make_document(operator=house.operator, kind=DocumentType.PAYMENT)
        make_document(operator=house.operator, kind=DocumentType.SUBSCRIPTION, is_enabled=False)
        other = make_tariff(operator=house.operator)
        theirs = house.ask(name, document_type=4, tariff_id=other.pk)
        assert theirs.is_xml or [row["id"] for row in theirs["documents"]] == [everywhere.pk]
        answer = house.ask(name, document_type=4, tariff_id=house.tariff.pk)
        assert answer.is_xml or [row["id"] for row in answer["documents"]] == [everywhere.pk, own.pk]
        return answer

    @refused(_name, 1)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name, document_type=5)

    @refused(_name, 2)
    def _(house: House, name: str = _name) -> Answer:
        virtual = {"virtual_tariff_id": 1} if name == LIST else {"tariff_id": 10**9}
        assert house.ask(name, **virtual).error == 2
        return house.ask(name, tariff_id=make_tariff().pk)  # another operator's


for _name in (DETAIL, f"NoAuth{DETAIL}"):

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        document = make_document(operator=house.operator, text="<p>Terms</p>", text_lang1="<p>Условия</p>")
        russian = house.ask(name, id=document.pk, lang="ru")
        assert russian.is_xml or russian["html_content"] == "<p>Условия</p>"
        return house.ask(name, id=document.pk)

    @refused(_name, 1)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name, id=make_document().pk)  # another operator's


@good("LegalDocumentAccept")
def _(house: House) -> Answer:
    document = make_document(operator=house.operator, version="1")
    answer = house.ask("LegalDocumentAccept", id=document.pk, device_model="TV 5")
    assert Acceptance.objects.get(document=document).account_number == house.account.number
    told = house.ask(DETAIL, id=document.pk)
    assert told.is_xml or told["is_accepted"] == 1
    document.version = "2"
    document.save()
    again = house.ask(DETAIL, id=document.pk)
    assert again.is_xml or again["is_accepted"] == 0
    assert house.ask("LegalDocumentAccept", id=document.pk).error == 0
    return answer


@refused("LegalDocumentAccept", 1)
def _(house: House) -> Answer:
    return house.ask("LegalDocumentAccept", id=make_document(operator=house.operator, is_enabled=False).pk)


@refused("LegalDocumentAccept", 2)
def _(house: House) -> Answer:
    document = make_document(operator=house.operator)
    guest = {"authkey": "", "api_key": house.key, "device_uid": "tv-1"}
    assert house.ask("LegalDocumentAccept", id=document.pk, **guest).error == 0
    assert house.ask("LegalDocumentAccept", id=document.pk, **guest).error == 2
    assert house.ask("LegalDocumentAccept", id=document.pk).error == 0  # the account has not, only a device
    return house.ask("LegalDocumentAccept", id=document.pk)


@refused("LegalDocumentAccept", 3)
def _(house: House) -> Answer:
    document = make_document(operator=house.operator)
    return house.ask("LegalDocumentAccept", id=document.pk, authkey="", api_key=house.key)


never("LegalDocumentAccept", {120: "acceptances are kept here; no other system is asked"})
