"""Any gateway that is paid on a page of its own and tells by a signed form what became of it.

Most gateways work so, each with names of its own: the options say which field is what, what is signed, and what the
gateway wants to hear. They can be asked nothing, so a payment waits until its notice comes.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from string import Template
from typing import ClassVar
from urllib.parse import urlencode, urlsplit

from headend.adapters.payment_gateways.incapable import Incapable
from headend.adapters.payment_gateways.signatures import ALL, BODY, DIGESTS, ENCODINGS, WAYS, Scheme
from headend.billing.errors import NoticeRefused
from headend.billing.ports import (
    Ability,
    Complaint,
    Failure,
    GatewayConfig,
    News,
    Notice,
    Option,
    OptionKind,
    PaymentOrder,
    RawNotice,
    Reply,
    Started,
)
from headend.billing.rules import smallest_unit
from headend.kernel.errors import Invalid

VARIABLES = ("key", "amount", "currency", "description", "return_url", "merchant", "signature")
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
NOT_SENT = "-"
_BETWEEN = re.compile(r"[\s,;]+")
_LONGEST = 200

PAGE_URL = Option("page_url", OptionKind.URL)
PAGE_FIELDS = Option("page_fields", OptionKind.LINES)
PAGE_METHOD = Option("page_method", OptionKind.CHOICE, "get", ("get", "post"))
KEY = Option("key_field", default="order_id")
AMOUNT = Option("amount_field", default="amount")
UNIT = Option("amount_unit", OptionKind.CHOICE, "whole", ("whole", "smallest"))
CURRENCY = Option("currency_field", default="currency")
CURRENCIES = Option("currency_codes", OptionKind.LINES)
STATE = Option("state_field", default="status")
PAID = Option("paid_words", OptionKind.WORDS, "success")
FAILED = Option("failed_words", OptionKind.WORDS, "failure")
REFUNDED = Option("refunded_words", OptionKind.WORDS)
NUMBER = Option("number_field")
MERCHANT_FIELD = Option("merchant_field")
MERCHANT_NUMBER = Option("merchant_number")
SIGNATURE = Option("signature_field", default="signature")
SIGNATURE_HEADER = Option("signature_header")
SIGNED = Option("signed_fields", OptionKind.WORDS, "order_id, amount, currency, status")
JOINER = Option("signed_joiner")
WAY = Option("signed_way", OptionKind.CHOICE, "hmac", WAYS)
DIGEST = Option("signed_digest", OptionKind.CHOICE, "sha256", DIGESTS)
ENCODING = Option("signed_encoding", OptionKind.CHOICE, "hex", ENCODINGS)
ANSWER_TAKEN = Option("answer_taken", default="OK")
ANSWER_REFUSED = Option("answer_refused", default="ERROR")
STATUS_REFUSED = Option("status_refused", OptionKind.CHOICE, "400", ("400", "200", "403"))


class SignedGateway(Incapable):
    """See the module. `page_fields` are lines "name: value" in which $key, $amount, … stand for the payment's own.

    Currency and state may be "-": the gateway does not send them, every payment is in our currency, every notice says
    that one was paid.
    """

    abilities: ClassVar[frozenset[Ability]] = frozenset({Ability.SENDS_NOTICES})
    options: ClassVar[tuple[Option, ...]] = (
        PAGE_URL, PAGE_METHOD, PAGE_FIELDS, KEY, AMOUNT, UNIT, CURRENCY, CURRENCIES, STATE, PAID, FAILED, REFUNDED,
        NUMBER, MERCHANT_FIELD, MERCHANT_NUMBER, SIGNATURE, SIGNATURE_HEADER, SIGNED, JOINER, WAY, DIGEST, ENCODING,
        ANSWER_TAKEN, ANSWER_REFUSED, STATUS_REFUSED,
    )  # fmt: skip

    def __init__(self, config: GatewayConfig) -> None:
        self._config = config
        self._text = config.text
        self._secret = config.notice_secret or config.secret
        self._scheme = self._read_scheme()
        self._page_fields = _templates(self._pairs(PAGE_FIELDS), PAGE_FIELDS.name)
        self._currencies = self._pairs(CURRENCIES)
        if urlsplit(self._text(PAGE_URL)).scheme not in ("http", "https"):
            raise Invalid("an http(s) address is needed", PAGE_URL.name)
        if not self._secret:
            raise Invalid("notices cannot be proved without a secret", "secret")

    def _read_scheme(self) -> Scheme:
        signed = self._words(SIGNED)
        scheme = Scheme(signed, self._text(DIGEST), self._text(WAY), self._text(ENCODING), self._text(JOINER))
        for option, known in ((DIGEST, DIGESTS), (WAY, WAYS), (ENCODING, ENCODINGS)):
            if self._text(option) not in known:
                raise Invalid(f"one of {', '.join(known)}", option.name)
        for option in (KEY, AMOUNT, CURRENCY, STATE):
            if self._text(option) != NOT_SENT and not scheme.covers(self._text(option)):
                raise Invalid(f"{self._text(option)} is not signed, so anybody could change it", SIGNED.name)
        if BODY in signed and not self._text(SIGNATURE_HEADER):
            raise Invalid("the signature of a body stands in a header", SIGNATURE_HEADER.name)
        if len(signed) > 1 and {ALL, BODY} & set(signed):
            raise Invalid(f"{ALL} and {BODY} stand alone", SIGNED.name)
        return scheme

    def _words(self, option: Option) -> list[str]:
        return [word for word in _BETWEEN.split(self._text(option)) if word]

    def _pairs(self, option: Option) -> dict[str, str]:
        lines = [line for line in self._text(option).splitlines() if line.strip()]
        pairs = [line.partition(":") for line in lines]
        if not all(name.strip() and colon for name, colon, _ in pairs):
            raise Invalid("lines are of the form “name: value”", option.name)
        return {name.strip(): value.strip() for name, _, value in pairs}

    # --- paying ---

    def start(self, order: PaymentOrder) -> Started:
        fields = self._fields_of(order)
        url = self._text(PAGE_URL)
        if self._text(PAGE_METHOD) == "post":
            return Started(order.key, url, fields)
        mark = "&" if "?" in url else "?"
        return Started(order.key, f"{url}{mark}{urlencode(fields)}" if fields else url)

    def _fields_of(self, order: PaymentOrder) -> dict[str, str]:
        unit = smallest_unit(order.currency)
        amount = order.amount / unit if self._text(UNIT) == "smallest" else order.amount.quantize(unit)
        codes = {ours: theirs for theirs, ours in self._currencies.items()}
        values = {
            "key": order.key,
            "amount": f"{amount:f}" if self._text(UNIT) == "whole" else f"{amount:.0f}",
            "currency": codes.get(order.currency, order.currency),
            "description": order.description,
            "return_url": order.return_url,
            "merchant": self._text(MERCHANT_NUMBER),
            "signature": "",
        }
        signing = [name for name, text in self._page_fields.items() if "signature" in text.get_identifiers()]
        plain = {name: text.substitute(values) for name, text in self._page_fields.items() if name not in signing}
        names = [name for name in plain if name not in signing]
        signed = self._scheme.joiner.join(plain[name] for name in names).encode()
        return plain | dict.fromkeys(signing, self._scheme.sign(signed, self._secret))

    def refund(self, reference: str, amount: Decimal, currency: str, key: str) -> None:
        """Staff give the money back at the gateway; where that tells of it, it is not written down twice."""
        if self._words(REFUNDED):
            super().refund(reference, amount, currency, key)

    # --- notices ---

    def read_notice(self, raw: RawNotice) -> Notice:
        fields = raw.fields
        given = self._text(SIGNATURE_HEADER)
        signature = raw.headers.get(given.lower(), "") if given else fields.get(self._text(SIGNATURE), "")
        text = self._scheme.text_of(fields, raw.body, "" if given else self._text(SIGNATURE))
        if not signature or not self._scheme.is_right(signature, text, self._secret):
            raise NoticeRefused(Complaint.BAD_SIGNATURE)
        number, key = fields.get(self._text(NUMBER), ""), fields.get(self._text(KEY), "")
        if len(number) > _LONGEST or not 0 < len(key) <= _LONGEST:
            raise NoticeRefused(Complaint.UNREADABLE, f"{self._text(KEY)} is missing or too long")
        currency = fields.get(self._text(CURRENCY), "")
        currency = self._currencies.get(currency, currency).upper()
        news = self._news(fields.get(self._text(STATE), ""))
        amount = self._amount(fields.get(self._text(AMOUNT), ""), currency) if news in _WITH_AMOUNT else None
        failure = Failure.UNKNOWN if news is News.FAILED else None
        return Notice(news, key, number=number, amount=amount, currency=currency, failure=failure)

    def _news(self, word: str) -> News:
        if self._text(STATE) == NOT_SENT:
            return News.PAID
        words = ((PAID, News.PAID), (FAILED, News.FAILED), (REFUNDED, News.REFUNDED))
        return next((news for option, news in words if word and word in self._words(option)), News.NOTHING)

    def _amount(self, text: str, currency: str) -> Decimal:
        if not _AMOUNT.fullmatch(text):
            raise NoticeRefused(Complaint.UNREADABLE, f"{self._text(AMOUNT)} is no amount")
        return Decimal(text) * (smallest_unit(currency) if self._text(UNIT) == "smallest" else 1)

    def reply_to(self, complaint: Complaint | None) -> Reply:
        if complaint is None:
            return Reply(self._text(ANSWER_TAKEN))
        status = self._text(STATUS_REFUSED)
        words = Template(self._text(ANSWER_REFUSED)).safe_substitute(reason=complaint.value)
        return Reply(words, int(status) if status in STATUS_REFUSED.choices else 400)


_WITH_AMOUNT = (News.PAID, News.REFUNDED)


def _templates(texts: Mapping[str, str], place: str) -> dict[str, Template]:
    templates = {name: Template(text) for name, text in texts.items()}
    for name, template in templates.items():
        if not template.is_valid() or any(each not in VARIABLES for each in template.get_identifiers()):
            known = " ".join(f"${each}" for each in VARIABLES)
            raise Invalid(f"{name}: there are {known}; write $$ for a dollar sign", place)
    return templates
