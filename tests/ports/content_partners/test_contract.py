"""What every content partner keeps, whatever its service. A new adapter gets a case in CASES."""

from dataclasses import replace

import pytest

from headend.adapters.content_partners import CONTENT_PARTNERS
from headend.adapters.content_partners.recorded import RECORDING, RecordedPartner
from headend.vod.errors import PartnerAway, PartnerRefused
from headend.vod.ports import ContentPartner, PartnerRequest

INCLUDED = PartnerRequest(title="sea", account="7", address="192.0.2.1")
FOR_SALE = replace(INCLUDED, title="storm")
CASES = {"recorded": lambda: RecordedPartner.from_file(RECORDING)}


@pytest.fixture(params=CASES, ids=str)
def partner(request) -> ContentPartner:
    return CASES[request.param]()


def test_every_partner_is_under_the_contract():
    assert set(CASES) == set(CONTENT_PARTNERS)


def test_what_is_included_plays_and_is_not_offered(partner):
    stream = partner.stream(INCLUDED)
    assert stream.url.startswith("https://")
    assert (stream.partner_id, stream.token, stream.key) == ("headend", "recorded-token", "recorded-key")
    assert partner.offers(INCLUDED) == ()


def test_what_is_for_sale_plays_once_it_was_taken_and_for_that_account_only(partner):
    assert [offer.action for offer in partner.offers(FOR_SALE)] == ["rent", "buy"]
    with pytest.raises(PartnerRefused):
        partner.stream(FOR_SALE)
    partner.act(FOR_SALE, "rent")
    assert partner.offers(FOR_SALE) == ()
    assert "storm" in partner.stream(FOR_SALE).url
    with pytest.raises(PartnerRefused):
        partner.stream(replace(FOR_SALE, account="8"))


@pytest.mark.parametrize("action", ["", "steal", "rent "])
def test_only_what_is_offered_can_be_taken(partner, action):
    with pytest.raises(PartnerRefused):
        partner.act(FOR_SALE, action)


@pytest.mark.parametrize("title", ["", "nobody", "../sea"])
def test_unknown_titles_are_refused(partner, title):
    request = replace(INCLUDED, title=title)
    for ask in (partner.stream, partner.offers):
        with pytest.raises(PartnerRefused):
            ask(request)


def test_a_service_that_is_away_says_so(partner):
    with pytest.raises(PartnerAway):
        partner.stream(replace(INCLUDED, title="broken"))


def test_a_ticket_is_good_for_its_title(partner):
    assert partner.ticket("TICKET-1", INCLUDED)
    assert not partner.ticket("TICKET-1", FOR_SALE)
    assert not partner.ticket("TICKET-2", INCLUDED)
