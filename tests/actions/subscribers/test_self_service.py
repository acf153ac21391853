"""Codes, registration, forgotten secrets and televisions: what is written, what is sent, and who comes too late."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from tests.at_once import at_once
from tests.factories import (
    make_account,
    make_customer,
    make_device,
    make_device_type,
    make_operator,
    make_operator_device_type,
    make_subscription,
    make_tariff,
)
from tests.factories.subscribers import make_profile, make_registration_rules

from headend.kernel.actor import Actor, ActorKind
from headend.kernel.passwords import verify_password
from headend.kernel.sealing import new_key
from headend.operators.models import AuditEntry, Operator
from headend.subscribers.actions import (
    Mailbox,
    Post,
    Television,
    Wish,
    begin_qr_login,
    collect_qr_login,
    confirm,
    forget_captchas,
    forget_codes,
    forget_qr_logins,
    register,
    reset_password,
    sign_in,
    sign_in_by_qr,
)
from headend.subscribers.errors import (
    AlreadyRegistered,
    CaptchaNeeded,
    CodeAwaited,
    CodeSent,
    CodeSentTooOften,
    NotSent,
    QrLoginGone,
    WrongCaptcha,
    WrongCode,
)
from headend.subscribers.models import Account, Captcha, CodePurpose, ConfirmationCode, Customer, QrLogin, Session
from headend.subscribers.ports import Medium, Text
from headend.subscribers.rules import (
    CODE_SECONDS,
    CODES_A_DAY,
    RESEND_SECONDS,
    WRONG_CODES,
    Refused,
    SignedIn,
    SignInRefusal,
    SignInRequest,
)

NOW = 1_800_000_000
KEY = new_key()
PHONE = "+390105550001"
ACTOR = Actor(ActorKind.API_KEY, "portal", 1, "198.51.100.7")


@dataclass
class Phone:
    """Takes every text; `is_broken` takes none. Stands for all operators' gateways."""

    texts: list[Text] = field(default_factory=list)
    is_broken: bool = False

    def __call__(self, operator_id: int, medium: Medium) -> "Phone":
        return self

    def send(self, text: Text) -> None:
        if self.is_broken:
            raise NotSent("broken")
        self.texts.append(text)

    @property
    def code(self) -> str:
        return next(word for word in self.texts[-1].body.replace(".", "").split() if word.isdigit() and len(word) > 5)

    def post(self, now: int = NOW) -> Post:
        return Post(senders=self, sealing_key=KEY, now=now)


@pytest.fixture
def phone() -> Phone:
    return Phone()


def mailbox(operator: Operator, address: str = PHONE, purpose: CodePurpose = CodePurpose.SIGN_IN) -> Mailbox:
    return Mailbox(operator=operator, purpose=purpose, medium=Medium.SMS, address=address)


# --- codes ---


@pytest.mark.django_db
def test_a_code_is_good_for_its_phone_purpose_and_operator_alone(phone: Phone) -> None:
    operator = make_operator()
    with pytest.raises(CodeSent):
        confirm(mailbox=mailbox(operator), code="", post=phone.post())
    confirm(mailbox=mailbox(operator), code=phone.code, post=phone.post(NOW + CODE_SECONDS - 1))
    for other in (
        mailbox(make_operator()),
        mailbox(operator, "+390105550002"),
        mailbox(operator, purpose=CodePurpose.RESET),
    ):
        with pytest.raises(WrongCode):
            confirm(mailbox=other, code=phone.code, post=phone.post())
    with pytest.raises(WrongCode):
        confirm(mailbox=mailbox(operator), code=phone.code, post=phone.post(NOW + CODE_SECONDS))
    assert phone.code not in str(ConfirmationCode.objects.values())


