"""The pages that are no lists: dashboard, guide of a day, why, guide matches, one's own settings, bulk questions."""

from datetime import UTC, datetime, timedelta
from html import escape

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.factories import (
    make_channel,
    make_device,
    make_guide_channel,
    make_operator,
    make_programme,
    make_staff,
    make_tariff,
)
from tests.interfaces.console.test_console_isolation import address, text_of

from headend.catalog.models import (
    Category,
    Channel,
    ChannelSort,
    GuideChannel,
    GuideSource,
    MatchState,
    Programme,
    Tariff,
)
from headend.delivery.models import Maintenance
from headend.interfaces.console.guide_grid import day_of
from headend.interfaces.console.reasons import REASONS
from headend.operators.models import AuditEntry, Staff
from headend.operators.rules import Role
from headend.playback.rules import Reason
from headend.subscribers.models import Account, Customer, Session, TariffSubscription

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def numbers_on(response):
    return {card.label: (card.number, card.part) for card in response.context["cards"]}


# --- dashboard -------------------------------------------------------------------------------------------------------


def test_the_dashboard_counts_and_names_what_needs_attention(ours, admin):
    GuideSource.objects.update(last_outcome="failed")
    Account.objects.update(is_active=True)
    response = admin.get(reverse("admin:index"))
    numbers = numbers_on(response)
    assert numbers["Channels"] == (4, "4 on air")
    assert numbers["Accounts"] == (3, "3 active")
    assert numbers["Sessions"] == (1, "1 online")
    words = [task.words for task in response.context["tasks"]]
    assert "Guide source “Guide of Ours” failed." in words
    assert "Maintenance now: New satellite dish" in words
    assert "1 channel has no guide." in words
    assert "1 guide match waits for a look." in words
    for task in response.context["tasks"]:
        assert admin.get(task.url).status_code == 200


def test_the_links_of_the_dashboard_lead_to_what_it_counted(ours, admin):
    tasks = admin.get(reverse("admin:index")).context["tasks"]
    url = next(task.url for task in tasks if "no guide" in task.words)
    found = admin.get(url).context["cl"].result_list
    assert [channel.guide_channel for channel in found] == [None]


def test_the_plot_says_how_far_the_guide_reaches(ours, admin):
    Programme.objects.all().delete()
    now = timezone.now()
    own = GuideChannel.objects.filter(channels__operator=ours.operator)
    for guide, days in zip(own, (1, 3, 9), strict=True):
        stop = int((now + timedelta(days=days, hours=1)).timestamp())
        make_programme(guide_channel=guide, start=stop - 600, stop=stop)
    bars = admin.get(reverse("admin:index")).context["bars"]
    assert [bar.number for bar in bars] == [3, 3, 2, 2, 1, 1, 1]
    assert bars[0].percent == 100


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPERUSER])
def test_every_role_has_a_dashboard_and_menu_of_its_own(role, ours, sign_in):
    response = sign_in(role, ours.operator).get(reverse("admin:index"))
    assert response.status_code == 200
    page = text_of(response)
    assert ("/console/operators/staff/" in page) == (role is Role.OPERATOR_ADMIN)
    assert ("/console/subscribers/account/" in page) == (role in (Role.OPERATOR_ADMIN, Role.SUPPORT, Role.DEALER))


def test_an_empty_service_has_a_dashboard(db, sign_in):
    response = sign_in().get(reverse("admin:index"))
    assert response.status_code == 200
    assert "Nothing. All is well." in text_of(response)


# --- the guide of a day ----------------------------------------------------------------------------------------------


@pytest.fixture
def two_channels(ours):
    """Two channels alone, without programmes, in the zone of Rome."""
    Channel.objects.all().delete()
    made = []
    for place, name in enumerate(("One", "Due"), 1):
        guide = make_guide_channel(source=ours.first(GuideSource), name=name)
        made.append(make_channel(operator=ours.operator, name=name, lcn=place, sort=place, guide_channel=guide))
    return made


