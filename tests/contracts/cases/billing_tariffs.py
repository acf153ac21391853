"""The billing API's calls for tariffs, and the two of old scripts."""

from tests.contracts.desk import Desk
from tests.contracts.desk_scenarios import good, never, refused
from tests.contracts.house import Answer
from tests.factories.catalog import make_tariff
from tests.factories.delivery import make_streaming_server
from tests.factories.subscribers import make_customer

from headend.catalog.models import Tariff
from headend.delivery.models import StreamingServer
from headend.subscribers.models import Account, Customer

NOBODY = 10**8
NEW = {"name": "Sport", "period": 1, "sessions_count": 2, "basic_sessions_count": 1, "basic_tariff_priority": 0}


# --- lists ---


def names(answer: Answer) -> list[str]:
    return [row["name"] for row in answer["tariffs"]]


def stocked(desk: Desk) -> Desk:
    """Beside the basic tariff: one with a channel, one with nothing to watch, one that is archived."""
    desk.films.channels.set(desk.house.channels[:1])
    make_tariff(operator=desk.house.operator, name="Recorder")
    make_tariff(operator=desk.house.operator, name="Old", is_archived=True)
    return desk


@good("TariffList", may_be_empty=("tariffs.channels",))
def _(desk: Desk) -> Answer:
    answer = stocked(desk).ask("TariffList")
    assert names(answer) == ["Basic", "Films", "Recorder"]
    assert [channel["name"] for channel in answer["tariffs"][0]["channels"]] == ["News", "Sport"]
    return answer


@good("TariffBasicList")
def _(desk: Desk) -> Answer:
    answer = stocked(desk).ask("TariffBasicList")
    assert names(answer) == ["Basic"]
    return answer


@good("TariffAdditionalList")
def _(desk: Desk) -> Answer:
    answer = stocked(desk).ask("TariffAdditionalList")
    assert names(answer) == ["Films"]
    return answer


@good("TariffOptionList")
def _(desk: Desk) -> Answer:
    answer = stocked(desk).ask("TariffOptionList")
    assert names(answer) == ["Recorder"]
    return answer


# --- writes ---


@good("TariffCreate")
def _(desk: Desk) -> Answer:
    answer = desk.ask("TariffCreate", **NEW, price=4.5, enabled=0, ip_restriction=1)
    made = Tariff.objects.get(pk=answer["id"])
    assert (made.name, str(made.price), made.additional_sessions) == ("Sport", "4.50", 2)
    assert (made.is_enabled, made.one_address, made.may_unsubscribe) == (False, True, True)
    return answer


@refused("TariffCreate", 1)
def _(desk: Desk) -> Answer:
    for field, value in (
        ("basic_tariff_priority", 11),
        ("period", -1),
        ("price", "1e9"),
        ("price", 10**13),
        ("price", -1),
        ("name", ""),
        ("sessions_count", 10**6),
        ("available_everywhere", 0),
    ):
        answer = desk.ask("TariffCreate", **{**NEW, field: value})
        assert (answer.error, list(answer["error_fields"])) == (1, [field]), answer.body
    assert not Tariff.objects.filter(name="Sport").exists()
    return answer


@good("TariffModify")
def _(desk: Desk) -> Answer:
    answer = desk.ask("TariffModify", tariff_id=desk.films.pk, price=6, available_to_unsubscribe=0)
    tariff = Tariff.objects.get(pk=desk.films.pk)
    assert (tariff.name, tariff.price, tariff.may_unsubscribe, tariff.external_id) == ("Films", 6, False, "F-1")
    return answer


@refused("TariffModify", 1)
def _(desk: Desk) -> Answer:
    answer = desk.ask("TariffModify", tariff_id=desk.films.pk, basic_tariff_priority=11)
    assert list(answer["error_fields"]) == ["basic_tariff_priority"]
    return desk.ask("TariffModify", tariff_id=make_tariff().pk, price=6)


@good("TariffDelete")
def _(desk: Desk) -> Answer:
    answer = desk.ask("TariffDelete", tariff_id=desk.films.pk)
    assert not Tariff.objects.filter(pk=desk.films.pk).exists()
    return answer


@refused("TariffDelete", 1)
def _(desk: Desk) -> Answer:
    assert desk.ask("TariffDelete", tariff_id="Films").error == 1
    return desk.ask("TariffDelete", tariff_id=NOBODY)


@refused("TariffDelete", 2)
def _(desk: Desk) -> Answer:
    return desk.ask("TariffDelete", tariff_id=desk.house.tariff.pk)


# --- streaming servers ---


def _bad_server(name: str) -> None:
    @refused(name, 1)
    def _(desk: Desk) -> Answer:
        server = make_streaming_server(operator=desk.house.operator)
        return desk.ask(name, tariff_id=NOBODY, service_id=server.pk)

    @refused(name, 2)
    def _(desk: Desk) -> Answer:
        return desk.ask(name, tariff_id=desk.films.pk, service_id=make_streaming_server().pk)


_bad_server("TariffStreamServiceAssign")
_bad_server("TariffStreamServiceRemove")


@good("TariffStreamServiceAssign")
def _(desk: Desk) -> Answer:
    server = make_streaming_server(operator=desk.house.operator)
    answer = desk.ask("TariffStreamServiceAssign", tariff_id=desk.films.pk, service_id=server.pk)
    assert list(StreamingServer.objects.get(pk=server.pk).tariffs.all()) == [desk.films]
    return answer


never("TariffStreamServiceAssign", {3: "Any tariff can be given to any server of its operator."})


@good("TariffStreamServiceRemove")
def _(desk: Desk) -> Answer:
    server = make_streaming_server(operator=desk.house.operator)
    server.tariffs.set([desk.films, desk.house.tariff])
    answer = desk.ask("TariffStreamServiceRemove", tariff_id=desk.films.pk, service_id=server.pk)
    assert list(server.tariffs.all()) == [desk.house.tariff]
    assert desk.ask("TariffStreamServiceRemove", tariff_id=desk.films.pk, service_id=server.pk).error == 0
    return answer


@refused("TariffStreamServiceRemove", 3)
def _(desk: Desk) -> Answer:
    server = make_streaming_server(operator=desk.house.operator)
    server.tariffs.set([desk.films])
    return desk.ask("TariffStreamServiceRemove", tariff_id=desk.films.pk, service_id=server.pk)


# --- what old scripts ask ---


@good("AddCustomer")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AddCustomer", firstname="Ada", ext_id="C-5")
    assert Customer.objects.get(pk=answer["id"]).external_id == "C-5"
    return answer


@refused("AddCustomer", -7)
def _(desk: Desk) -> Answer:
    return desk.ask("AddCustomer", firstname="Ada", ext_id="C-1")


@refused("AddCustomer", -100)
def _(desk: Desk) -> Answer:
    assert desk.ask("AddCustomer").error == -100
    return desk.ask("AddCustomer", firstname="Ada", birthdate="soon")


@good("AddAccount")
def _(desk: Desk) -> Answer:
    answer = desk.ask("AddAccount", ext_id="C-1", abonement=4711, allow_login_by_abonement=1)
    assert Account.objects.get(number=4711).allow_login_by_number
    return answer


@refused("AddAccount", -2)
def _(desk: Desk) -> Answer:
    return desk.ask("AddAccount", customer_id=make_customer().pk)


@refused("AddAccount", -6)
def _(desk: Desk) -> Answer:
    return desk.ask("AddAccount", ext_id="C-1", abonement=desk.account.number)


@refused("AddAccount", -100)
def _(desk: Desk) -> Answer:
    return desk.ask("AddAccount", ext_id="C-1", activation_date="soon")
