"""Scenarios of the calls for selections."""

import json
from dataclasses import replace
from xml.etree import ElementTree

from tests.contracts.cases.portal_stage import add_programme, add_ribbon, add_title
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.catalog import make_channel, make_tariff
from tests.factories.portal import make_application, make_selection

from headend.advertising.models import AdMovie
from headend.cameras.models import Camera
from headend.catalog.models import Category, Radio
from headend.portal.models import ItemKind, Origin, RibbonType

DETAIL = ("SelectionDetail", "NoAuthSelectionDetail")
LIST = ("SelectionList", "NoAuthSelectionList")


def items_of(house: House) -> dict[ItemKind, list[int]]:
    """For each kind something that a selection can hold."""
    other = make_channel(operator=house.operator, name="Films")
    make_tariff(operator=house.operator, name="Film", channels=[other], price=5)
    title, packed = add_title(house), add_title(house, kind="package")
    packed.package_titles.set([title])
    camera = Camera.objects.create(operator=house.operator, name="Square")
    camera.extra_categories.set([Category.objects.create(operator=house.operator, name="Streets")])
    return {
        ItemKind.CHANNEL: [house.channels[0].pk, other.pk],
        ItemKind.PROGRAMME: [add_programme(house).pk],
        ItemKind.TITLE: [packed.pk],
        ItemKind.CAMERA: [camera.pk],
        ItemKind.RADIO: [Radio.objects.create(operator=house.operator, name="One FM", stream_url="http://a/").pk],
        ItemKind.AD: [AdMovie.objects.create(operator=house.operator, name="Shop", url="http://a/ad.mp4").pk],
        ItemKind.APPLICATION: [make_application(operator=house.operator, attributes={"section": "news"}).pk],
    }


for _name in LIST:

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        by_hand = make_selection(operator=house.operator, numbers=[house.channels[0].pk])
        make_selection(operator=house.operator, origin=Origin.BY_RULE, rule={"words": "sport"})
        make_selection(operator=house.operator, is_hidden=True)
        answer = house.ask(name, content_type=0, order="date")
        assert answer.is_xml or [(row["type"], row["count"]) for row in answer["selections"]] == [(0, 1), (1, 1)]
        of_hand = house.ask(name, type=0)
        assert of_hand.is_xml or [row["id"] for row in of_hand["selections"]] == [by_hand.pk]
        return answer

    @refused(_name, 1)
    def _(house: House, name: str = _name) -> Answer:
        assert house.ask(name, page=0).error == 1
        return house.ask(name, order="name")


for _name in DETAIL:

    @good(_name)
    def _(house: House, name: str = _name) -> Answer:
        answers = {}
        for kind, numbers in items_of(house).items():
            selection = make_selection(operator=house.operator, kind=kind, numbers=[*numbers, 10**9])
            answers[kind] = house.ask(name, selection_id=selection.pk)
            assert answers[kind].is_xml or answers[kind]["count"] == len(numbers), kind
            assert answers[kind].is_xml or len(answers[kind]["contents"]) == len(numbers), kind
        return together(answers)

    @refused(_name, 1)
    def _(house: House, name: str = _name) -> Answer:
        assert house.ask(name, selection_id=10**9).error == 1
        assert house.ask(name, program_id=10**9).error == 1
        assert house.ask(name, portal_dashboard_id=add_ribbon(house, RibbonType.SLIDER).pk).error == 1
        selection = make_selection(operator=house.operator)
        assert house.ask(name, selection_id=selection.pk, cursor=-1).error == 1
        assert house.ask(name, selection_id=selection.pk, order="name").error == 1
        return house.ask(name)


def together(answers: dict[ItemKind, Answer]) -> Answer:
    """One answer with the items of all of them, so that every documented field is looked at."""
    first = answers[ItemKind.CHANNEL]
    if first.is_xml:
        root = first.value
        for answer in list(answers.values())[1:]:
            root.find("contents").extend(answer.value.find("contents"))
        return replace(first, body=ElementTree.tostring(root))
    contents = [item for answer in answers.values() for item in answer["contents"]]
    return replace(first, body=json.dumps({**first.value, "contents": contents}).encode())