def grid(client, **query):
    response = client.get(reverse("admin:guide_grid"), query)
    assert response.status_code == 200
    return response


def test_programmes_stand_at_their_hours(two_channels, admin):
    day = day_of(NOON.date())
    make_programme(
        guide_channel=two_channels[0].guide_channel, start=day.begin - 1800, stop=day.begin + 1800, title="a"
    )
    make_programme(
        guide_channel=two_channels[0].guide_channel, start=day.begin + 1800, stop=day.begin + 43200, title="b"
    )
    response = admin.get(reverse("admin:guide_grid"), {"day": "2026-06-15"})
    begin = int(datetime(2026, 6, 14, 22, 0, tzinfo=UTC).timestamp())  # midnight in Rome, in summer
    blocks = [(b.title, b.left, b.width) for b in response.context["rows"][0].blocks]
    assert day.begin - begin == 7200
    assert blocks == [("a", 6.25, 4.167), ("b", 10.417, 47.917)]
    assert response.context["rows"][1].blocks == []


def test_what_runs_now_is_marked(two_channels, admin):
    now = int(timezone.now().timestamp())
    make_programme(guide_channel=two_channels[0].guide_channel, start=now - 60, stop=now + 60, title="on air")
    response = grid(admin)
    assert [block.title for block in response.context["rows"][0].blocks if block.is_now] == ["on air"]
    assert 0 <= response.context["now_place"] < 100
    assert grid(admin, day="2020-01-01").context["now_place"] is None


def test_the_grid_shows_one_operator_at_a_time(two_channels, ours, sign_in):
    other = make_channel(operator=make_operator(name="Other"), name="Elsewhere")
    superuser = sign_in(Role.SUPERUSER)
    assert [row.channel for row in grid(superuser, operator=ours.operator.pk).context["rows"]] == two_channels
    assert [row.channel for row in grid(superuser, operator=other.operator_id).context["rows"]] == [other]


@pytest.mark.parametrize("wanted", ["other", "999999", "x", ""])
def test_the_grid_of_an_operator_out_of_reach_is_ones_own(wanted, two_channels, ours, sign_in):
    other = make_channel(operator=make_operator(name="Other"), name="Elsewhere")
    asked = str(other.operator_id) if wanted == "other" else wanted
    response = grid(sign_in(Role.EDITOR, ours.operator), operator=asked)
    assert [row.channel for row in response.context["rows"]] == two_channels


def test_a_shifted_guide_is_shown_shifted(two_channels, admin):
    guide = two_channels[0].guide_channel
    GuideChannel.objects.filter(pk=guide.pk).update(shift_minutes=60)
    start = int(datetime(2026, 6, 14, 21, 30, tzinfo=UTC).timestamp())  # 23:30 of the day before, 00:30 when shifted
    make_programme(guide_channel=guide, start=start, stop=start + 1800, title="late")
    block = grid(admin, day="2026-06-15").context["rows"][0].blocks[0]
    assert (block.title, block.begins) == ("late", datetime(2026, 6, 14, 22, 30, tzinfo=UTC))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-15", 24)])
def test_days_have_their_own_length_when_the_clock_changes(day, hours, two_channels, admin):
    assert len(grid(admin, day=day).context["hours"]) == hours


def test_the_grid_is_searched_and_filtered(two_channels, ours, admin):
    Channel.objects.filter(pk=two_channels[1].pk).update(category=ours.first(Category))

    def names(**query):
        return [row.channel.name for row in grid(admin, **query).context["rows"]]

    assert names() == ["One", "Due"]
    assert names(q="due") == ["Due"]
    assert names(q="1") == ["One"]
    assert names(category=str(ours.first(Category).pk)) == ["Due"]
    assert names(q="nothing like it") == []
    for strange in ({"day": "9999-99-99"}, {"day": "x"}, {"category": "9" * 40}, {"q": "\0"}, {"p": "x"}):
        grid(admin, **strange)


