"""What channels have beside their streams: HbbTV providers, and advertising before them."""

from datetime import UTC, datetime

import pytest
from tests.factories.catalog import make_channel
from tests.factories.extras import make_ad_block, make_ad_settings, make_hbb_channel
from tests.factories.operators import make_operator

from headend.advertising.models import AdSettings
from headend.operators.models import Operator
from headend.playback.ports import HbbView
from headend.playback.queries.lineups import ServerTools, lineup_of

pytestmark = pytest.mark.django_db


def with_ads(operator: Operator) -> list[str]:
    lineup = lineup_of(operator, ServerTools({}, ""), datetime(2026, 1, 1, tzinfo=UTC))
    return [channel.names[0] for channel in lineup.channels if channel.has_ads]


def test_channels_know_their_hbbtv_providers() -> None:
    channel = make_channel()
    entry = make_hbb_channel(channel=channel, kind=1, api_key="k")
    make_hbb_channel(channel=channel, is_enabled=False)
    (view,) = lineup_of(channel.operator, ServerTools({}, ""), datetime(2026, 1, 1, tzinfo=UTC)).channels
    assert view.hbb == (HbbView(1, entry.provider_id, "k", "pid7"),)


def test_advertising_is_told_before_the_channels_that_a_block_names() -> None:
    operator = make_operator()
    one, _two = (make_channel(operator=operator, name=name, sort=sort) for sort, name in enumerate(("one", "two")))
    make_ad_block(operator=operator, channels=[one])
    make_ad_block(operator=operator, on_channels=False, on_videos=True)
    make_ad_block(operator=operator, movies=0)
    make_ad_block()
    assert with_ads(operator) == [], "it is off until the operator has settings"
    make_ad_settings(operator=operator)
    assert with_ads(operator) == ["one"]
    make_ad_block(operator=operator)
    assert with_ads(operator) == ["one", "two"]
    AdSettings.objects.update(is_enabled=False)
    assert with_ads(operator) == []
