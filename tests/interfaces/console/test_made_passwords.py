"""Passwords that the console makes for accounts: shown by the answer that made them, and by nothing after it."""

import base64
import re

import pytest
from tests.interfaces.console.test_console_exchange import confirm, table, upload
from tests.interfaces.console.test_console_isolation import address
from tests.interfaces.console.test_console_writes import errors_of, save

from headend.kernel.passwords import verify_password
from headend.operators.models import AuditEntry, Change
from headend.subscribers.models import Account, Customer

FIGURES = re.compile(r'id="made">(\d{8})<')


def test_a_made_password_is_shown_once(ours, admin):
    account = ours.first(Account)
    answer = save(admin, Account, "change", {"make_password": "on"}, account.pk)
    (password,) = FIGURES.findall(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    assert "navigator.clipboard" in answer.content.decode()
    account.refresh_from_db()
    assert verify_password(password, account.password)
    for page in ("change", "history"):
        assert password not in admin.get(address(Account, page, account.pk)).content.decode()
    assert password not in str([*AuditEntry.objects.values(), *Change.objects.values()])


def test_a_new_account_gets_one_too(ours, admin):
    fields = {"customer": ours.first(Customer).pk, "number": "987654", "make_password": "on"}
    answer = save(admin, Account, "add", fields)
    (password,) = FIGURES.findall(answer.content.decode())
    account = Account.objects.get(number=987654)
    assert (account.operator, verify_password(password, account.password)) == (ours.operator, True)


def test_a_password_is_typed_or_made(ours, admin):
    account = ours.first(Account)
    fields = {"make_password": "on", "new_password": "tv-password-1"}
    answer = save(admin, Account, "change", fields, account.pk)
    assert list(errors_of(answer)) == ["make_password"]
    assert Account.objects.get(pk=account.pk).password == account.password


def test_another_operators_account_gets_none(theirs, admin):
    account = theirs.first(Account)
    answer = admin.post(address(Account, "change", account.pk), {"make_password": "on"})
    assert answer.status_code == 302
    assert Account.objects.get(pk=account.pk).password == account.password


@pytest.mark.parametrize("is_asked", [True, False])
def test_imported_accounts_get_passwords_where_that_is_wanted(ours, admin, is_asked):
    old = ours.first(Account)
    Account.objects.filter(pk=old.pk).update(password="")
    customer = f"#{ours.first(Customer).pk}"
    rows = [(900001, customer, ""), (900002, customer, "typed-9"), (old.number, f"#{old.customer_id}", "")]
    preview = upload(admin, Account, table(("number", "customer", "password"), *rows))
    assert preview.context["plan"].created == 2
    answer = confirm(admin, Account, preview, **({"make_passwords": "on"} if is_asked else {}))
    first, second = Account.objects.get(number=900001), Account.objects.get(number=900002)
    assert verify_password("typed-9", second.password)
    assert Account.objects.get(pk=old.pk).password == ""
    if not is_asked:
        assert (answer.status_code, first.password) == (302, "")
        return
    text = answer.content.decode()
    (made,) = re.findall(r"^900001,(\d{8})", text, re.MULTILINE)
    assert verify_password(made, first.password)
    assert "typed-9" not in text
    (file,) = re.findall(r"base64,([\w+/=]+)", text)
    assert base64.b64decode(file).decode() == f"number,password\r\n900001,{made}\r\n"
    assert "no-store" in answer["Cache-Control"]