def test_the_grid_reads_a_page_of_channels_in_few_queries(ours, admin, django_assert_max_num_queries):
    guides = GuideChannel.objects.bulk_create(
        GuideChannel(source=ours.first(GuideSource), guide_id=f"g{n}", name=f"G{n}") for n in range(500)
    )
    Channel.objects.bulk_create(
        Channel(operator=ours.operator, name=f"C{n}", lcn=100 + n, guide_channel=guide)
        for n, guide in enumerate(guides)
    )
    with django_assert_max_num_queries(12):
        response = grid(admin)
    assert len(response.context["rows"]) == 40
    assert response.context["page"].paginator.num_pages == 13


def test_a_programme_shows_its_details(two_channels, admin):
    made = make_programme(
        guide_channel=two_channels[0].guide_channel,
        title="Film <b>",
        details='{"description": "Rain.", "credits": {"director": ["A. Rossi"]}, "ratings": {"IT": "T"}}',
    )
    page = text_of(admin.get(reverse("admin:programme", args=[made.pk])))
    for text in ("Film &lt;b&gt;", "Rain.", "A. Rossi", "One"):
        assert text in page
    Programme.objects.filter(pk=made.pk).update(details="not json")
    assert admin.get(reverse("admin:programme", args=[made.pk])).status_code == 200


# --- why -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def held(ours):
    """An account that holds a tariff with one channel, without any maintenance."""
    Maintenance.objects.all().delete()
    account = Account.objects.filter(operator=ours.operator, is_active=True).first()
    Account.objects.filter(pk=account.pk).update(deactivates_on=None)
    account.refresh_from_db()
    TariffSubscription.objects.all().delete()
    channel = ours.first(Channel)
    tariff = make_tariff(operator=ours.operator, name="Held", channels=[channel])
    TariffSubscription.objects.create(
        operator=ours.operator, customer=account.customer, tariff=tariff, starts_at=timezone.now() - timedelta(days=1)
    )
    return account, channel, tariff


def why(client, account, channel, **more):
    response = client.get(reverse("admin:why"), {"account": account.pk, "channel": channel.pk, **more})
    assert response.status_code == 200
    return response


def test_every_reason_has_its_words():
    assert set(REASONS) == set(Reason)
    for reason in set(Reason) - {Reason.ALLOWED}:
        words = REASONS[reason]
        assert all((words.refusal, words.check, words.remedy)), reason


def test_why_says_that_it_is_allowed(held, admin):
    account, channel, tariff = held
    response = why(admin, account, channel)
    assert response.context["decision"].allowed
    assert [t.name for t in response.context["tariffs"]] == ["Held"]
    assert "Allowed" in text_of(response)
    assert not [check for check in response.context["checks"] if check["passed"] is False]


def test_why_names_the_reason_and_the_way_out(ours, held, admin):
    account, channel, tariff = held
    other = Channel.objects.filter(operator=ours.operator).exclude(pk=channel.pk).first()

    def reason(*asked, **more):
        response = why(admin, *asked, **more)
        page = text_of(response)
        assert escape(str(response.context["words"].refusal)) in page
        for _, url in response.context["links"]:
            assert admin.get(url).status_code == 200
        return response.context["decision"].reason

    assert reason(account, other) is Reason.NOT_IN_TARIFF
    assert reason(account, channel, others="9") is Reason.TOO_MANY_STREAMS
    assert reason(account, channel, since="2020-01-01T10:00") is Reason.NO_ARCHIVE
    Tariff.objects.filter(pk=tariff.pk).update(countries=["IT"])
    assert reason(account, channel, country="de") is Reason.WRONG_COUNTRY
    Tariff.objects.filter(pk=tariff.pk).update(countries=[])
    Channel.objects.filter(pk=channel.pk).update(needs_parent_code=True)
    assert reason(account, channel, without_code="on") is Reason.PARENT_CODE
    device = make_device(account=account, is_enabled=False)
    assert reason(account, channel, device=device.pk) is Reason.DEVICE_DISABLED
    Channel.objects.filter(pk=channel.pk).update(is_enabled=False)
    assert reason(account, channel) is Reason.CHANNEL_DISABLED
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert reason(account, channel) is Reason.ACCOUNT_INACTIVE


