"""The screen of ingest's log: what happened, for people."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from headend.ingest.models import LogEntry
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.filters import MomentFilter, RelatedFilter
from headend.interfaces.console.ingest_ticket_page import LEVEL_COLOURS
from headend.interfaces.console.ingest_words import in_words
from headend.interfaces.console.sheets import Sheet


class LogSheet(Sheet):
    model = LogEntry
    columns = ("at", "level", "text", "inbox", "ticket")


class LogScreen(ExchangeAdmin):
    is_read_only = True
    may_import = False
    sheet = LogSheet
    list_display = ("at", "level_label", "said", "inbox", "package")
    list_display_links = None
    list_filter = (("level", ChoicesDropdownFilter), ("inbox", RelatedFilter), ("at", MomentFilter))
    list_select_related = ("inbox",)
    search_fields = ("text", "ticket__asset", "ticket__file_name")
    search_help_text = _("Text, asset id or file")
    ordering = ("-id",)
    readonly_fields = ("at", "level_label", "said", "inbox", "package")
    fieldsets = ((None, {"fields": readonly_fields}),)

    @display(description=_("level"), label=LEVEL_COLOURS, ordering="level")
    def level_label(self, obj: LogEntry) -> tuple[str, Any]:
        return (obj.level, obj.get_level_display())

    @display(description=_("text"), ordering="text")
    def said(self, obj: LogEntry) -> str:
        return in_words(obj.text)

    @display(description=_("package"))
    def package(self, obj: LogEntry) -> Any:
        if not obj.ticket_id:
            return ""
        address = reverse("admin:ingest_ticket_change", args=(obj.ticket_id,))
        return format_html('<a class="console-link" href="{}">{}</a>', address, obj.ticket_id)


SCREENS = {LogEntry: LogScreen}
