"""Promo codes."""

from datetime import date

from tests.contracts.house import Answer, House
from tests.contracts.scenarios import good, refused
from tests.factories import make_tariff
from tests.factories.billing import make_promo

from headend.billing.queries import balance_of
from headend.interfaces.attempts import GUESSES
from headend.subscribers.models import TariffSubscription


@good("PromoActivate")
def _(house: House) -> Answer:
    film = make_tariff(operator=house.operator, name="Films", price=5)
    make_promo(operator=house.operator, code="SPRING", amount=5, free_tariffs=[film])
    answer = house.ask("PromoActivate", code=" spring ")
    assert balance_of(house.account.customer) == 5
    assert TariffSubscription.objects.get(tariff=film).ends_at is not None
    assert answer.is_xml or (answer["type"], answer["amount"], answer["free_tariffs"]) == (0, 5.0, str(film.pk))
    return answer


@refused("PromoActivate", 1)
def _(house: House) -> Answer:
    return house.ask("PromoActivate", code=make_promo(amount=5).code)


@refused("PromoActivate", 2)
def _(house: House) -> Answer:
    return house.ask("PromoActivate", code=make_promo(operator=house.operator, free_tariffs=[house.tariff]).code)


@refused("PromoActivate", 3)
def _(house: House) -> Answer:
    code = make_promo(operator=house.operator, amount=5, activation_count=0).code
    assert house.ask("PromoActivate", code=code).error == 0
    answer = house.ask("PromoActivate", code=code)
    assert balance_of(house.account.customer) == 5
    return answer


@refused("PromoActivate", 4)
def _(house: House) -> Answer:
    promo = make_promo(operator=house.operator, amount=5, valid_until=date(2020, 1, 1))
    return house.ask("PromoActivate", code=promo.code)


@refused("PromoActivate", 5)
def _(house: House) -> Answer:
    make_promo(operator=house.operator, code="RIGHT", amount=5)
    while (answer := house.ask("PromoActivate", code="wrong")).error == 1:
        pass
    assert house.ask("PromoActivate", code="RIGHT").error == 5
    GUESSES.forget()
    return answer


@refused("PromoActivate", 6)
def _(house: House) -> Answer:
    house.account.is_active = False
    house.account.save()
    return house.ask("PromoActivate", code=make_promo(operator=house.operator, amount=5).code)


@good("PromoList")
def _(house: House) -> Answer:
    make_promo(operator=house.operator, code="LESS", discount=15, valid_from=date(2020, 1, 1))
    assert house.ask("PromoActivate", code="LESS").error == 0
    answer = house.ask("PromoList")
    if not answer.is_xml:
        (promo,) = answer["promos"]
        assert (promo["type"], promo["discount"], promo["status"], promo["code"]) == (1, 15.0, 1, "LESS")
        assert (promo["valid_from"], promo["valid_until"], answer["count"]) == ("2020-01-01", "", 1)
    return answer


@refused("PromoList", 1)
def _(house: House) -> Answer:
    return house.ask("PromoList", limit=-1)
