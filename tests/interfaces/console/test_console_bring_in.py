"""Channel lists and guides that staff hand over: looked at first, imported for the right operator, by the worker."""

from html import escape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.interfaces.console.browserlike import form_of
from tests.interfaces.console.test_console_isolation import address, text_of
from tests.interfaces.console.test_console_writes import errors_of, save
from tests.web_server import Quiet, web_server

from headend.catalog.models import Channel, GuideSource, Programme
from headend.interfaces.jobs import guide as jobs
from headend.interfaces.jobs.queue import queue
from headend.operators.models import AuditEntry
from headend.operators.rules import Role

LIST = b"""#EXTM3U x-tvg-url="https://guide.example/all.xml?a=1&b=2"
#EXTINF:-1 tvg-id="guide0.example" tvg-chno="501" group-title="News",Newcomer
https://stream.example/newcomer/index.m3u8
#EXTINF:-1 tvg-chno="502" group-title="Fresh category",Second
https://stream.example/second/index.m3u8
"""
GUIDE = b"""<?xml version="1.0"?><tv><channel id="one"><display-name>One</display-name></channel>
<programme start="20260615120000 +0000" stop="20260615130000 +0000" channel="one"><title>Noon</title></programme>
</tv>"""

PAGE = "admin:catalog_channel_import_list"


@pytest.fixture(autouse=True)
def waiting():
    """An empty queue before and after."""
    queue.flush()
    yield queue.pending
    queue.flush()


@pytest.fixture
def worker():
    """`worker()` does everything that waits."""

    def work():
        while task := queue.dequeue():
            queue.execute(task)

    return work


def look(client, data=LIST, **form):
    return client.post(reverse(PAGE), {"file": SimpleUploadedFile("freetv.m3u8", data), **form})


def test_a_list_is_looked_at_and_then_imported(ours, admin):
    before = Channel.objects.count()
    page = look(admin, operator=ours.operator.pk)
    report = page.context["report"]
    assert (report.created, report.updated, report.errors) == (2, 0, 0)
    assert Channel.objects.count() == before
    assert "https%3A%2F%2Fguide.example%2Fall.xml%3Fa%3D1%26b%3D2" in text_of(page)
    done = admin.post(reverse(PAGE), {"stored": page.context["stored"]})
    assert done.status_code == 302
    made = Channel.objects.get(name="Newcomer")
    assert (made.operator, made.lcn, made.category.name, made.import_source) == (ours.operator, 501, "News", "freetv")
    entry = AuditEntry.objects.filter(verb="import").get()
    assert (entry.actor_name, entry.object_name) == (admin.staff.username, "freetv")
    assert look(admin, operator=ours.operator.pk).context["report"].unchanged == 2
    assert admin.get(f"{address(GuideSource, 'add')}?name=freetv&url=https%3A%2F%2Fguide.example").status_code == 200


def test_a_list_goes_to_nobody_else(ours, theirs, admin, superuser):
    assert look(admin, operator=theirs.operator.pk).context["form"].errors["operator"]
    page = look(admin, operator=ours.operator.pk)
    assert superuser.post(reverse(PAGE), {"stored": page.context["stored"]}).status_code == 302
    assert admin.post(reverse(PAGE), {"stored": page.context["stored"] + "x"}).status_code == 302
    assert not Channel.objects.filter(name="Newcomer").exists()


@pytest.mark.parametrize("data", [b"<html></html>", b"", b"#EXTM3U\n", b"\x00\xff"])
def test_what_is_no_list_is_a_form_error(data, ours, admin):
    page = look(admin, data, operator=ours.operator.pk)
    assert page.status_code == 200
    assert page.context["form"].errors["file"]


def test_lists_are_for_those_who_add_channels(ours, sign_in):
    assert sign_in(Role.EDITOR, ours.operator).get(reverse(PAGE)).status_code == 200
    assert sign_in(Role.SUPPORT, ours.operator).get(reverse(PAGE)).status_code == 403


def test_a_guide_file_is_imported_by_the_worker(ours, admin, worker, waiting):
    source = ours.first(GuideSource)
    page = reverse("admin:catalog_guidesource_upload", args=[source.pk])
    assert admin.get(page).status_code == 200
    assert admin.post(page, {"file": SimpleUploadedFile("day.xml", GUIDE)}).status_code == 302
    assert len(waiting()) == 1
    worker()
    source.refresh_from_db()
    assert source.last_outcome == "good"
    assert Programme.objects.filter(guide_channel__source=source, title="Noon").count() == 1
    shown = text_of(admin.get(address(GuideSource, "change", source.pk)))
    assert "What the last import did" in shown
    asked, done = AuditEntry.objects.filter(verb="import", entity="catalog.guidesource").order_by("pk")
    assert (asked.actor_name, asked.changes) == (admin.staff.username, {"file": "day.xml"})
    assert done.actor_name == "guide upload"


