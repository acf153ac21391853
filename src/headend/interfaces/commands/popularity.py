"""What the commands share that make things from what people watch."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management import BaseCommand, CommandError

from headend.audience.queries import Viewers
from headend.audience.rules import Criterion, read_criterion
from headend.interfaces.commands.operators import chosen_operators
from headend.kernel.actor import Actor, system
from headend.kernel.errors import HeadendError
from headend.operators.models import Operator
from headend.portal.rules import MOST_LISTED

USUAL_SIZE = 17


def criterion(text: str) -> Criterion:
    """The type of `--criterion`."""
    try:
        return read_criterion(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is none of {', '.join(Criterion)}") from error


class PopularityCommand(BaseCommand):
    """Does `make` for each operator; `has_criterion`, `has_accounts` and `has_size` say which options there are."""

    has_criterion = True
    has_accounts = True
    has_size = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--client_id", type=int, nargs="+", help="only these operators")
        parser.add_argument("--days_number", type=int, default=30, help="how many days back counts")
        parser.add_argument("--devices", nargs="+", default=(), help="only devices of these types, by system name")
        parser.add_argument(
            "--tariffs", type=int, nargs="+", default=(), help="only accounts with one of these tariffs"
        )
        if self.has_criterion:
            words = ", ".join(Criterion)
            parser.add_argument("--criterion", type=criterion, default=Criterion.TIME, help=f"one of {words}")
        if self.has_accounts:
            parser.add_argument("--accounts_active", action="store_true", help="only accounts that are active")
        if self.has_size:
            parser.add_argument("--selection_size", type=int, default=USUAL_SIZE, help="how many are selected")

    def handle(self, *args: Any, days_number: int, **options: Any) -> None:
        if not 1 <= days_number <= 3650:
            raise CommandError("--days_number is a number from 1 to 3650")
        if not 1 <= options.get("selection_size", 1) <= MOST_LISTED:
            raise CommandError(f"--selection_size is a number from 1 to {MOST_LISTED}")
        for operator, viewers in self._viewers(days_number, **options):
            try:
                made = self.make(system(self.name), viewers, **options)
            except HeadendError as error:
                raise CommandError(f"{operator}: {error}") from error
            self.stdout.write(f"{operator}: {made}")

    def _viewers(
        self, days: int, *, client_id: Any, devices: Any, tariffs: Any, accounts_active: bool = False, **_: Any
    ) -> Iterator[tuple[Operator, Viewers]]:
        now = datetime.now(UTC)
        for operator in chosen_operators(client_id):
            since = now - timedelta(days=days)
            yield operator, Viewers(operator.pk, since, now, tuple(devices), tuple(tariffs), accounts_active)

    @property
    def name(self) -> str:
        """What the command is called."""
        return type(self).__module__.rpartition(".")[2]

    def make(self, actor: Actor, viewers: Viewers, **options: Any) -> object:
        """Make it for one operator; gives what is told of it."""
        raise NotImplementedError
