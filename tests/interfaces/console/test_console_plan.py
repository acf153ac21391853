"""The page of plans: what it shows is what applying does, for one's own operator and those who may."""

from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.interfaces.console.browserlike import form_of

from headend.catalog.models import Channel, Tariff
from headend.operators.rules import Role
from headend.subscribers.models import TariffSubscription


def page() -> str:
    return reverse("admin:catalog_tariff_plan_changes")


def exported(client, operator) -> str:
    response = client.get(page(), {"export": operator.pk})
    assert response["Content-Disposition"].endswith('.yaml"')
    return response.content.decode()


def look(client, text: str):
    return client.post(page(), {"file": SimpleUploadedFile("plan.yaml", text.encode())})


def test_a_plan_is_looked_at_and_applied(ours, admin):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    text = exported(admin, ours.operator)
    edited = text.replace("name: Ours base", "name: Ours base\n  is_hidden: true")
    shown = look(admin, edited)
    assert shown.context["outlook"].problems == []
    assert [str(row.obj) for row in shown.context["rows"]] == ["Ours base"]
    tariff.refresh_from_db()
    assert not tariff.is_hidden
    assert admin.post(page(), {"stored": shown.context["stored"]}).status_code == 302
    tariff.refresh_from_db()
    assert tariff.is_hidden
    again = admin.post(page(), {"stored": shown.context["stored"]}, follow=True)
    assert "Nothing was written" in again.content.decode()


def test_what_is_wrong_is_told_and_cannot_be_applied(ours, admin):
    edited = exported(admin, ours.operator).replace("name: Ours base", "name: Ours base\n  period_months: often")
    shown = look(admin, edited)
    assert not shown.context["may_apply"]
    assert "is not a whole number" in shown.content.decode()
    assert "This is not YAML" in look(admin, "{").content.decode()


def test_plans_are_of_ones_own_operator_and_for_those_who_may(ours, theirs, admin, sign_in):
    foreign = f"operator: {theirs.operator.pk}\ntariffs: []\n"
    assert "no operator that you work for" in look(admin, foreign).content.decode()
    for role in (Role.EDITOR, Role.SUPPORT, Role.DEALER):
        assert sign_in(role, ours.operator).get(page()).status_code == 403
    assert admin.get(page(), {"export": theirs.operator.pk}).status_code == 403
    assert admin.get(page(), {"export": "no number"}).status_code == 403


def test_a_tariffs_form_says_what_saving_would_do_and_saves_nothing(ours, theirs, admin, sign_in):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    held = TariffSubscription.objects.filter(tariff=tariff).values("customer").distinct().count()
    assert held
    page = reverse("admin:catalog_tariff_change", args=[tariff.pk])
    typed = form_of(admin.get(page), "tariff_form")
    preview = reverse("admin:catalog_tariff_preview", args=[tariff.pk])
    assert preview in admin.get(page).content.decode()
    shown = admin.post(preview, typed | {"countries": "IT", "price": "11.50"})
    assert "by other countries or hours" in shown.content.decode()
    (old, new) = next((old, new) for what, old, new in shown.context["sums"] if what == "All next periods")
    assert old != new
    tariff.refresh_from_db()
    assert (tariff.countries, tariff.price) == ([], Decimal(9))
    assert "Enter a number" in admin.post(preview, typed | {"price": "much"}).content.decode()
    foreign = Tariff.objects.filter(operator=theirs.operator).first()
    refused = admin.post(reverse("admin:catalog_tariff_preview", args=[foreign.pk]), typed)
    assert refused.status_code == 403
    assert sign_in(Role.EDITOR, ours.operator).post(preview, typed).status_code == 403
    assert admin.get(preview).status_code == 405