def test_why_takes_times_in_the_staff_members_zone(held, admin):
    account, channel, tariff = held
    hours = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "18:00", "to": "19:00"}]
    Tariff.objects.filter(pk=tariff.pk).update(viewing_hours=hours)
    TariffSubscription.objects.update(starts_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert why(admin, account, channel, at="2026-06-15T18:30").context["decision"].allowed
    assert why(admin, account, channel, at="2026-06-15T20:30").context["decision"].reason is Reason.OUTSIDE_HOURS


@pytest.mark.parametrize(
    "query",
    [{"account": "x"}, {"account": "1", "channel": "9" * 30}, {"at": "soon"}, {"country": "Italy"}, {"others": "-1"}],
)
def test_why_answers_strange_questions_with_form_errors(query, held, admin):
    account, channel, _ = held
    response = admin.get(reverse("admin:why"), {"account": account.pk, "channel": channel.pk} | query)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert "decision" not in response.context


def test_why_is_for_those_who_see_accounts(ours, sign_in):
    assert sign_in(Role.SUPPORT, ours.operator).get(reverse("admin:why")).status_code == 200
    assert sign_in(Role.EDITOR, ours.operator).get(reverse("admin:why")).status_code == 403


# --- guide matches ---------------------------------------------------------------------------------------------------


def decide(client, **form):
    return client.post(reverse("admin:guide_matches"), form)


def test_matches_are_confirmed_refused_and_chosen(ours, admin):
    waiting = Channel.objects.get(operator=ours.operator, guide_match=MatchState.BY_NAME)
    listed = admin.get(reverse("admin:guide_matches"))
    assert [channel for channel, _ in listed.context["rows"]] == [waiting]
    assert decide(admin, confirm="1", channel=[waiting.pk]).status_code == 302
    waiting.refresh_from_db()
    assert waiting.guide_match == MatchState.BY_HAND
    decide(admin, refuse="1", channel=[waiting.pk])
    waiting.refresh_from_db()
    assert (waiting.guide_match, waiting.guide_channel) == (MatchState.REFUSED, None)
    guide = ours.first(GuideChannel)
    decide(admin, choose=f"{waiting.pk}:{guide.pk}")
    waiting.refresh_from_db()
    assert (waiting.guide_match, waiting.guide_channel) == (MatchState.BY_HAND, guide)
    entries = AuditEntry.objects.filter(entity="catalog.channel", object_id=waiting.pk, verb="change")
    assert entries.count() == 3
    for state in MatchState.values:
        assert admin.get(reverse("admin:guide_matches"), {"state": state}).status_code == 200
    assert decide(admin, match="1").status_code == 302


def test_foreign_channels_and_guides_are_not_matched(ours, theirs, admin):
    channel, guide = theirs.first(Channel), theirs.first(GuideChannel)
    before = (channel.guide_channel_id, channel.guide_match)
    decide(admin, refuse="1", channel=[channel.pk])
    decide(admin, choose=f"{channel.pk}:{guide.pk}")
    decide(admin, choose=f"{ours.first(Channel).pk}:{guide.pk}")
    for strange in ("", ":", "a:b", "1", f"{'9' * 40}:1"):
        decide(admin, choose=strange)
    channel.refresh_from_db()
    assert (channel.guide_channel_id, channel.guide_match) == before
    assert ours.first(Channel).guide_channel.source.operator == ours.operator


def test_matching_is_for_those_who_change_channels(ours, sign_in):
    assert sign_in(Role.SUPPORT, ours.operator).get(reverse("admin:guide_matches")).status_code == 403


# --- ticking and ordering channels -----------------------------------------------------------------------------------


def test_a_tariffs_channels_are_ticked(ours, admin):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    page = reverse("admin:catalog_tariff_choose_channels", args=[tariff.pk])
    assert admin.get(page).status_code == 200
    wanted = list(Channel.objects.filter(operator=ours.operator).values_list("pk", flat=True)[2:])
    assert admin.post(page, {"chosen": ",".join(map(str, wanted))}).status_code == 302
    assert list(tariff.channels.values_list("pk", flat=True)) == wanted
    assert set(AuditEntry.objects.order_by("-pk").first().changes) == {"channels"}


def test_foreign_channels_are_not_ticked(ours, theirs, admin, sign_in):
    tariff = Tariff.objects.get(operator=ours.operator, name="Ours base")
    page = reverse("admin:catalog_tariff_choose_channels", args=[tariff.pk])
    admin.post(page, {"chosen": f"{theirs.first(Channel).pk},x,,{'9' * 40}"})
    assert not tariff.channels.exists()
    foreign = reverse("admin:catalog_tariff_choose_channels", args=[theirs.first(Tariff).pk])
    assert admin.get(foreign).status_code == 403
    assert admin.post(foreign, {"chosen": ""}).status_code == 403
    assert sign_in(Role.SUPPORT, ours.operator).post(page, {"chosen": ""}).status_code == 403


def test_channels_are_put_in_order(ours, admin):
    order = ours.first(ChannelSort)
    page = reverse("admin:catalog_channelsort_arrange", args=[order.pk])
    wanted = list(Channel.objects.filter(operator=ours.operator).order_by("-pk").values_list("pk", flat=True)[:3])
    assert admin.post(page, {"chosen": ",".join(map(str, wanted))}).status_code == 302
    assert list(order.entries.order_by("position").values_list("channel_id", flat=True)) == wanted
    shown = admin.get(page).context["groups"][0][1]
    assert [row["pk"] for row in shown][:3] == wanted
    assert [row["chosen"] for row in shown] == [True, True, True, False]


# --- bulk actions ----------------------------------------------------------------------------------------------------


def act(client, model, action, rows, *, follow=False, **form):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(address(model, "changelist"), chosen | form, follow=follow)


def test_channels_are_switched_categorised_numbered_and_sold_in_bulk(ours, admin):
    channels = list(Channel.objects.filter(operator=ours.operator).order_by("sort"))
    category = Category.objects.filter(operator=ours.operator).last()
    assert "2 records are chosen." in text_of(act(admin, Channel, "switch_off", channels[:2]))
    assert not Channel.objects.filter(is_enabled=False).exists()
    act(admin, Channel, "switch_off", channels[:2], _asked="1")
    asked = act(admin, Channel, "set_category", channels)
    assert asked.status_code == 200
    assert "4 records are chosen." in text_of(asked)
    act(admin, Channel, "set_category", channels, _asked="1", category=category.pk)
    act(admin, Channel, "renumber", channels, _asked="1", first="101")
    act(admin, Channel, "set_archive", channels, _asked="1", days="14")
    tariff = make_tariff(operator=ours.operator, name="Bundle")
    act(admin, Channel, "add_to_tariff", channels[:2], _asked="1", tariff=tariff.pk)
    said = act(admin, Channel, "add_to_tariff", channels[:3], _asked="1", tariff=tariff.pk, follow=True)
    assert "1 record was changed." in text_of(said)
    said = act(admin, Channel, "remove_from_tariff", channels[:1], _asked="1", tariff=tariff.pk, follow=True)
    assert "1 record was changed." in text_of(said)
    rows = Channel.objects.filter(operator=ours.operator).order_by("sort")
    assert [row.is_enabled for row in rows] == [False, False, True, True]
    assert {row.category for row in rows} == {category}
    assert [row.lcn for row in rows] == [101, 102, 103, 104]
    assert {row.recording_days for row in rows} == {14}
    assert set(tariff.channels.all()) == set(channels[1:3])
    assert AuditEntry.objects.filter(entity="catalog.channel", object_id=channels[0].pk, verb="change").count() == 4
    assert AuditEntry.objects.filter(entity="catalog.tariff", object_id=tariff.pk).count() == 3


def test_only_actions_that_tell_what_they_would_do_offer_to(ours, admin):
    channels = Channel.objects.filter(operator=ours.operator)
    for action, tells in (("add_to_tariff", True), ("switch_off", True), ("set_archive", False), ("renumber", False)):
        assert ("What would this change?" in text_of(act(admin, Channel, action, channels))) is tells, action


def test_a_bulk_question_asks_again_after_a_wrong_answer(ours, admin):
    channels = Channel.objects.filter(operator=ours.operator)
    again = act(admin, Channel, "set_archive", channels, _asked="1", days="9999")
    assert again.status_code == 200
    assert again.context["form"].errors["days"]
    assert [int(pk) for pk in again.context["selected"]] == [channel.pk for channel in channels]


def test_a_bulk_action_on_everything_takes_what_the_filter_shows(ours, admin):
    category = ours.first(Category)
    response = admin.post(
        f"{address(Channel, 'changelist')}?category__id__exact={category.pk}",
        {"action": "switch_off", "_selected_action": ["0"], "select_across": "1", "_asked": "1"},
    )
    assert response.status_code == 302
    off = Channel.objects.filter(is_enabled=False)
    assert {channel.category for channel in off} == {category}


def test_bulk_choices_are_only_ones_own(ours, theirs, admin):
    channels = Channel.objects.filter(operator=ours.operator)
    for action, field, foreign in (
        ("set_category", "category", theirs.first(Category)),
        ("add_to_tariff", "tariff", theirs.first(Tariff)),
    ):
        response = act(admin, Channel, action, channels, _asked="1", **{field: foreign.pk})
        assert response.status_code == 200
        assert response.context["form"].errors[field]


def test_sessions_are_closed_and_customers_given_a_tariff_in_bulk(ours, sign_in):
    support = sign_in(Role.SUPPORT, ours.operator)
    accounts = Account.objects.filter(operator=ours.operator)
    sessions = Session.objects.filter(operator=ours.operator)
    assert sessions.exists()
    act(support, Account, "close", accounts)
    assert not sessions.exists()
    assert AuditEntry.objects.filter(verb="sign_out").exists()
    tariff = make_tariff(operator=ours.operator, name="Extra")
    customers = Customer.objects.filter(operator=ours.operator)
    for _ in range(2):
        act(support, Customer, "give_tariff", customers, _asked="1", tariff=tariff.pk)
    held = TariffSubscription.objects.filter(tariff=tariff)
    assert held.count() == customers.count()
    act(support, TariffSubscription, "end_now", held)
    assert not held.filter(ends_at=None).exists()


def test_roles_without_the_right_have_no_bulk_actions(ours, sign_in):
    onlooker = sign_in(Role.MONITORING, ours.operator)
    act(onlooker, Channel, "switch_off", Channel.objects.all(), _asked="1")
    assert not Channel.objects.filter(is_enabled=False).exists()


# --- the audit log and history ---------------------------------------------------------------------------------------


def test_the_audit_log_reads_like_a_story(ours, admin):
    channel = ours.first(Channel)
    category = Category.objects.filter(operator=ours.operator).last()
    act(admin, Channel, "set_category", [channel], _asked="1", category=category.pk)
    page = text_of(admin.get(address(AuditEntry, "changelist")))
    for text in ("changed", "category", "News", category.name, admin.staff.username, "127.0.0.1"):
        assert text in page
    story = text_of(admin.get(address(Channel, "history", channel.pk)))
    assert "<del>News</del>" in story
    assert f"<ins>{category.name}</ins>" in story


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?verb=add", 1),
        ("?verb=delete", 0),
        ("?entity=catalog.channel", 1),
        ("?entity=catalog.tariff", 0),
        ("?actor_name__icontains=job", 1),
        ("?q=News", 1),
        ("?q=nobody", 0),
        ("?at_from_0=2020-01-01&at_from_1=00:00:00", 1),
        ("?at_to_0=2020-01-01&at_to_1=00:00:00", 0),
        ("?at_from_0=2020-01-01", 1),
        ("?at_to_0=2020-01-01", 0),
        ("?at_from_0=yesterday&at_from_1=noon", 1),
    ],
)
def test_the_audit_log_is_filtered(query, found, ours, admin):
    AuditEntry.objects.exclude(pk=ours.first(AuditEntry).pk).delete()
    assert len(admin.get(address(AuditEntry, "changelist") + query).context["cl"].result_list) == found


