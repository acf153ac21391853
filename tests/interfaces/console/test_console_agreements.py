"""Prices of subscriptions' own and tariffs that change later: agreed on in the list of subscriptions."""

from datetime import date
from decimal import Decimal

from django.urls import reverse
from tests.factories import make_tariff

from headend.billing.models import Renewal
from headend.operators.rules import Role
from headend.subscribers.models import TariffSubscription


def act(client, name, subscription, **fields):
    url = reverse("admin:subscribers_tariffsubscription_changelist")
    return client.post(url, {"action": name, "_selected_action": [subscription.pk], **fields}, follow=True)


def test_a_price_is_agreed_on_and_taken_back(ours, admin):
    subscription = ours.records[TariffSubscription]
    assert "Price of a period" in act(admin, "agree_price", subscription).content.decode()
    shown = act(admin, "agree_price", subscription, _asked="1", price="4.50", until="2031-02-03").content.decode()
    renewal = Renewal.objects.get(subscription=subscription)
    assert (renewal.price_override, renewal.price_until) == (Decimal("4.50"), date(2031, 2, 3))
    assert "4.50" in shown
    refused = act(admin, "agree_price", subscription, _asked="1", price="4.505").content.decode()
    assert f"{subscription.customer}: " in refused
    assert Renewal.objects.get(subscription=subscription).price_override == Decimal("4.50")
    act(admin, "agree_price", subscription, _asked="1", price="")
    renewal.refresh_from_db()
    assert (renewal.price_override, renewal.price_until) == (None, None)


def test_another_tariff_follows(ours, theirs, admin):
    subscription = ours.records[TariffSubscription]
    tariff = subscription.tariff
    after = make_tariff(operator=ours.operator, name="Afterwards", basic_priority=tariff.basic_priority)
    foreign = make_tariff(operator=theirs.operator, basic_priority=tariff.basic_priority)
    act(admin, "agree_successor", subscription, _asked="1", tariff=foreign.pk)
    assert not Renewal.objects.filter(subscription=subscription, successor__isnull=False).exists()
    assert "Afterwards" in act(admin, "agree_successor", subscription, _asked="1", tariff=after.pk).content.decode()
    assert Renewal.objects.get(subscription=subscription).successor == after


def test_dealers_and_support_agree_on_nothing(ours, sign_in):
    subscription = ours.records[TariffSubscription]
    act(sign_in(Role.SUPPORT, ours.operator), "agree_price", subscription, _asked="1", price="0")
    assert not Renewal.objects.filter(price_override__isnull=False).exists()
