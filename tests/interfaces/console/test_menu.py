"""The menu beside every page: who sees what, in which language, and where one stands."""

import re

from django.urls import reverse
from django.utils import translation
from tests.factories import make_staff

from headend.interfaces.console.menu import MENU, Menu
from headend.operators.rules import Role

ENTRIES = [entry for group in MENU for entry in group.entries]


def links_of(menu):
    """The addresses in a menu, and those of them that are marked as where one is."""
    links = re.findall(r'<a href="([^"]+)"[^>]*?(aria-current="page")?>', menu)
    return [link for link, _ in links], [link for link, here in links if here]


def menu_on(page):
    """The part of a page that is the menu."""
    return page[page.index('id="nav-sidebar-apps"') : page.index("openUserLinks")]


def menu_of(client, url):
    return links_of(menu_on(client.get(url).content.decode()))


def test_the_page_of_every_entry_marks_that_entry_alone(db, rf):
    request = rf.get("/")
    request.user = make_staff(role=Role.SUPERUSER)
    for entry in ENTRIES:
        request.path = entry.link
        assert links_of(str(Menu(request))) == ([each.link for each in ENTRIES], [entry.link])


def test_a_record_belongs_to_its_lists_entry_and_the_dashboard_only_to_itself(ours, admin):
    channels = reverse("admin:catalog_channel_changelist")
    assert menu_of(admin, reverse("admin:catalog_channel_add"))[1] == [channels]
    assert menu_of(admin, reverse("admin:preferences"))[1] == []


def test_what_one_sees_is_not_what_somebody_else_was_shown_before(ours, sign_in, admin):
    whole, _ = menu_of(admin, reverse("admin:index"))
    for role in (Role.EDITOR, Role.SUPPORT, Role.EDITOR):
        client = sign_in(role, ours.operator)
        mine, _ = menu_of(client, reverse("admin:index"))
        staff = client.get(reverse("admin:index")).wsgi_request.user
        assert mine == [each.link for each in ENTRIES if not each.permission or staff.has_perm(each.permission)]
        assert mine != whole


def test_the_menu_speaks_the_language_of_the_page(ours, admin):
    for language, word in (("ru", "Каналы"), ("en", "Channels"), ("it", "Canali")):
        with translation.override(language):
            page = admin.get(reverse("admin:index"), headers={"accept-language": language}).content.decode()
        assert f">{word}<" in re.sub(r"\s*([<>])\s*", r"\1", menu_on(page))
