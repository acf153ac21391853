"""Content API: seasons, episodes, files and parts to skip."""

from typing import Any

from tests.contracts.cases.content_stage import NO_VALUES, READS, SAVED, pictures_served
from tests.contracts.cases.content_titles import title
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, never, refused
from tests.factories.vod import make_asset, make_episode, make_fragment, make_series

from headend.vod.models import Asset, Episode, Season, SkipFragment


def series(house: House) -> Any:
    """A season of two episodes with their files."""
    return make_series(operator=house.operator)[1]


def in_order(season: Season) -> list[int]:
    """The seasons of a season's title."""
    return list(Season.objects.filter(title=season.title_id).order_by("sort", "number").values_list("pk", flat=True))


def file_of(house: House) -> Any:
    return make_asset(title=title(house))


@good("content.SeasonCreate")
def _(house: House) -> Answer:
    first = series(house)
    third = house.ask("content.SeasonCreate", vid=first.title_id, name="Third")["id"]
    answer = house.ask("content.SeasonCreate", vid=first.title_id, name="Second", sort_after_sid=first.pk)
    assert in_order(first) == [first.pk, answer["id"], third]
    return answer


@good("content.SeasonModify")
def _(house: House) -> Answer:
    first = series(house)
    second = house.ask("content.SeasonCreate", vid=first.title_id, name="Second")["id"]
    answer = house.ask("content.SeasonModify", season_id=first.pk, name_lang1="Первый", sort_after_sid=second)
    first.refresh_from_db()
    assert (first.name, first.name_lang1) == ("Season 1", "Первый")
    assert in_order(first) == [second, first.pk]
    return answer


@good("content.SeasonDelete")
def _(house: House) -> Answer:
    season = series(house)
    answer = house.ask("content.SeasonDelete", id=season.pk)
    assert not Season.objects.filter(pk=season.pk).exists()
    return answer


@good("content.EpisodeCreate")
def _(house: House) -> Answer:
    season = series(house)
    first = Episode.objects.filter(season=season).order_by("pk")[0]
    with pictures_served() as url:
        answer = house.ask(
            "content.EpisodeCreate",
            vid=season.title_id,
            season_id=season.pk,
            name="Between",
            duration=1800,
            is_free=1,
            preview_url=f"{url}/good.png",
            sort_after_eid=first.pk,
        )
    made = Episode.objects.get(pk=answer["id"])
    assert (made.number, made.is_free, made.duration_seconds) == (3, True, 1800)
    assert made.preview_url.startswith("/media/pictures/")
    order = Episode.objects.filter(season=season).order_by("sort", "number").values_list("pk", flat=True)
    assert list(order)[:2] == [first.pk, made.pk]
    return answer


@good("content.EpisodeModify")
def _(house: House) -> Answer:
    episode = make_episode(season=series(house), number=7, description="Old")
    answer = house.ask("content.EpisodeModify", episode_id=episode.pk, name="New", is_planned=1)
    episode.refresh_from_db()
    assert (episode.name, episode.description, episode.is_planned, episode.number) == ("New", "Old", True, 7)
    return answer


@good("content.EpisodeDelete")
def _(house: House) -> Answer:
    return house.ask("content.EpisodeDelete", id=make_episode(season=series(house), number=7).pk)


for _number, _path in ((1, "none.png"), (2, "bad.png")):

    @refused("content.EpisodeCreate", _number)
    def _(house: House, path: str = _path) -> Answer:
        season = series(house)
        with pictures_served() as url:
            answer = house.ask(
                "content.EpisodeCreate", vid=season.title_id, season_id=season.pk, name="A", preview_url=f"{url}/{path}"
            )
        assert answer["upload_errors"][0]["field"] == "preview_url"
        assert Episode.objects.get(pk=answer["id"]).preview_url == ""
        return answer


@refused("content.EpisodeModify", 1)
def _(house: House) -> Answer:
    episode = make_episode(season=series(house), number=7)
    answer = house.ask(
        "content.EpisodeModify", episode_id=episode.pk, name="New", preview_url="http://169.254.169.254/a.png"
    )
    assert "may not be fetched" in answer["upload_errors"][0]["error_message"]
    episode.refresh_from_db()
    assert episode.name == "New"
    return answer


@good("content.VideofileCreate")
def _(house: House) -> Answer:
    season = series(house)
    episode = Episode.objects.filter(season=season).order_by("pk")[0]
    answer = house.ask(
        "content.VideofileCreate",
        vid=season.title_id,
        episode_id=episode.pk,
        name="HD",
        filename="a/b.mp4",
        duration=100,
        quality=2,
        ext_id="F-1",
        sort_after_vfid=Asset.objects.get(episode=episode).pk,
    )
    made = Asset.objects.get(pk=answer["id"])
    assert (made.episode, made.file_name, made.quality, made.external_id) == (episode, "a/b.mp4", 2, "F-1")
    return answer


@good("content.VideoFileModify")
def _(house: House) -> Answer:
    asset = file_of(house)
    answer = house.ask("content.VideoFileModify", id=asset.pk, name="Trailer", is_trailer=1)
    before = asset.file_name
    asset.refresh_from_db()
    assert (asset.name, asset.is_trailer, asset.file_name) == ("Trailer", True, before)
    return answer


