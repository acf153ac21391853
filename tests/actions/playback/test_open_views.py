"""What the gate tells those who have not signed in, from the records."""

from datetime import UTC, datetime

import pytest
from tests.factories import make_channel, make_operator, make_streaming_server, make_tariff

from headend.adapters.streaming_servers import STREAMING_SERVERS
from headend.catalog.models import ChannelSort, GuideCategory
from headend.delivery.rules import TokenKey
from headend.kernel.actor import system
from headend.kernel.sealing import new_key, seal
from headend.operators.actions import issue_key
from headend.operators.models import ApiKey, Operator
from headend.operators.rules import Api
from headend.playback.ports import ChildView, Lineup, TariffOffer
from headend.playback.queries import ServerTools, lineup_of, operator_views, programme_categories

pytestmark = pytest.mark.django_db

KEY = new_key()
MOMENT = datetime.fromtimestamp(1_800_000_000, UTC)
ACTOR = system("tests")


def lineup(operator: Operator) -> Lineup:
    return lineup_of(operator, ServerTools(STREAMING_SERVERS, KEY), MOMENT)


def key_of(operator: Operator, api: Api = Api.DEVICE) -> str:
    return issue_key(actor=ACTOR, operator=operator, api=api, sealing_key=KEY)[1]


def children_of(operator: Operator) -> tuple[ChildView, ...]:
    (view,) = operator_views([operator.pk], sealing_key=KEY)
    return view.children


def test_operators_right_below_another() -> None:
    parent = make_operator(name="Parent")
    child = make_operator(
        parent=parent,
        name="Child",
        uid=731,
        external_id="4711",
        logo_url="/media/c.png",
        portal_url="https://c.example",
    )
    make_operator(parent=child, name="Grandchild")
    make_operator(parent=parent, name="Closed", is_active=False)
    make_operator(parent=parent, name="A second", external_id="none")
    make_operator(name="Stranger")
    key_of(child)
    newest = key_of(child)
    key_of(child, Api.BILLING)
    revoked = issue_key(actor=ACTOR, operator=child, api=Api.DEVICE, sealing_key=KEY)[0]
    ApiKey.objects.filter(pk=revoked.pk).update(revoked_at=MOMENT)
    second, first = children_of(parent)
    assert (second.name, second.key, second.external_id, second.uid) == ("A second", "", 0, 0)
    assert first == ChildView(child.pk, "Child", "/media/c.png", newest, 4711, "https://c.example", 731)
    assert newest not in repr(first)
    assert operator_views([parent.pk])[0].children == ()


def test_a_childs_key_that_was_sealed_elsewhere_is_not_told() -> None:
    parent = make_operator()
    child = make_operator(parent=parent)
    issue_key(actor=ACTOR, operator=child, api=Api.DEVICE, sealing_key=new_key())
    assert [each.key for each in children_of(parent)] == [""]


def test_tariffs_that_the_site_shows() -> None:
    operator = make_operator(extra_languages=["ru"])
    shown = make_tariff(
        operator=operator,
        name="Basic",
        name_lang1="Базовый",
        description="All",
        price="9.90",
        period_months=3,
        icon_url="/media/b.png",
        meta={"a": 1},
    )
    for changes in ({"is_hidden": True}, {"is_archived": True}, {"is_enabled": False}, {"display_on_site": False}):
        make_tariff(operator=operator, **changes)
    make_tariff(name="Another operator's")
    shown.refresh_from_db()
    assert lineup(operator).offers == (
        TariffOffer(shown.pk, ("Basic", "Базовый"), "All", 3, "9.90", "/media/b.png", {"a": 1}),
    )


def test_orders_of_channels_have_names_and_channels_may_be_left_out_of_the_site() -> None:
    operator = make_operator()
    make_channel(operator=operator, name="A", display_on_site=False)
    make_channel(operator=operator, name="B")
    order = ChannelSort.objects.create(operator=operator, name="By taste")
    found = lineup(operator)
    assert found.channel_sort_names == {order.pk: "By taste"}
    assert [channel.display_on_site for channel in found.channels] == [False, True]


def test_the_key_that_a_servers_tokens_are_signed_with() -> None:
    operator = make_operator()
    mask = "http://edge.example/$cid"
    make_streaming_server(operator=operator, mask=mask, sealed_secret=seal("secret", KEY), priority=1)
    make_streaming_server(operator=operator, mask=mask, sealed_secret="", priority=2)
    first, second = lineup(operator).servers
    assert first.token_key is not None
    assert second.token_key is None
    body = b"what is signed"
    assert first.token_key.signature(body) == TokenKey("secret").signature(body)


def test_kinds_of_programmes_in_their_order() -> None:
    second = GuideCategory.objects.create(name="Film", sort=2)
    first = GuideCategory.objects.create(name="News", sort=1)
    assert list(programme_categories()) == [first.pk, second.pk]
