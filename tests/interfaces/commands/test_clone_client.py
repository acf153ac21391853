"""`headend manage clone_client`, with its options."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from tests.factories import (
    make_category,
    make_channel,
    make_guide_channel,
    make_guide_source,
    make_operator,
    make_tariff,
)
from tests.factories.vod import make_title

from headend.catalog.models import Channel, Radio, Tariff
from headend.operators.models import Operator
from headend.vod.models import Asset, Genre, Title

pytestmark = pytest.mark.django_db


def clone(operator: Operator, *options: str) -> Operator:
    out = StringIO()
    call_command("clone_client", "--src_client_id", str(operator.pk), *options, stdout=out)
    return Operator.objects.get(pk=int(out.getvalue().rsplit(maxsplit=1)[1]))


@pytest.fixture
def operator() -> Operator:
    """Two channels in a tariff, a series in a genre of a category, a radio station."""
    operator = make_operator(name="North", uid=7, currency="CHF")
    kind = make_category(operator=operator, name="News")
    own_guide = make_guide_channel(source=make_guide_source(operator=operator))
    one = make_channel(operator=operator, name="One", category=kind, guide_channel=make_guide_channel())
    two = make_channel(operator=operator, name="Two", guide_channel=own_guide)
    two.extra_categories.add(kind)
    tariff = make_tariff(operator=operator, channels=[one, two], name="Basic")
    series = Genre.objects.create(operator=operator, name="Crime")
    series.category = Genre.objects.create(operator=operator, name="Series", is_category=True)
    series.save()
    title = make_title(operator=operator, name="The Case")
    title.genres.add(series)
    title.tariffs.add(tariff)
    title.similar.add(make_title(operator=operator, name="The Other"))
    Asset.objects.create(operator=operator, title=title, file_name="case.mp4")
    Radio.objects.create(operator=operator, name="Wave", stream_url="http://x/", channel=one)
    return operator


def test_settings_alone(operator: Operator) -> None:
    copy = clone(operator)
    assert (copy.name, copy.currency, copy.uid) == ("North (2)", "CHF", None)
    assert copy.path not in ("", operator.path)
    assert not Channel.objects.of(copy.pk).exists()
    assert clone(operator).name == "North (3)"


def test_all_parts_point_at_each_other(operator: Operator) -> None:
    copy = clone(operator, "--clone-channels", "--clone-video", "--clone-radio", "--clone-cameras", "--clone-apps")
    one, two = Channel.objects.of(copy.pk).order_by("name")
    assert one.category is not None
    assert (one.category.name, one.category.operator_id) == ("News", copy.pk)
    assert list(two.extra_categories.all()) == [one.category]
    assert one.guide_channel_id == Channel.objects.get(operator=operator, name="One").guide_channel_id
    assert two.guide_channel is None  # the source's own guide is nobody else's
    tariff = Tariff.objects.get(operator=copy)
    assert set(tariff.channels.all()) == {one, two}
    title = Title.objects.get(operator=copy, name="The Case")
    (genre,) = title.genres.all()
    assert genre.category is not None
    assert (genre.operator_id, genre.category.operator_id) == (copy.pk, copy.pk)
    assert list(title.tariffs.all()) == [tariff]
    assert [each.operator_id for each in title.similar.all()] == [copy.pk]
    assert [asset.file_name for asset in title.assets.all()] == ["case.mp4"]
    assert Radio.objects.get(operator=copy).channel == one
    assert Title.objects.of(operator.pk).count() == 2


def test_titles_without_channels_leave_links_out(operator: Operator) -> None:
    copy = clone(operator, "--clone-video")
    assert not Title.objects.get(operator=copy, name="The Case").tariffs.exists()


def test_bad_arguments() -> None:
    for arguments in ((), ("--src_client_id", "0")):
        with pytest.raises(CommandError):
            call_command("clone_client", *arguments)
