"""decide_sign_in: the order of its reasons, who makes room, and that limits hold after any sequence of sign-ins."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headend.kernel.errors import Invalid
from headend.subscribers.rules import (
    Admission,
    Applicant,
    BoundDevice,
    Credential,
    OpenSession,
    SessionTerms,
    SignInRefusal,
    SignInRequest,
    Standing,
    credential_of,
    decide_sign_in,
    is_within,
    parse_subnets,
)

NOW = 1_800_000_000
HOME, ELSEWHERE = "198.51.100.7", "203.0.113.9"
PHONE = Applicant("phone", HOME, group=2)
BOX = Applicant("box", HOME, group=0, is_basic=True)
ONE_EACH = (SessionTerms(),)


def session(number: int, uid: str, *, is_basic: bool = False, silent: int = 0, address: str = HOME) -> OpenSession:
    return OpenSession(number, uid, is_basic, address, created=NOW - 1000 + number, last_seen=NOW - silent)


@pytest.mark.parametrize(
    ("_case", "standing", "applicant", "refusal"),
    [
        ("out of service", Standing(is_in_service=False, tariffs=ONE_EACH), PHONE, SignInRefusal.INACTIVE),
        (
            "wrong subnet comes before the device's group",
            Standing(subnets=parse_subnets("192.0.2.0/24"), allowed_groups=frozenset({0}), tariffs=ONE_EACH),
            PHONE,
            SignInRefusal.WRONG_SUBNET,
        ),
        ("unreadable subnets", Standing(subnets=None, tariffs=ONE_EACH), PHONE, SignInRefusal.WRONG_SUBNET),
        (
            "group not allowed comes before the tariffs",
            Standing(allowed_groups=frozenset({0, 1})),
            PHONE,
            SignInRefusal.WRONG_DEVICE_GROUP,
        ),
        ("no tariff", Standing(), replace(PHONE, is_bound_elsewhere=True), SignInRefusal.NO_TARIFF),
        (
            "device of another account",
            Standing(tariffs=ONE_EACH),
            replace(PHONE, is_bound_elsewhere=True),
            SignInRefusal.DEVICE_OF_ANOTHER,
        ),
        (
            "no basic devices",
            Standing(tariffs=(SessionTerms(basic_sessions=0),)),
            BOX,
            SignInRefusal.NO_BASIC_DEVICES,
        ),
        (
            "no additional devices",
            Standing(tariffs=(SessionTerms(additional_sessions=0),)),
            PHONE,
            SignInRefusal.NO_ADDITIONAL_DEVICES,
        ),
    ],
)
def test_refusals(_case: str, standing: Standing, applicant: Applicant, refusal: SignInRefusal) -> None:
    assert decide_sign_in(standing, applicant, NOW) == Admission(refusal)


def test_first_sign_in_binds_and_closes_nothing() -> None:
    assert decide_sign_in(Standing(tariffs=ONE_EACH), PHONE, NOW) == Admission(binds=True)


def test_account_out_of_service_signs_in_with_a_tariff_for_inactive_accounts_alone() -> None:
    free = SessionTerms(basic_sessions=0, for_inactive_accounts=True)
    standing = Standing(is_in_service=False, tariffs=(SessionTerms(basic_sessions=5), free))
    assert decide_sign_in(standing, PHONE, NOW) == Admission(binds=True)
    assert decide_sign_in(standing, BOX, NOW) == Admission(SignInRefusal.NO_BASIC_DEVICES)


def test_first_sign_in_activates_a_waiting_account() -> None:
    standing = Standing(is_in_service=False, may_activate=True, tariffs=ONE_EACH)
    assert decide_sign_in(standing, PHONE, NOW) == Admission(activates=True, binds=True)
    assert decide_sign_in(replace(standing, is_in_service=True), PHONE, NOW) == Admission(binds=True)


def test_own_block_is_lifted_only_on_request() -> None:
    standing = Standing(is_in_service=False, is_self_blocked=True, tariffs=ONE_EACH)
    assert decide_sign_in(standing, PHONE, NOW) == Admission(SignInRefusal.INACTIVE)
    assert decide_sign_in(standing, replace(PHONE, reset_block=True), NOW) == Admission(unblocks=True, binds=True)
    others_block = replace(standing, is_self_blocked=False)
    assert decide_sign_in(others_block, replace(PHONE, reset_block=True), NOW).refusal is SignInRefusal.INACTIVE


def test_device_that_signs_in_again_replaces_its_own_session() -> None:
    standing = Standing(tariffs=ONE_EACH, sessions=(session(1, "phone"), session(2, "box", is_basic=True)))
    assert decide_sign_in(standing, PHONE, NOW) == Admission(binds=True, closes=(1,))
    assert decide_sign_in(standing, BOX, NOW) == Admission(binds=True, closes=(2,))


def test_limits_are_the_maximum_over_all_tariffs() -> None:
    tariffs = (SessionTerms(basic_sessions=1, additional_sessions=3), SessionTerms(basic_sessions=2))
    sessions = (session(1, "a"), session(2, "b"), session(3, "first box", is_basic=True))
    standing = Standing(tariffs=tariffs, sessions=sessions)
    assert decide_sign_in(standing, PHONE, NOW) == Admission(binds=True)
    assert decide_sign_in(standing, BOX, NOW) == Admission(binds=True)


DEVICES = (BoundDevice(11, "old box", is_basic=True, has_session=True), BoundDevice(12, "spare", is_basic=True))
FULL = Standing(tariffs=ONE_EACH, devices=DEVICES, sessions=(session(1, "old box", is_basic=True),))


def test_basic_device_over_the_limit_is_told_which_devices_there_are() -> None:
    assert decide_sign_in(FULL, BOX, NOW) == Admission(SignInRefusal.BASIC_LIMIT, DEVICES)


def test_unbinding_a_device_makes_room() -> None:
    assert decide_sign_in(FULL, replace(BOX, unbind_device_id=11), NOW) == Admission(
        binds=True, unbinds=11, closes=(1,)
    )


def test_unbinding_that_is_not_needed_is_not_done() -> None:
    free = replace(FULL, sessions=())
    assert decide_sign_in(free, replace(BOX, unbind_device_id=11), NOW) == Admission(binds=True)


def test_unbinding_a_device_without_a_session_makes_no_room() -> None:
    assert decide_sign_in(FULL, replace(BOX, unbind_device_id=12), NOW) == Admission(SignInRefusal.BASIC_LIMIT, DEVICES)


@pytest.mark.parametrize("number", [99, 13])
def test_wrong_unbinding(number: int) -> None:
    standing = replace(FULL, devices=(*DEVICES, BoundDevice(13, "box", is_basic=True)))
    assert decide_sign_in(standing, replace(BOX, unbind_device_id=number), NOW) == Admission(
        SignInRefusal.WRONG_UNBINDING
    )


def test_accounts_that_bind_nothing_let_the_oldest_box_make_room() -> None:
    standing = replace(FULL, allow_multiple_login=True, devices=())
    applicant = replace(BOX, is_bound_elsewhere=True)
    assert decide_sign_in(standing, applicant, NOW) == Admission(binds=False, closes=(1,))


def test_additional_device_takes_the_place_of_the_one_that_was_silent_longest() -> None:
    sessions = (session(1, "a"), session(2, "b", silent=301), session(3, "c", silent=900), session(4, "d"))
    standing = Standing(tariffs=(SessionTerms(additional_sessions=4),), sessions=sessions)
    assert decide_sign_in(standing, PHONE, NOW).closes == (3,)


def test_among_those_online_the_oldest_makes_room() -> None:
    sessions = (session(2, "b", silent=10), session(1, "a"), session(3, "c", silent=299))
    standing = Standing(tariffs=(SessionTerms(additional_sessions=3),), sessions=sessions)
    assert decide_sign_in(standing, PHONE, NOW).closes == (1,)


def test_one_address_drops_additional_sessions_from_elsewhere() -> None:
    sessions = (
        session(1, "a", address=ELSEWHERE),
        session(2, "b"),
        session(3, "box", is_basic=True, address=ELSEWHERE),
        session(4, "c", address=ELSEWHERE),
    )
    tariffs = (SessionTerms(additional_sessions=5, one_address=True), SessionTerms())
    standing = Standing(tariffs=tariffs, sessions=sessions)
    assert decide_sign_in(standing, PHONE, NOW).closes == (1, 4)
    assert decide_sign_in(standing, replace(BOX, address=HOME), NOW).closes == (3,)


uids = st.sampled_from(["a", "b", "c", "d", "e", "f"])
terms = st.builds(SessionTerms, st.integers(0, 3), st.integers(0, 3), st.booleans())
applicants = st.builds(
    Applicant,
    uids,
    st.sampled_from([HOME, ELSEWHERE]),
    is_basic=st.booleans(),
    unbind_device_id=st.none() | st.integers(1, 6),
)


@given(
    st.lists(terms, min_size=1, max_size=3).map(tuple),
    st.lists(st.tuples(applicants, st.integers(0, 600)), max_size=25),
    st.booleans(),
)
def test_limits_hold_after_any_sequence_of_sign_ins(
    tariffs: tuple[SessionTerms, ...], sign_ins: list[tuple[Applicant, int]], allow_multiple_login: bool
) -> None:
    now, standing = NOW, Standing(tariffs=tariffs, allow_multiple_login=allow_multiple_login)
    for number, (applicant, passed) in enumerate(sign_ins):
        now += passed
        standing = _signed_in(standing, applicant, now, number)
        by_kind = {kind: [s for s in standing.sessions if s.is_basic is kind] for kind in (True, False)}
        assert len(by_kind[True]) <= max(t.basic_sessions for t in tariffs)
        assert len(by_kind[False]) <= max(t.additional_sessions for t in tariffs)
        assert len({s.device_uid for s in standing.sessions}) == len(standing.sessions)
        if any(t.one_address for t in tariffs):
            assert len({s.address for s in by_kind[False]}) <= 1


def _signed_in(standing: Standing, applicant: Applicant, now: int, number: int) -> Standing:
    """Do what the action does with an admission."""
    admission = decide_sign_in(standing, applicant, now)
    if admission.refusal:
        assert admission == Admission(admission.refusal, admission.devices)
        return standing
    kept = tuple(s for s in standing.sessions if s.id not in admission.closes)
    new = OpenSession(number, applicant.uid, applicant.is_basic, applicant.address, now, now)
    devices = {d.uid: d for d in standing.devices if d.id != admission.unbinds}
    if admission.binds:
        devices.setdefault(applicant.uid, BoundDevice(ord(applicant.uid) - 96, applicant.uid))
    return replace(standing, sessions=(*kept, new), devices=tuple(devices.values()))


@pytest.mark.parametrize(
    ("request_", "credential"),
    [
        (SignInRequest(1, number=5, password="x", device_uid="u"), Credential.PASSWORD),
        (SignInRequest(1, number=5, phone="+391", device_uid="u"), Credential.NUMBER),
        (SignInRequest(1, phone="+391", password="x", device_uid="u"), Credential.PHONE),
        (SignInRequest(1, password="x", device_uid="u"), Credential.DEVICE),
        (SignInRequest(1), Credential.ADDRESS),
    ],
)
def test_credential_is_told_by_what_was_sent(request_: SignInRequest, credential: Credential) -> None:
    assert credential_of(request_) is credential


def test_subnets_are_separated_as_people_do_it() -> None:
    subnets = parse_subnets("192.0.2.0/24; 198.51.100.7,\n2001:db8::/32;")
    assert [str(s) for s in subnets] == ["192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32"]
    assert parse_subnets("  ") == ()
    assert str(parse_subnets("192.0.2.77/24")[0]) == "192.0.2.0/24"


@pytest.mark.parametrize("text", ["192.0.2.0/33", "home", "192.0.2.1-9", "192.0.2.0/24 x"])
def test_bad_subnets_are_named(text: str) -> None:
    with pytest.raises(Invalid, match="is no subnet") as caught:
        parse_subnets(text)
    assert caught.value.place == "subnets"


@pytest.mark.parametrize(
    ("address", "expected"),
    [("192.0.2.9", True), ("::ffff:192.0.2.9", True), ("192.0.3.9", False), ("2001:db8::1", False), ("", False)],
)
def test_addresses_within_a_subnet(address: str, expected: bool) -> None:
    assert is_within(address, parse_subnets("192.0.2.0/24")) is expected
