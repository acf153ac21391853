"""`headend manage epg_import`: guides now, instead of when they are due."""

import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db.models import QuerySet

from headend.catalog.models import GuideSource
from headend.catalog.ports import GuideReport
from headend.interfaces.guide_sources import import_source
from headend.kernel.actor import system
from headend.kernel.errors import HeadendError


class Command(BaseCommand):
    help = (
        "Import the enabled guide sources now, or some of them; the worker does so when each is due. "
        "A guide is always brought in whole, and only what is new is written. "
        "Prints a line for each source; the exit status is 1 when one failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--epg_source_id", type=int, help="only this source, also when it is not enabled")
        parser.add_argument("--epg_source_name", help="the same by its name")
        parser.add_argument("--epg_channel_id", type=int, help="only the source of this guide channel")
        parser.add_argument("--client_id", type=int, nargs="+", help="only the sources of these operators")
        parser.add_argument("--force_reimport", action="store_true", help="fetch what has not changed, too")
        parser.add_argument("--actual_days", type=int, help="changes nothing")
        parser.add_argument("--start_date", metavar="YYYY-MM-DD", help="changes nothing")
        parser.add_argument("--create_content", action="store_true", help="changes nothing; see make_vodpvr")
        parser.add_argument("--ignore_epg_import", action="store_true", help="changes nothing")

    def handle(self, *args: Any, force_reimport: bool, **options: Any) -> None:
        failed = 0
        for source in _chosen(options):
            try:
                report = import_source(
                    actor=system("epg_import"), source=source, now=datetime.now(UTC), is_forced=force_reimport
                )
            except HeadendError as error:
                failed += 1
                self.stderr.write(f"{source}: {error}")
            else:
                self.stdout.write(f"{source}: {_told(report)}")
        if failed:
            sys.exit(1)


def _chosen(options: dict[str, Any]) -> QuerySet[GuideSource]:
    sources = GuideSource.objects.exclude(url="").order_by("pk")
    named = {
        "pk": options["epg_source_id"], "name": options["epg_source_name"], "channels": options["epg_channel_id"],
    }  # fmt: skip
    named = {name: value for name, value in named.items() if value is not None}
    sources = sources.filter(**named) if named else sources.filter(is_enabled=True)
    if options["client_id"] is not None:
        sources = sources.filter(operator__in=options["client_id"])
    if named and not sources:
        raise CommandError("there is no such source with an address")
    return sources


def _told(report: GuideReport) -> str:
    if report.is_unmodified:
        return "nothing new"
    words = ("created", "updated", "unchanged", "removed")
    return f"{', '.join(f'{getattr(report, word)} {word}' for word in words)}, {report.errors} bad"
