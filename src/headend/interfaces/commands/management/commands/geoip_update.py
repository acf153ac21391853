"""`headend manage geoip_update`: a database that says in which country an address is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.utils.module_loading import import_string

from headend.delivery.errors import GeoDatabaseRefused


class Command(BaseCommand):
    help = "Fetch the newest database of countries, as `headend geo fetch` does; a running service takes it up."

    def handle(self, *args: Any, **options: Any) -> None:
        fetch: Callable[[Path], int] = import_string(settings.GEO_FETCH)
        target = settings.HEADEND.fetched_countries
        try:
            size = fetch(target)
        except (GeoDatabaseRefused, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{target}: {size / 1e6:.1f} MB")