@pytest.mark.django_db
def test_few_guesses_then_the_right_code_is_wrong_too(phone: Phone) -> None:
    operator = make_operator()
    with pytest.raises(CodeSent):
        confirm(mailbox=mailbox(operator), code="", post=phone.post())
    for _guess in range(WRONG_CODES):
        with pytest.raises(WrongCode):
            confirm(mailbox=mailbox(operator), code="000000", post=phone.post())
    with pytest.raises(WrongCode):
        confirm(mailbox=mailbox(operator), code=phone.code, post=phone.post())
    with pytest.raises(CodeSent):  # a new code begins anew
        confirm(mailbox=mailbox(operator), code="", post=phone.post(NOW + RESEND_SECONDS))
    confirm(mailbox=mailbox(operator), code=phone.code, post=phone.post(NOW + RESEND_SECONDS))


@pytest.mark.django_db
def test_codes_are_sent_one_a_minute_and_ten_a_day(phone: Phone) -> None:
    operator, now = make_operator(), NOW
    for _each in range(CODES_A_DAY):
        with pytest.raises(CodeSent):
            confirm(mailbox=mailbox(operator), code="", post=phone.post(now))
        with pytest.raises(CodeAwaited):
            confirm(mailbox=mailbox(operator), code="", post=phone.post(now + RESEND_SECONDS - 1))
        now += RESEND_SECONDS
    with pytest.raises(CodeSentTooOften):
        confirm(mailbox=mailbox(operator), code="", post=phone.post(now))
    with pytest.raises(CodeSent):
        confirm(mailbox=mailbox(operator), code="", post=phone.post(NOW + 86_400))
    assert len(phone.texts) == CODES_A_DAY + 1


@pytest.mark.django_db
def test_what_was_not_sent_does_not_count_and_opens_nothing(phone: Phone) -> None:
    operator = make_operator()
    phone.is_broken = True
    for _each in range(2):
        with pytest.raises(NotSent):
            confirm(mailbox=mailbox(operator), code="", post=phone.post())
    assert not ConfirmationCode.objects.exists()
    phone.is_broken = False
    with pytest.raises(CodeSent):
        confirm(mailbox=mailbox(operator), code="", post=phone.post())


# --- signing in by phone ---


def by_phone(account: Account, **sent: object) -> SignInRequest:
    given: dict[str, object] = {"phone": PHONE, "by_code": True, "device_uid": "uid-1", "address": "198.51.100.7"}
    return SignInRequest(account.operator_id, **given | sent)  # type: ignore[arg-type]


def with_phone(**fields: object) -> Account:
    account = make_account(customer=make_customer(mobile_phone=PHONE), **fields)
    make_subscription(account=account)
    return account


@pytest.mark.django_db
def test_a_phone_opens_its_account_with_a_code_once(phone: Phone) -> None:
    account = with_phone()
    profile = make_profile(operator=account.operator, is_default=True)

    def ask(**sent: object) -> SignedIn | Refused:
        return sign_in(request=by_phone(account, **sent), now=NOW, sealing_key=KEY, senders=phone)

    assert ask() == Refused(SignInRefusal.CODE_SENT, account_id=account.pk)
    assert ask() == Refused(SignInRefusal.CODE_AWAITED, account_id=account.pk)
    assert ask(code="000000") == Refused(SignInRefusal.WRONG_CODE, account_id=account.pk)
    assert ask(phone="my phone") == Refused(SignInRefusal.BAD_PHONE)
    assert ask(phone="+390105559999") == Refused(SignInRefusal.NO_ACCOUNT)
    assert ask(code=phone.code, number=account.number + 1) == Refused(SignInRefusal.NO_ACCOUNT)
    assert isinstance(ask(code=phone.code, profile_id=-1), SignedIn)
    assert Session.objects.get().profile == profile
    assert ask(code=phone.code) == Refused(SignInRefusal.WRONG_CODE, account_id=account.pk)


@pytest.mark.django_db
def test_a_code_outlives_a_sign_in_that_has_to_make_room_first(phone: Phone) -> None:
    account = with_phone()
    box = make_device_type(system_name="mag")
    make_operator_device_type(operator=account.operator, device_type=box, is_basic=True)
    device = make_device(account=account, is_basic=True)
    Session.objects.create(
        operator=account.operator, account=account, device=device, device_uid=device.uid, token_digest="x",
        is_basic=True, created_at="2027-01-01T00:00Z", last_seen_at="2027-01-01T00:00Z",
    )  # fmt: skip

    def ask(**sent: object) -> SignedIn | Refused:
        request = by_phone(account, device_type="mag", **sent)
        return sign_in(request=request, now=NOW, sealing_key=KEY, senders=phone)

    ask()
    refused = ask(code=phone.code)
    assert isinstance(refused, Refused)
    assert refused.reason is SignInRefusal.BASIC_LIMIT
    assert isinstance(ask(code=phone.code, unbind_device_id=device.pk), SignedIn)