@good("content.VideoFileDetail")
def _(house: House) -> Answer:
    asset = file_of(house)
    make_fragment(asset=asset, begins="1.500", ends="20.125")
    answer = house.ask("content.VideoFileDetail", id=asset.pk)
    assert answer["skip_video_fragments"][0]["end_time"] == 20.125
    return answer


@good("content.SkipVideoFragmentCreate")
def _(house: House) -> Answer:
    asset = file_of(house)
    answer = house.ask("content.SkipVideoFragmentCreate", vfid=asset.pk, type=2, begin_time="1.0005", end_time="20.125")
    assert str(SkipFragment.objects.get(asset=asset).ends) == "20.125"
    return answer


@good("content.SkipVideoFragmentModify")
def _(house: House) -> Answer:
    fragment = make_fragment(asset=file_of(house))
    answer = house.ask("content.SkipVideoFragmentModify", id=fragment.pk, end_time="12.5")
    fragment.refresh_from_db()
    assert (str(fragment.begins), str(fragment.ends)) == ("0.000", "12.500")
    return answer


@good("content.SkipVideoFragmentDelete")
def _(house: House) -> Answer:
    return house.ask("content.SkipVideoFragmentDelete", id=make_fragment(asset=file_of(house)).pk)


MISSING = {
    "SeasonCreate": ("vid", lambda: {"vid": series(House()).title_id, "name": "A"}),
    "SeasonModify": ("season_id", lambda: {"season_id": series(House()).pk}),
    "SeasonDelete": ("id", lambda: {"id": series(House()).pk}),
    "EpisodeCreate": ("vid", lambda: {"vid": title(House()).pk, "name": "A"}),
    "EpisodeModify": ("episode_id", lambda: {"episode_id": make_episode(season=series(House()), number=7).pk}),
    "EpisodeDelete": ("id", lambda: {"id": make_episode(season=series(House()), number=7).pk}),
    "VideofileCreate": ("vid", lambda: {"vid": title(House()).pk, "name": "A"}),
    "VideoFileModify": ("id", lambda: {"id": file_of(House()).pk}),
    "VideoFileDetail": ("id", lambda: {"id": file_of(House()).pk}),
    "SkipVideoFragmentCreate": (
        "vfid",
        lambda: {"vfid": file_of(House()).pk, "type": 0, "begin_time": 0, "end_time": 1},
    ),
    "SkipVideoFragmentModify": ("id", lambda: {"id": make_fragment(asset=file_of(House())).pk}),
    "SkipVideoFragmentDelete": ("id", lambda: {"id": make_fragment(asset=file_of(House())).pk}),
}
"""What each call cannot do without, and how to name what is another operator's."""

for _name, (_needed, _foreign) in MISSING.items():

    @refused(f"content.{_name}", 404)
    def _(house: House, name: str = _name, foreign: Any = _foreign) -> Answer:
        return house.ask(f"content.{name}", **foreign())

    @refused(f"content.{_name}", 20)
    def _(house: House, name: str = _name, needed: str = _needed) -> Answer:
        return house.ask(f"content.{name}", **{needed: "none"})

    never(f"content.{_name}", {22: READS if _name.endswith("Detail") else SAVED})
    if _name.endswith(("Delete", "Detail")):
        never(f"content.{_name}", {21: NO_VALUES})


@refused("content.SeasonCreate", 21)
def _(house: House) -> Answer:
    other = series(house)
    answer = house.ask("content.SeasonCreate", vid=title(house).pk, name="A", sort_after_sid=other.pk)
    assert answer["error_fields"].keys() == {"sort_after_sid"}
    return house.ask("content.SeasonCreate", vid=other.title_id)


@refused("content.SeasonModify", 21)
def _(house: House) -> Answer:
    return house.ask("content.SeasonModify", season_id=series(house).pk, name="")


@refused("content.EpisodeCreate", 21)
def _(house: House) -> Answer:
    answer = house.ask("content.EpisodeCreate", vid=title(house).pk, season_id=series(house).pk, name="A")
    assert Episode.objects.filter(name="A").count() == 0
    return answer


@refused("content.EpisodeModify", 21)
def _(house: House) -> Answer:
    return house.ask("content.EpisodeModify", episode_id=make_episode(season=series(house), number=7).pk, duration=-1)


@refused("content.VideofileCreate", 21)
def _(house: House) -> Answer:
    return house.ask("content.VideofileCreate", vid=title(house).pk, name="A", quality=9)


@refused("content.VideoFileModify", 21)
def _(house: House) -> Answer:
    return house.ask("content.VideoFileModify", id=file_of(house).pk, filename="../../etc/passwd")


@refused("content.SkipVideoFragmentCreate", 21)
def _(house: House) -> Answer:
    return house.ask("content.SkipVideoFragmentCreate", vfid=file_of(house).pk, type=0, begin_time=9, end_time=3)


@refused("content.SkipVideoFragmentModify", 21)
def _(house: House) -> Answer:
    return house.ask("content.SkipVideoFragmentModify", id=make_fragment(asset=file_of(house)).pk, begin_time=-1)
