"""The page of plans: what it shows is what applying does, for one's own operator and those who may."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from headend.catalog.models import Tariff
from headend.operators.rules import Role


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