def test_the_audit_log_cannot_be_written(ours, superuser):
    entry = ours.first(AuditEntry)
    assert superuser.get(address(AuditEntry, "add")).status_code == 403
    assert superuser.get(address(AuditEntry, "delete", entry.pk)).status_code == 403
    superuser.post(address(AuditEntry, "changelist"), {"action": "delete_selected", "_selected_action": [entry.pk]})
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_strange_entries_are_shown_all_the_same(ours, admin):
    entry = ours.first(AuditEntry)
    for changes in (
        [],
        {"gone": [1, 2]},
        {"category": "odd"},
        {"channels": {"added": list(range(40))}},
        {"name": None},
        {"meta": [{}, {"a": [1]}]},
    ):
        AuditEntry.objects.filter(pk=entry.pk).update(changes=changes, entity="catalog.nosuch")
        assert admin.get(address(AuditEntry, "changelist")).status_code == 200
        AuditEntry.objects.filter(pk=entry.pk).update(entity="catalog.tariff")
        assert admin.get(address(AuditEntry, "change", entry.pk)).status_code == 200


# --- one's own settings ----------------------------------------------------------------------------------------------


def test_language_and_zone_are_remembered(ours, admin):
    page = reverse("admin:preferences")
    assert admin.post(page, {"language": "it", "time_zone": "Asia/Tokyo"}).status_code == 302
    staff = Staff.objects.get(pk=admin.staff.pk)
    assert (staff.language, staff.time_zone) == ("it", "Asia/Tokyo")
    Maintenance.objects.update(begins_at=datetime(2026, 6, 15, 0, 30, tzinfo=UTC))
    assert "09:30" in text_of(admin.get(address(Maintenance, "changelist")))
    assert admin.post(page, {"language": "xx", "time_zone": "Moon"}).context["form"].errors.keys() == {
        "language", "time_zone",
    }  # fmt: skip


