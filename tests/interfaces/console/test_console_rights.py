"""Roles: what each may do on each screen, and that no screen is without a rule."""

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group, Permission
from tests.factories import make_staff
from tests.interfaces.console.test_console_isolation import address

from headend.catalog.models import Channel, Programme, Tariff
from headend.delivery.models import Maintenance
from headend.interfaces.console.permissions import ENTITIES, permissions_of
from headend.interfaces.console.words import APIS, ROLES
from headend.operators.models import AuditEntry, Operator, Staff
from headend.operators.rules import Api, Role
from headend.subscribers.models import Account, Customer, DeviceType, Session

# Which screens of a choice each role sees, and where it may add: the rest is refused.
SEES = {
    Role.OPERATOR_ADMIN: {
        Operator,
        Staff,
        AuditEntry,
        Channel,
        Tariff,
        Programme,
        Maintenance,
        Customer,
        Account,
        Session,
    },
    Role.EDITOR: {Channel, Tariff, Programme, Maintenance},
    Role.SUPPORT: {AuditEntry, Channel, Tariff, Programme, Maintenance, Customer, Account, Session},
    Role.DEALER: {Tariff, Customer, Account},
    Role.MONITORING: {Channel, Maintenance},
    Role.COPYRIGHT_HOLDER: {Channel, Programme},
}
ADDS = {
    Role.OPERATOR_ADMIN: {Staff, Channel, Tariff, Maintenance, Customer, Account},
    Role.EDITOR: {Channel},
    Role.SUPPORT: {Customer, Account},
    Role.DEALER: {Customer, Account},
    Role.MONITORING: {Maintenance},
    Role.COPYRIGHT_HOLDER: set(),
}
TRIED = SEES[Role.OPERATOR_ADMIN]


def test_every_screen_has_rules_and_every_rule_a_screen():
    screens = {(m._meta.app_label, m._meta.model_name) for m in django_admin.site._registry if m is not Group}
    assert screens == {(context, entity) for context, entities in ENTITIES.items() for entity in entities}


def test_every_role_and_api_has_a_name():
    assert set(ROLES) == set(Role)
    assert set(APIS) == set(Api)


def test_every_named_permission_exists(db):
    known = {f"{p.content_type.app_label}.{p.codename}" for p in Permission.objects.select_related("content_type")}
    for role in Role:
        assert permissions_of(role) <= known


@pytest.mark.parametrize("role", SEES, ids=str)
def test_a_role_sees_and_adds_what_it_is_for(role, ours, sign_in):
    browser = sign_in(role, ours.operator)
    seen = {model for model in TRIED if browser.get(address(model, "changelist")).status_code == 200}
    adding = {model for model in TRIED if browser.get(address(model, "add")).status_code == 200}
    assert seen == SEES[role]
    assert adding == ADDS[role]


@pytest.mark.parametrize("role", ["", "emperor"])
def test_an_unknown_role_has_no_rights(role, ours, client_of):
    staff = make_staff(role=Role.SUPPORT, operator=ours.operator)
    Staff.objects.filter(pk=staff.pk).update(role=role)
    browser = client_of(Staff.objects.get(pk=staff.pk))
    assert browser.get("/console/").status_code == 200
    for model in TRIED:
        assert browser.get(address(model, "changelist")).status_code == 403


def test_staff_without_an_operator_reach_nothing(db, client_of):
    staff = make_staff(role=Role.OPERATOR_ADMIN)
    Staff.objects.filter(pk=staff.pk).update(operator=None)
    browser = client_of(Staff.objects.get(pk=staff.pk))
    assert list(browser.get(address(Channel, "changelist")).context["cl"].result_list) == []
    assert browser.get("/console/guide/").status_code == 200


def test_rights_beyond_the_role_come_from_superusers(ours, superuser, sign_in):
    browser = sign_in(Role.MONITORING, ours.operator)
    assert browser.get(address(Tariff, "changelist")).status_code == 403
    right = Permission.objects.get(codename="view_tariff")
    group = Group.objects.create(name="Price watchers")
    group.permissions.add(right)
    browser.staff.groups.add(group)
    page = browser.get(address(Tariff, "changelist"))
    assert page.status_code == 200
    assert {tariff.operator for tariff in page.context["cl"].result_list} == {ours.operator}
    assert browser.get("/console/auth/group/").status_code == 403
    assert superuser.get("/console/auth/group/").status_code == 200


def test_groups_of_rights_have_an_audit_entry(superuser):
    right = Permission.objects.get(codename="view_tariff")
    response = superuser.post("/console/auth/group/add/", {"name": "Watchers", "permissions": [right.pk]})
    assert response.status_code == 302
    entry = AuditEntry.objects.get(entity="auth.group")
    assert entry.changes == {"name": [None, "Watchers"], "permissions": {"added": [right.pk], "removed": []}}


def test_only_superusers_make_operators_and_device_types(ours, admin, superuser):
    for model in (Operator, DeviceType):
        assert admin.get(address(model, "add")).status_code == 403
        assert superuser.get(address(model, "add")).status_code == 200