# --- registering ---


def draw(figures: str) -> bytes:
    return figures.encode()  # a picture that a test can read


def sign_up(operator: Operator, phone: Phone, now: int = NOW, **sent: object) -> Account:
    wish = Wish(**{"phone": PHONE, "address": "198.51.100.7"} | sent)  # type: ignore[arg-type]
    return register(actor=ACTOR, operator=operator, wish=wish, post=phone.post(now), draw=draw).account


@pytest.mark.django_db
def test_a_picture_then_a_code_then_an_account(phone: Phone) -> None:
    operator = make_operator(max_trial_days=14)
    make_registration_rules(operator=operator, needs_captcha=True, confirms_phone=True, trial_days=30)
    basic, better = (make_tariff(operator=operator, basic_priority=priority) for priority in (1, 5))
    extra = make_tariff(operator=operator, assigned_by_default=True)
    make_tariff(operator=operator, basic_priority=9, is_archived=True)
    with pytest.raises(CaptchaNeeded):
        sign_up(operator, phone, device_uid="uid-9")
    figures = bytes(Captcha.objects.get().picture).decode()
    with pytest.raises(CodeSent):
        sign_up(operator, phone, captcha=figures, device_uid="uid-9")
    with pytest.raises(CodeAwaited):  # the picture has been read: it is not asked for again
        sign_up(operator, phone, device_uid="uid-9")
    account = sign_up(operator, phone, code=phone.code, device_uid="uid-9", parent_code="1234", tells_phone=True)
    held = set(account.customer.subscriptions.values_list("tariff", flat=True))
    assert held == {better.pk, extra.pk}
    assert basic.pk not in held
    assert (account.is_active, account.status_reason, account.auto_activation_days) == (False, "WAIT", 14)
    assert account.customer.is_trial
    assert str(account.number) in phone.texts[-1].body
    assert verify_password(phone.texts[-1].body.removesuffix(".").split()[-1], account.password)
    assert AuditEntry.objects.filter(entity="subscribers.account", actor_name="portal", verb="add").count() == 1
    assert not Captcha.objects.exists()
    with pytest.raises(WrongCode):  # once
        sign_up(operator, phone, code=phone.code)


@pytest.mark.django_db
def test_each_picture_is_for_one_guess_and_one_asker(phone: Phone) -> None:
    operator = make_operator()
    make_registration_rules(operator=operator, needs_captcha=True)
    with pytest.raises(CaptchaNeeded) as first:
        sign_up(operator, phone)
    figures = bytes(Captcha.objects.get().picture).decode()
    with pytest.raises(WrongCaptcha):  # somebody else's picture
        sign_up(operator, phone, captcha=figures, address="203.0.113.9")
    with pytest.raises(WrongCaptcha) as second:
        sign_up(operator, phone, captcha="1")
    assert first.value.name != second.value.name
    with pytest.raises(WrongCaptcha):
        sign_up(operator, phone, captcha=figures)
    assert figures not in str(Captcha.objects.values("name", "digest", "asker"))


@pytest.mark.django_db
def test_a_wrong_code_tells_nobody_who_is_registered(phone: Phone) -> None:
    operator = make_operator()
    make_registration_rules(operator=operator, needs_captcha=True, confirms_phone=True)
    make_customer(operator=operator, mobile_phone=PHONE)
    with pytest.raises(CaptchaNeeded):
        sign_up(operator, phone)
    with pytest.raises(WrongCode):
        sign_up(operator, phone, code="123456")


