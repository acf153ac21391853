"""Scenarios of the calls for target banners."""

from datetime import timedelta

from django.utils import timezone
from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories.catalog import make_tariff
from tests.factories.portal import make_banner
from tests.factories.subscribers import make_account


@good("AccountTargetBannerList")
def _(house: House) -> Answer:
    today, day = timezone.now().date(), timedelta(days=1)
    for_all = make_banner(operator=house.operator, published_from=today - day, published_to=today + day)
    named, holding = make_banner(operator=house.operator), make_banner(operator=house.operator, meta={"a": 1})
    named.accounts.set([house.account, make_account(operator=house.operator)])
    holding.tariffs.set([house.tariff])
    others = make_banner(operator=house.operator), make_banner(operator=house.operator)
    others[0].accounts.set([make_account(operator=house.operator)])
    others[1].tariffs.set([make_tariff(operator=house.operator)])
    make_banner(operator=house.operator, published_to=today - 2 * day)
    make_banner(operator=house.operator, cities=["Elsewhere"])
    make_banner(operator=house.operator, for_birthday=True)
    make_banner()
    answer = house.ask("AccountTargetBannerList")
    expected = [for_all.pk, named.pk, holding.pk]
    assert answer.is_xml or [row["id"] for row in answer["target_banners"]] == expected
    second = house.ask("AccountTargetBannerList", page=2, limit=2)
    assert second.is_xml or ([row["id"] for row in second["target_banners"]], second["count"]) == ([holding.pk], 3)
    return answer


@refused("AccountTargetBannerList", 1)
def _(house: House) -> Answer:
    assert house.ask("AccountTargetBannerList", limit=101).error == 1
    return house.ask("AccountTargetBannerList", page=0)
