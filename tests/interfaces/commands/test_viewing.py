"""`headend manage remove_viewed_content_history`, as cron calls it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from tests.factories.subscribers import make_account
from tests.factories.vod import make_title

from headend.viewing.models import AccountTitle

pytestmark = pytest.mark.django_db
NAME = "remove_viewed_content_history"


def watched(days_ago: int) -> AccountTitle:
    account = make_account()
    title = make_title(operator=account.operator)
    viewed_at = timezone.now() - timedelta(days=days_ago)
    return AccountTitle.objects.create(account=account, title=title, is_viewed=True, viewed_at=viewed_at)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(NAME, *arguments, stdout=out)
    return out.getvalue()


def test_old_history_goes_of_all_operators_or_of_one() -> None:
    old, other, young = watched(40), watched(40), watched(20)
    assert run("--client_id", str(old.account.operator_id), "--days", "30") == "1 titles taken from histories\n"
    assert run("--days=30") == "1 titles taken from histories\n"
    for entry, is_kept in ((old, False), (other, False), (young, True)):
        entry.refresh_from_db()
        assert (entry.viewed_at is not None) is entry.is_viewed is is_kept


@pytest.mark.parametrize("arguments", [(), ("--days", "-1"), ("--days", "99999999"), ("--days", "many")])
def test_bad_arguments(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