def test_ones_own_password_is_changed_with_an_audit_entry(ours, client_of):
    staff = make_staff(role=Role.EDITOR, operator=ours.operator, password="the-old-password-1")
    browser = client_of(staff)
    typed = {"old_password": "wrong", "new_password1": "a-new-password-2", "new_password2": "a-new-password-2"}
    assert browser.post(reverse("admin:password_change"), typed).context["form"].errors.keys() == {"old_password"}
    done = browser.post(reverse("admin:password_change"), typed | {"old_password": "the-old-password-1"})
    assert done.status_code == 302
    assert Staff.objects.get(pk=staff.pk).check_password("a-new-password-2")
    entry = AuditEntry.objects.order_by("-pk").first()
    assert (entry.entity, entry.object_id, entry.changes) == ("operators.staff", staff.pk, {"password": "changed"})
    assert browser.get(reverse("admin:index")).status_code == 200


def test_the_language_switch_remembers_for_this_and_other_browsers(ours, admin, client_of):
    admin.post(reverse("admin:switch_language"), {"language": "ru", "next": "/console/"})
    assert Staff.objects.get(pk=admin.staff.pk).language == "ru"
    elsewhere = client_of(Staff.objects.get(pk=admin.staff.pk))
    assert 'lang="ru"' in text_of(elsewhere.get(reverse("admin:index")))
    admin.post(reverse("admin:switch_language"), {"language": "xx"})
    assert Staff.objects.get(pk=admin.staff.pk).language == "ru"


def test_the_language_switch_leads_nowhere_else(ours, admin):
    response = admin.post(reverse("admin:switch_language"), {"language": "it", "next": "https://evil.example/"})
    assert "evil" not in response["Location"]