def test_a_broken_guide_file_shows_what_was_wrong(ours, admin, worker):
    source = ours.first(GuideSource)
    page = reverse("admin:catalog_guidesource_upload", args=[source.pk])
    admin.post(page, {"file": SimpleUploadedFile("day.xml", b"<html><body>Not found</body></html>")})
    worker()
    source.refresh_from_db()
    assert source.last_outcome == "failed"
    assert escape(source.last_report["error"]) in text_of(admin.get(address(GuideSource, "change", source.pk)))
    assert "failed" in text_of(admin.get(address(GuideSource, "changelist")))


def test_a_report_names_lines(ours, admin):
    report = {"created": 5, "errors": 1, "problems": [{"line": 17, "name": "one", "message": "no title <b>"}]}
    GuideSource.objects.update(last_report=report, last_outcome="partly")
    shown = text_of(admin.get(address(GuideSource, "change", ours.first(GuideSource).pk)))
    assert "<td>17</td><td>one</td><td>no title &lt;b&gt;</td>" in shown


def test_a_source_is_imported_at_once(ours, superuser, worker, waiting, tmp_path):
    source = ours.first(GuideSource)
    file = tmp_path / "guide.xml"
    file.write_bytes(GUIDE)
    GuideSource.objects.filter(pk=source.pk).update(url=str(file), operator=None)
    action = reverse("admin:catalog_guidesource_import_now", args=[source.pk])
    assert superuser.get(action).status_code == 200
    assert not waiting()
    assert superuser.post(action, {"_form_submitted": "on"})["HX-Redirect"].endswith(f"/{source.pk}/change/")
    worker()
    source.refresh_from_db()
    assert (source.last_outcome, source.last_report["created"]) == ("good", 1)
    GuideSource.objects.filter(pk=source.pk).update(url="")
    superuser.post(action, {"_form_submitted": "on"})
    assert not waiting()


def test_foreign_and_shared_sources_are_not_imported(ours, theirs, admin, sign_in, waiting):
    GuideSource.objects.filter(pk=ours.first(GuideSource).pk).update(operator=None)
    for source in (ours.first(GuideSource), theirs.first(GuideSource)):
        for name in ("import_now", "upload"):
            page = reverse(f"admin:catalog_guidesource_{name}", args=[source.pk])
            file = SimpleUploadedFile("day.xml", GUIDE)
            assert admin.post(page, {"_form_submitted": "on", "file": file}).status_code == 403
            assert sign_in(Role.SUPPORT, ours.operator).post(page, {"_form_submitted": "on"}).status_code == 403
    assert not waiting()


def test_names_of_sources_are_each_operators_own(ours, theirs, admin, superuser):
    for source in (theirs.first(GuideSource), GuideSource.objects.create(name="Of all")):
        typed = form_of(admin.get(address(GuideSource, "add")), "guidesource_form") | {"name": source.name}
        assert admin.post(address(GuideSource, "add"), typed).status_code == 302, "nobody is told what others have"
        assert GuideSource.objects.filter(name=source.name, operator=ours.operator).count() == 1
        assert "already exists" in text_of(admin.post(address(GuideSource, "add"), typed))
    typed = form_of(superuser.get(address(GuideSource, "add")), "guidesource_form") | {"name": "Of all"}
    assert "Another source of all operators" in text_of(superuser.post(address(GuideSource, "add"), typed))


def test_an_operators_source_reads_no_file_of_the_machine(ours, admin):
    response = save(admin, GuideSource, "change", {"url": "/etc/passwd"}, ours.first(GuideSource).pk)
    assert errors_of(response) == {"url": ["An address begins with http:// or https://."]}


def test_an_operators_source_reads_no_address_of_the_machine_and_the_installations_does(ours, worker):
    source = ours.first(GuideSource)
    with web_server(GuideServer) as server:
        GuideSource.objects.filter(pk=source.pk).update(url=server.url)
        outcomes = []
        for operator in (source.operator, None):
            GuideSource.objects.filter(pk=source.pk).update(operator=operator)
            jobs.import_guide_source(source.pk)
            worker()
            outcomes.append(GuideSource.objects.values_list("last_outcome", "last_report").get(pk=source.pk))
    assert [outcome for outcome, _ in outcomes] == ["failed", "good"]
    assert outcomes[0][1]["error"].startswith("127.0.0.1 leads to 127.0.0.1, from where an operator's own source may")


class GuideServer(Quiet):
    def do_GET(self):
        self.answer(200, GUIDE)
