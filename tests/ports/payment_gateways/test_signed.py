"""The gateway of signed forms: payment pages, signatures in the ways that gateways have, what cannot be set."""

import hashlib
import hmac
from base64 import b64encode
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from headend.adapters.payment_gateways.signed import SignedGateway
from headend.billing.errors import NoticeRefused
from headend.billing.ports import Complaint, GatewayConfig, News, PaymentOrder, RawNotice
from headend.kernel.errors import Invalid

D = Decimal
SECRET = "s3cret"
ORDER = PaymentOrder("12-abcdefgh", D("9.50"), "EUR", "Television", "https://tv.example/back")
PAGE = {"page_url": "https://pay.example/form"}
SAID = {"order_id": "12-abcdefgh", "amount": "9.50", "currency": "EUR", "status": "success"}


def gateway(secret: str = SECRET, **options: str) -> SignedGateway:
    return SignedGateway(GatewayConfig(options=PAGE | options, secret=secret))


def sign(text: str, secret: str = SECRET, digest: str = "sha256") -> str:
    return hmac.new(secret.encode(), text.encode(), digest).hexdigest()


def told(fields: dict[str, str], **signed: Any) -> dict[str, str]:
    """A notice as the default settings sign it."""
    return fields | {
        "signature": sign("".join(fields.get(n, "") for n in ("order_id", "amount", "currency", "status")))
    }


def test_a_payment_page_with_what_the_gateway_asks_for() -> None:
    fields = (
        "m: $merchant\nid: $key\nsum: $amount\ncur: $currency\nwhat: $description\nback: $return_url\ns: $signature"
    )
    started = gateway(page_fields=fields, merchant_number="77", currency_codes="978: EUR").start(ORDER)
    url = urlsplit(started.url)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert (url.netloc, url.path, started.reference, started.form) == ("pay.example", "/form", ORDER.key, {})
    expected = {"m": "77", "id": ORDER.key, "sum": "9.50", "cur": "978", "what": "Television"}
    assert {name: query[name] for name in expected} == expected
    assert query["s"] == sign("7712-abcdefgh9.50978Televisionhttps://tv.example/back")


def test_a_form_that_is_posted_and_the_smallest_unit() -> None:
    made = gateway(page_method="post", amount_unit="smallest", page_fields="sum: $amount\ncost: $$1")
    started = made.start(ORDER)
    assert (started.url, dict(started.form)) == (PAGE["page_url"], {"sum": "950", "cost": "$1"})
    yen = PaymentOrder("1-x", D(950), "JPY")
    assert made.start(yen).form["sum"] == "950"
    assert made.read_notice(RawNotice(told(SAID | {"amount": "950"}))).amount == D("9.50")


WAYS = [
    ({}, "order_id", lambda text: sign(text)),
    ({"signed_digest": "sha512"}, "order_id", lambda text: sign(text, digest="sha512")),
    (
        {"signed_way": "append", "signed_digest": "md5", "signed_encoding": "base64"},
        "order_id",
        lambda text: b64encode(hashlib.md5(f"{text}{SECRET}".encode()).digest()).decode(),
    ),
    (
        {"signed_way": "prepend", "signed_digest": "sha1"},
        "order_id",
        lambda text: hashlib.sha1(f"{SECRET}{text}".encode()).hexdigest().upper(),
    ),
]


@pytest.mark.parametrize(("options", "key", "make"), WAYS)
@pytest.mark.parametrize("joiner", ["", ";"])
def test_signatures_as_gateways_make_them(options: dict[str, str], key: str, make: Any, joiner: str) -> None:
    made = gateway(signed_joiner=joiner, **options)
    text = joiner.join(SAID[name] for name in (key, "amount", "currency", "status"))
    notice = made.read_notice(RawNotice(SAID | {"signature": make(text)}))
    assert (notice.news, notice.key, notice.amount, notice.currency) == (News.PAID, ORDER.key, D("9.50"), "EUR")
    with pytest.raises(NoticeRefused, match="signature"):
        made.read_notice(RawNotice(SAID | {"amount": "95.0", "signature": make(text)}))


def test_all_fields_by_name_or_the_body_in_a_header() -> None:
    fields = SAID | {"zone": "x"}
    all_of = gateway(signed_fields="*", signed_joiner="|")
    text = "|".join(fields[name] for name in sorted(fields))
    assert all_of.read_notice(RawNotice(fields | {"signature": sign(text)})).news is News.PAID
    body = gateway(signed_fields="body", signature_header="X-Sign")
    raw = RawNotice(fields, {"x-sign": sign("as it came")}, b"as it came")
    assert body.read_notice(raw).news is News.PAID
    with pytest.raises(NoticeRefused):
        body.read_notice(RawNotice(fields, {}, b"as it came"))


@pytest.mark.parametrize(
    ("word", "news"),
    [
        ("success", News.PAID),
        ("no", News.FAILED),
        ("back", News.REFUNDED),
        ("created", News.NOTHING),
        ("", News.NOTHING),
    ],
)
def test_what_words_mean(word: str, news: News) -> None:
    made = gateway(failed_words="no, never", refunded_words="back")
    assert made.read_notice(RawNotice(told(SAID | {"status": word}))).news is news


@pytest.mark.parametrize("amount", ["", "9,50", "NaN", "1e3", "-1", "Infinity", "9" * 40])
def test_amounts_that_are_none(amount: str) -> None:
    with pytest.raises(NoticeRefused) as caught:
        gateway().read_notice(RawNotice(told(SAID | {"amount": amount})))
    assert caught.value.complaint == Complaint.UNREADABLE


def test_gateways_that_send_neither_currency_nor_state() -> None:
    made = gateway(currency_field="-", state_field="-", signed_fields="order_id amount")
    raw = RawNotice({"order_id": ORDER.key, "amount": "9.5", "signature": sign(f"{ORDER.key}9.5")})
    assert made.read_notice(raw) == made.read_notice(raw)
    assert (made.read_notice(raw).news, made.read_notice(raw).currency) == (News.PAID, "")


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"page_url": "javascript:alert(1)"}, "page_url"),
        ({"signed_fields": "order_id amount currency"}, "signed_fields"),
        ({"signed_fields": "order_id currency status"}, "signed_fields"),
        ({"signed_fields": "* amount order_id currency status"}, "signed_fields"),
        ({"signed_fields": "body"}, "signature_header"),
        ({"signed_digest": "crc32"}, "signed_digest"),
        ({"page_fields": "no colon"}, "page_fields"),
        ({"page_fields": "a: $everything"}, "page_fields"),
        ({"secret": ""}, "secret"),
    ],
)
def test_settings_that_cannot_work(options: dict[str, str], place: str) -> None:
    with pytest.raises(Invalid) as caught:
        gateway(**options)
    assert caught.value.place == place


def test_the_gateway_hears_what_it_wants() -> None:
    made = gateway(answer_taken="WMI_RESULT=OK", answer_refused="RETRY $reason", status_refused="200")
    assert made.reply_to(None).body == "WMI_RESULT=OK"
    refused = made.reply_to(Complaint.WRONG_AMOUNT)
    assert (refused.status, refused.body) == (200, "RETRY wrong_amount")
