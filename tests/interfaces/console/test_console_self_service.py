"""Text gateways are checked when they are saved, keep their secrets, and can be tried out; rules are one for each."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from tests.factories.subscribers import outbox_of
from tests.interfaces.console.conftest import House

from headend.kernel.sealing import unseal
from headend.operators.models import AuditEntry
from headend.operators.rules import Role
from headend.subscribers.models import RegistrationRules, TextGateway

ADD = "/console/subscribers/textgateway/add/"
LIST = "/console/subscribers/textgateway/"


def form(**more: Any) -> dict[str, Any]:
    return {
        "medium": "email",
        "kind": "smtp",
        "is_enabled": "on",
        "sender": "tv@example.com",
        "host": "mail.example.com",
        "port": "587",
        "security": "starttls",
        "sends_as": "form",
        **more,
    }


def test_a_gateway_keeps_its_secret_sealed(ours: House, admin: Client) -> None:
    assert admin.post(ADD, form(username="tv", new_secret="p4ss-w0rd")).status_code == 302
    gateway = TextGateway.objects.get(operator=ours.operator, medium="email")
    assert unseal(gateway.sealed_secret, settings.ENCRYPTION_KEY) == "p4ss-w0rd"
    page = admin.get(f"{LIST}{gateway.pk}/change/").content.decode()
    assert "p4ss-w0rd" not in page
    assert gateway.sealed_secret not in page
    assert "p4ss-w0rd" not in str(list(AuditEntry.objects.values("changes")))
    assert admin.post(f"{LIST}{gateway.pk}/change/", form(username="tv2")).status_code == 302
    gateway.refresh_from_db()
    assert (gateway.username, bool(gateway.sealed_secret)) == ("tv2", True)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"host": ""}, "host"),
        ({"sender": "TV"}, "sender"),
        ({"security": "none", "new_secret": "x"}, "security"),
        ({"medium": "sms"}, "kind"),
        ({"kind": "http"}, "kind"),
    ],
)
def test_what_cannot_work_is_not_saved(wrong: dict[str, str], place: str, ours: House, admin: Client) -> None:
    TextGateway.objects.all().delete()
    answer = admin.post(ADD, form(**wrong))
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [place]
    assert not TextGateway.objects.exists()


def test_an_sms_gateway_says_which_parameters_it_wants(ours: House, admin: Client) -> None:
    TextGateway.objects.all().delete()
    given = form(medium="sms", kind="http", url="https://sms.example.com/send", sender="TV")
    assert list(admin.post(ADD, given | {"fields": "to: $to"}).context["adminform"].form.errors) == ["fields"]
    assert admin.post(ADD, given | {"fields": "to: $to\ntext: $text"}).status_code == 302
    assert TextGateway.objects.get().fields == {"to": "$to", "text": "$text"}


def try_out(client: Client, *gateways: TextGateway) -> Any:
    chosen = [str(gateway.pk) for gateway in gateways]
    sent = {"action": "try_out", "_selected_action": chosen, "_asked": "1", "to": "+390105550001"}
    return client.post(LIST, sent, follow=True)


def test_a_gateway_is_tried_out_by_its_own_operator_alone(ours: House, theirs: House, admin: Client) -> None:
    before = [len(outbox_of(house.operator)) for house in (ours, theirs)]
    try_out(admin, ours.first(TextGateway), theirs.first(TextGateway))
    assert [len(outbox_of(house.operator)) for house in (ours, theirs)] == [before[0] + 1, before[1]]


def test_a_trial_that_fails_says_why(ours: House, admin: Client) -> None:
    gateway = ours.first(TextGateway)
    TextGateway.objects.filter(pk=gateway.pk).update(kind="http", url="http://127.0.0.1:9/", fields={"t": "$text"})
    page = try_out(admin, gateway).content.decode()
    assert "it was not sent" in page
    assert "Traceback" not in page


def test_an_operator_has_one_set_of_rules(ours: House, admin: Client) -> None:
    answer = admin.post(
        "/console/subscribers/registrationrules/add/", {"accounts_per_hour": "1", "trial_days": "0", "is_enabled": "on"}
    )
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert RegistrationRules.objects.filter(operator=ours.operator).count() == 1


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.DEALER, Role.EDITOR])
def test_who_may_not_see_gateways(role: Role, ours: House, sign_in: Any) -> None:
    assert sign_in(role, ours.operator).get(LIST).status_code == 403
