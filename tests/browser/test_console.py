"""A walk through the console in headless Chromium, as somebody at an operator's desk would take it."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from tests.factories import make_staff
from tests.factories.ingest import make_inbox, make_ingest, make_ticket
from tests.factories.service import make_service

from headend.catalog.models import Channel
from headend.ingest.models import Ticket
from headend.ingest.rules.states import State
from headend.operators.models import Staff
from headend.operators.rules import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.needs("chromium", "fonts", "libatomic"),
    pytest.mark.django_db(transaction=True),
]

PASSWORD = "walking-the-console-1"
PAGES = (
    "/console/",
    "/console/guide/",
    "/console/guide-matches/",
    "/console/why/",
    "/console/preferences/",
    "/console/catalog/channel/",
    "/console/catalog/channel/add/",
    "/console/catalog/channel/import/",
    "/console/catalog/channel/import-list/",
    "/console/catalog/tariff/{tariff}/change/",
    "/console/catalog/tariff/{tariff}/channels/",
    "/console/subscribers/account/",
    "/console/subscribers/customer/",
    "/console/ingest/board/",
    "/console/ingest/figures/",
    "/console/ingest/tools/",
    "/console/ingest/upload/",
    "/console/ingest/inbox/add/",
    "/console/ingest/ticket/{ticket}/change/",
    "/console/operators/apikey/add/",
    "/console/operators/auditentry/",
)


@pytest.fixture
def service(chromium, transactional_db):
    """An operator with channels, a guide and customers, and somebody who works there."""
    made = make_service(channels=24, customers=12)
    make_staff(username="ada", password=PASSWORD, role=Role.OPERATOR_ADMIN, operator=made.operator)
    return made


@pytest.fixture
def open_page(chromium, service, live_server):
    """Open a browser window of a width and sign in; complains at the end about errors and foreign addresses."""
    contexts, complaints = [], []

    def make(width: int = 1440, scheme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            accept_downloads=True,
            locale="en-GB",
            timezone_id="Europe/Rome",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: _only_ours(asked.url, live_server.url, complaints))
        page.goto("/console/")
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url("**/console/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def _only_ours(url: str, ours: str, complaints: list[str]) -> None:
    if not url.startswith((ours, "data:", "blob:")):
        complaints.append(f"asked a stranger: {url}")


def choose(page: Page, field: str, text: str) -> None:
    """Search in a field that searches while one types, and take what it finds."""
    page.locator(f"#id_{field} + .select2-container").click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option", has_text=text).first.click()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_a_day_at_the_desk(open_page, service):
    page = open_page()

    # The first page says how the service is.
    expect(page.get_by_text("What needs attention")).to_be_visible()
    expect(page.locator(".console-card", has_text="Channels").locator("strong")).to_have_text("24")
    page.get_by_role("link", name=re.compile("channels have no guide")).click()
    expect(page.locator("#result_list tbody tr, table tbody tr")).not_to_have_count(0)

    # A new channel; wrong input first, which loses nothing.
    page.goto("/console/catalog/channel/add/")
    page.locator("#id_name").fill("Fresh Air")
    page.locator("#id_lcn").fill("99999999999999")
    page.locator("#content nav a", has_text="Stream").click()
    page.locator("#id_stream_url").fill("https://stream.example/fresh.m3u8")
    page.locator("#id_http_headers").fill("this is no header")
    choose(page, "category", "News")
    save(page)
    expect(page.get_by_text("Line 1 is not of the form")).to_be_attached()
    expect(page.locator("#id_name")).to_have_value("Fresh Air")
    expect(page.locator("#id_stream_url")).to_have_value("https://stream.example/fresh.m3u8")
    page.locator("#id_lcn").fill("777")
    page.locator("#content nav a", has_text="Stream").click()
    page.locator("#id_http_headers").fill("User-Agent: Box")
    save(page)
    page.wait_for_url("**/catalog/channel/")
    expect(page.get_by_text("was added successfully")).to_be_visible()
    made = Channel.objects.get(name="Fresh Air")
    assert (made.lcn, made.category.name, made.operator) == (777, "News", service.operator)

    # Found again, opened, changed.
    page.locator("input[name=q]").fill("fresh")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=fresh**")
    page.get_by_role("link", name="Fresh Air").click()
    page.locator("#id_name").fill("Fresher Air")
    save(page)
    expect(page.get_by_text("was changed successfully")).to_be_visible()

    # Filtered, ticked, switched off together.
    page.goto("/console/catalog/channel/")
    page.locator("#changelist a", has_text="Filters").first.click()
    page.locator("select[name='category__id__exact'] + .select2-container").click()
    page.locator(".select2-results__option", has_text="Sport").click()
    page.get_by_role("button", name=re.compile("Apply filters", re.IGNORECASE)).click()
    page.wait_for_url("**category__id__exact=**")
    page.locator("input[name=_selected_action]").first.check()
    page.locator("input[name=_selected_action]").nth(1).check()
    page.locator("select[name=action]").select_option("set_archive")
    page.get_by_role("button", name=re.compile("^Run")).click()
    expect(page.get_by_text("2 records are chosen.")).to_be_visible()
    page.get_by_label("Days kept").fill("30")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("2 records were changed.")).to_be_visible()
    assert Channel.objects.filter(recording_days=30).count() == 2

    # Exported as it is filtered.
    page.get_by_role("link", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("id,lcn,name,")
    assert len(text.splitlines()) == 7

    # The audit log tells it all.
    page.goto("/console/operators/auditentry/")
    entry = page.locator("tr", has_text="Fresher Air").first
    expect(entry).to_contain_text("Fresh Air")
    expect(entry).to_contain_text("ada")


def test_the_guide_of_a_day(open_page, service):
    page = open_page()
    page.goto("/console/guide/")
    expect(page.locator(".console-row")).to_have_count(22)
    expect(page.locator(".console-now-line")).to_be_attached()
    block = page.locator(".console-block.console-now").first
    title = block.locator("span").inner_text()
    block.click()
    dialog = page.locator("#programme-dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(title)
    expect(dialog).to_contain_text("it rains")
    dialog.get_by_label("Close").click()
    expect(dialog).to_be_hidden()
    page.get_by_label("Channel or number").fill("Cinema")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=Cinema**")
    expect(page.locator(".console-row")).to_have_count(2)
    page.get_by_label("Day after").click()
    expect(page.locator(".console-now-line")).to_have_count(0)


def test_why_it_was_refused(open_page, service):
    page = open_page()
    page.goto("/console/why/")
    choose(page, "account", str(service.accounts[0].number))
    choose(page, "channel", service.channels[20].name)
    page.get_by_role("button", name="Find out").click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text("None of the account's tariffs has this channel.")
    expect(answer.locator(".console-check-bad")).to_have_count(1)
    answer.get_by_role("link", name=re.compile("subscriptions")).click()
    page.wait_for_url("**/tariffsubscription/?customer__id__exact=**")
    expect(page.locator("#result_list tbody tr, table tbody tr").first).to_contain_text("Base")


def test_guide_matches_and_a_tariffs_channels(open_page, service):
    page = open_page()
    page.goto("/console/guide-matches/")
    page.locator("input[name=channel]").first.check()
    page.get_by_role("button", name="Confirm the ticked").click()
    expect(page.get_by_text("1 channel was changed.")).to_be_visible()

    tariff = service.operator and service.channels[0].tariffs.get()
    page.goto(f"/console/catalog/tariff/{tariff.pk}/channels/")
    page.get_by_label("Find a channel").fill("cinema")
    expect(page.locator(".console-pick-group li:visible")).to_have_count(2)
    page.locator(".console-pick-group:visible").get_by_role("button", name="none").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The tariff has 11 channels now.")).to_be_visible()


def test_the_board_of_packages_lives(open_page, service):
    page, inbox = open_page(), make_inbox(service.operator)
    page.goto("/console/ingest/board/")
    expect(page.get_by_text("Nobody works.")).to_be_visible()
    ticket = make_ticket(inbox, name="The Lighthouse", package={"title": {"name": "The Lighthouse"}})
    # It comes by itself: the page was not loaded again.
    page.get_by_role("link", name="The Lighthouse").click()
    page.get_by_label("Reason").fill("rights unclear")
    page.get_by_role("button", name="Hold").click()
    expect(page.get_by_text("The ticket is held.")).to_be_visible()
    page.get_by_role("button", name="Reject").click()  # the browser asks for a reason
    ticket.refresh_from_db()
    assert (ticket.is_held, ticket.reason, ticket.state) == (True, "rights unclear", State.WAIT_PUBLICATION)
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("The ticket goes on.")).to_be_visible()


def test_a_package_is_handed_in(open_page, service, settings, tmp_path):
    settings.HEADEND = replace(settings.HEADEND, data=tmp_path)
    inbox = make_inbox(service.operator, name="Studio", path="studio")
    page = open_page()
    page.goto("/console/ingest/upload/")
    page.get_by_label("Inbox").select_option("Studio")
    files = {"film.xml": b"<ADI/>", "film.ts": b"film" * 300_000}
    page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": held} for name, held in files.items()]
    )
    expect(page.locator("#chosen")).to_have_text("film.xml, film.ts")
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("2 files lie in the inbox.")).to_be_visible()
    assert {name: (tmp_path / inbox.path / name).read_bytes() for name in files} == files


def test_a_key_is_shown_once(open_page, service):
    page = open_page()
    page.goto("/console/operators/apikey/add/")
    page.get_by_role("textbox", name="Name").fill("CRM")
    page.get_by_role("button", name="Issue the key").click()
    key = page.locator("#new-key").inner_text()
    assert len(key) == 32
    page.get_by_role("link", name="To the list of keys").click()
    expect(page.get_by_text("CRM")).to_be_visible()
    assert key not in page.content()


def test_the_console_speaks_three_languages(open_page, service):
    page = open_page()
    greetings = {"ru": "Что требует внимания", "it": "Da tenere d'occhio", "en": "What needs attention"}
    for language, greeting in greetings.items():
        page.evaluate(f"document.querySelector('form input[name=language][value={language}]').form.submit()")
        expect(page.get_by_text(greeting)).to_be_visible()
    assert Staff.objects.get(username="ada").language == "en"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_pages_fit_and_complain_of_nothing(width, scheme, open_page, service):
    page = open_page(width, scheme)
    tariff = service.channels[0].tariffs.get()
    ticket = make_ingest(service.operator, "Ours")[Ticket]
    for path in PAGES:
        page.goto(path.format(tariff=tariff.pk, ticket=ticket.pk))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