def test_a_channels_form_says_who_would_lose_it_and_saves_nothing(ours, theirs, admin, sign_in):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    channel = tariff.channels.filter(is_enabled=True).first()
    page = reverse("admin:catalog_channel_change", args=[channel.pk])
    preview = reverse("admin:catalog_channel_preview", args=[channel.pk])
    typed = form_of(admin.get(page), "channel_form")
    assert preview in admin.get(page).content.decode()
    nothing = admin.post(preview, typed)
    assert (nothing.context["effects"], nothing.context["outlook"].effects.anything.lose) == ([], 0)
    typed.pop("is_enabled")
    shown = admin.post(preview, typed)
    ((kind, name, effect),) = [each for each in shown.context["effects"] if each[0] == "channel"]
    assert (name, effect.gain) == (channel.name, 0)
    assert effect.lose == shown.context["outlook"].effects.anything.lose > 0
    channel.refresh_from_db()
    assert channel.is_enabled
    foreign = theirs.first(Channel)
    assert admin.post(reverse("admin:catalog_channel_preview", args=[foreign.pk]), typed).status_code == 403
    editor = sign_in(Role.EDITOR, ours.operator)
    assert editor.post(preview, typed).status_code == 403
    assert preview not in editor.get(page).content.decode()


def chosen(action: str, rows, **more) -> dict[str, object]:
    return {"action": action, "_selected_action": [row.pk for row in rows], "_asked": "1"} | more


def lost(page) -> dict[str, int]:
    return {name: effect.lose for _kind, name, effect in page.context["effects"]}


def test_what_is_done_to_many_is_looked_at_first_and_written_only_then(ours, admin, sign_in):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    channels = list(tariff.channels.filter(is_enabled=True))
    of_channels, of_tariffs = (reverse(f"admin:catalog_{name}_changelist") for name in ("channel", "tariff"))
    for address, sent, names in (
        (of_channels, chosen("switch_off", channels), {each.name for each in channels}),
        (of_channels, chosen("remove_from_tariff", channels[:1], tariff=tariff.pk), {channels[0].name}),
        (of_tariffs, chosen("switch_off", [tariff]), {tariff.name, *(each.name for each in channels)}),
        (reverse("admin:catalog_tariff_choose_channels", args=[tariff.pk]), {"chosen": ""}, {e.name for e in channels}),
    ):
        shown = admin.post(address, sent | {"_preview": "1"})
        assert (set(lost(shown)), min(lost(shown).values()) > 0) == (names, True)
    assert (
        "is disabled, but held" in admin.post(of_tariffs, chosen("switch_off", [tariff], _preview="1")).content.decode()
    )
    tariff.refresh_from_db()
    assert tariff.is_enabled
    assert set(tariff.channels.filter(is_enabled=True)) == set(channels)
    admin.post(of_channels, chosen("remove_from_tariff", channels[:1], tariff=tariff.pk))
    assert channels[0] not in tariff.channels.all()
    assert (
        sign_in(Role.EDITOR, ours.operator).post(of_channels, chosen("switch_off", channels, _preview="1")).status_code
        == 403
    )


def test_a_preview_of_many_says_what_is_missing(ours, theirs, admin, superuser):
    address, channels = reverse("admin:catalog_channel_changelist"), list(Channel.objects.all())
    asked = admin.post(address, chosen("add_to_tariff", channels[:1], _preview="1")).content.decode()
    assert "This field is required" in asked
    assert "<html" not in asked
    of_two = superuser.post(address, chosen("switch_off", channels, _preview="1"))
    assert "records of one operator" in of_two.content.decode()


def test_a_tariff_in_another_currency_is_charged_to_nobody(ours, admin):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    edited = exported(admin, ours.operator).replace("name: Ours base", "name: Ours base\n  currency: USD")
    outlook = look(admin, edited).context["outlook"]
    number = TariffSubscription.objects.filter(tariff=tariff).values("customer").distinct().count()
    assert (outlook.before.unchargeable, outlook.after.unchargeable) == (0, number)
    assert outlook.after.renewals.get("EUR", 0) < outlook.before.renewals["EUR"]
    assert "another currency" in " ".join(outlook.warnings)


def test_what_a_preview_does_not_count_is_said(ours, admin):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    edited = exported(admin, ours.operator).replace("name: Ours base", "name: Ours base\n  additional_sessions: 7")
    (warning,) = look(admin, edited).context["outlook"].warnings
    assert str(tariff) in warning
    assert "not counted here" in warning
