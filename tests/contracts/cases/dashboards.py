"""Scenarios of the calls for dashboards and their ribbons."""

from tests.contracts.cases.portal_stage import add_programme, add_ribbon, add_title, watch
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.portal import make_selection

from headend.portal.models import ItemKind, RibbonType

ALL_TYPES = [*RibbonType.values]
EMPTY = ("portaldashboards.attributes.slider_banners_list",)


@good("PortalDashboardList", may_be_empty=EMPTY)
def _(house: House) -> Answer:
    ribbons = [add_ribbon(house, kind) for kind in ALL_TYPES]
    answer = house.ask("PortalDashboardList", template="impuls")
    assert answer.is_xml or [row["id"] for row in answer["portaldashboards"]] == [ribbon.pk for ribbon in ribbons]
    return answer


@good("NoAuthPortalDashboardList", may_be_empty=EMPTY)
def _(house: House) -> Answer:
    for kind in ALL_TYPES:
        add_ribbon(house, kind)
    answer = house.ask("NoAuthPortalDashboardList", template="impuls", screen="all")
    assert answer.is_xml or [row["type"] for row in answer["portaldashboards"]] == [0, 1, 2, 3, 4, 5, 9, 10, 11]
    return answer


for _name in ("PortalDashboardList", "NoAuthPortalDashboardList"):

    @refused(_name, 1)
    def _(house: House, name: str = _name) -> Answer:
        return house.ask(name)  # no template


@good("PortalDashboardMainMenu")
def _(house: House) -> Answer:
    ribbon = add_ribbon(house, RibbonType.MAIN_MENU)
    answer = house.ask("PortalDashboardMainMenu", portal_dashboard_id=ribbon.pk)
    assert answer.is_xml or answer["mainmenu"] == ["archive", "radio", "cctv"]
    return answer


for _name in ("PortalDashboardSliderList", "NoAuthPortalDashboardSliderList"):

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        slider = add_ribbon(house, RibbonType.SLIDER)
        add_ribbon(house, RibbonType.SLIDER)
        every = house.ask(name)
        assert every.is_xml or len(every["sliders"]) == 2
        return house.ask(name, portal_dashboard_id=slider.pk)


for _name in ("PortalDashboardChannelList", "NoAuthPortalDashboardChannelList"):

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        ribbon = add_ribbon(house, RibbonType.CHANNELS, channels=[channel.pk for channel in reversed(house.channels)])
        answer = house.ask(name, portal_dashboard_id=ribbon.pk, icon_width=100, icon_height=100)
        assert answer.is_xml or [row["name"] for row in answer["channels"]] == ["Sport", "News"]
        return answer


@good("PortalDashboardProgramList")
def _(house: House) -> Answer:
    programme = add_programme(house)
    ribbon = add_ribbon(house, RibbonType.PROGRAMMES)
    answer = house.ask("PortalDashboardProgramList", portal_dashboard_id=ribbon.pk)
    assert answer.is_xml or [(row["id"], row["has_record"]) for row in answer["programs"]] == [(programme.pk, 1)]
    return answer


for _name in ("PortalDashboardVideoList", "NoAuthPortalDashboardVideoList"):

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        title = add_title(house)
        ribbon = add_ribbon(house, RibbonType.TITLES, year_from=1990)
        answer = house.ask(name, portal_dashboard_id=ribbon.pk)
        assert answer.is_xml or [row["id"] for row in answer["videos"]] == [title.pk]
        return answer


@good("PortalDashboardSelectionListLast")
def _(house: House) -> Answer:
    programme = add_programme(house)
    selection = make_selection(operator=house.operator, kind=ItemKind.PROGRAMME, numbers=[programme.pk])
    watch(house, programme, add_title(house))
    answer = house.ask("PortalDashboardSelectionListLast")
    assert answer.is_xml or [(row["id"], row["epg_id"]) for row in answer["selections"]] == [
        (selection.pk, programme.pk)
    ]
    return answer


# Each of them is asked for a ribbon of another type, and the simplest for one that is not there.
for _name, _kind in (
    ("PortalDashboardMainMenu", RibbonType.SLIDER),
    ("PortalDashboardSliderList", RibbonType.CHANNELS),
    ("NoAuthPortalDashboardSliderList", RibbonType.CHANNELS),
    ("PortalDashboardChannelList", RibbonType.TITLES),
    ("NoAuthPortalDashboardChannelList", RibbonType.RECENT_CHANNELS),
    ("PortalDashboardProgramList", RibbonType.CHANNELS),
    ("PortalDashboardVideoList", RibbonType.PROGRAMMES),
    ("NoAuthPortalDashboardVideoList", RibbonType.RECENT_TITLES),
):

    @refused(_name, 1)
    def _(house: House, name: str = _name, kind: int = _kind) -> Answer:
        unknown = house.ask(name, portal_dashboard_id=10**9)
        assert unknown.error == 1
        return house.ask(name, portal_dashboard_id=add_ribbon(house, kind).pk)