@pytest.mark.django_db(transaction=True)
def test_two_that_register_the_same_phone_at_once_get_one_account(phone: Phone) -> None:
    operator = make_operator()
    make_registration_rules(operator=operator, accounts_per_hour=0)
    outcomes = at_once(*(lambda: sign_up(operator, phone) for _each in range(4)))
    assert sum(isinstance(each, AlreadyRegistered) for each in outcomes) == 3
    assert Customer.objects.of(operator.pk).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_ask_for_a_code_at_once_are_sent_one(phone: Phone) -> None:
    operator = make_operator()
    outcomes = at_once(*(lambda: confirm(mailbox=mailbox(operator), code="", post=phone.post()) for _each in range(4)))
    assert sorted(type(each).__name__ for each in outcomes) == [*["CodeAwaited"] * 3, "CodeSent"]
    assert len(phone.texts) == 1


# --- forgotten ---


@pytest.mark.django_db
def test_a_password_that_cannot_be_sent_is_not_changed(phone: Phone) -> None:
    account = with_phone()
    before = account.password

    def ask(code: str = "") -> None:
        reset_password(actor=ACTOR, operator=account.operator, phone=PHONE, email="", code=code, post=phone.post())

    with pytest.raises(CodeSent):
        ask()
    phone.is_broken = True
    with pytest.raises(NotSent):
        ask(phone.code)
    account.refresh_from_db()
    assert account.password == before
    phone.is_broken = False
    with pytest.raises(WrongCode):  # the code was used
        ask(phone.code)


# --- televisions ---


def waiting(operator: Operator, now: int = NOW):
    kind = make_device_type()
    make_operator_device_type(operator=operator, device_type=kind)
    return begin_qr_login(operator=operator, television=Television(uid="tv-1", type=kind, address="192.0.2.9"), now=now)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_phones_gets_the_television(phone: Phone) -> None:
    account = with_phone()
    other = make_account(operator=account.operator)
    make_subscription(account=other)
    shown = waiting(account.operator)

    def sync(owner: Account) -> Callable[[], object]:
        return lambda: sign_in_by_qr(actor=ACTOR, account=owner, code=shown.code, now=NOW, sealing_key=KEY)

    outcomes = at_once(sync(account), sync(other))
    assert sorted(type(each).__name__ for each in outcomes) == ["QrLoginUsed", "SignedIn"]
    assert Session.objects.filter(device_uid="tv-1").count() == 1


@pytest.mark.django_db
def test_a_television_collects_its_session_once_and_in_time(phone: Phone) -> None:
    account = with_phone()
    shown = waiting(account.operator)

    def collect(ticket: str = shown.ticket, now: int = NOW, operator: Operator | None = None) -> object:
        return collect_qr_login(operator=operator or account.operator, ticket=ticket, now=now, sealing_key=KEY)

    assert collect() is None
    for wrong in ({"ticket": "guess"}, {"now": NOW + 300}, {"operator": make_operator()}):
        with pytest.raises(QrLoginGone):
            collect(**wrong)  # type: ignore[arg-type]
    answer = sign_in_by_qr(actor=ACTOR, account=account, code=shown.code, now=NOW, sealing_key=KEY)
    assert isinstance(answer, SignedIn)
    assert answer.token not in str(QrLogin.objects.values())
    token, session = collect()  # type: ignore[misc]
    assert (token, session.device_uid, session.address) == (answer.token, "tv-1", "192.0.2.9")
    with pytest.raises(QrLoginGone):
        collect()
    assert AuditEntry.objects.filter(verb="sign_in", object_id=account.pk).count() == 1


@pytest.mark.django_db
def test_what_is_over_is_forgotten(phone: Phone) -> None:
    operator = make_operator()
    make_registration_rules(operator=operator, needs_captcha=True)
    with pytest.raises(CaptchaNeeded):
        sign_up(operator, phone)
    with pytest.raises(CodeSent):
        confirm(mailbox=mailbox(operator), code="", post=phone.post())
    waiting(operator)
    assert (forget_captchas(now=NOW), forget_codes(before=NOW), forget_qr_logins(now=NOW)) == (0, 0, 0)
    later = NOW + 3 * 86_400
    assert (forget_captchas(now=later), forget_codes(before=later), forget_qr_logins(now=later)) == (1, 1, 1)
