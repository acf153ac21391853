"""An empty database gets the tables that the migrations would have made."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from tests.roles.service import environment

pytestmark = pytest.mark.servers

SHAPE = """
import json
import sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
from headend.roles.tables import make_tables
made = sys.argv[1] == "at once" and make_tables()
call_command("migrate", interactive=False, verbosity=0)
see = connection.introspection
def shape(cursor, table):
    columns = {c.name: (c.type_code, c.null_ok, c.default) for c in see.get_table_description(cursor, table)}
    kinds = ("columns", "primary_key", "unique", "foreign_key", "check", "index")
    constraints = {(tuple(map(str, (c[k] for k in kinds)))) for c in see.get_constraints(cursor, table).values()}
    return {"columns": columns, "constraints": sorted(constraints)}
with connection.cursor() as cursor:
    tables = {table: shape(cursor, table) for table in sorted(see.table_names())}
    from django.contrib.auth.models import Permission
    from django.db.migrations.recorder import MigrationRecorder
    applied = sorted(MigrationRecorder(connection).applied_migrations())
print(json.dumps([bool(made), tables, applied, sorted(Permission.objects.values_list("codename", flat=True))]))
"""


def run(data, way: str) -> "subprocess.Popen[bytes]":
    given = environment(HEADEND_DATA=str(data), DJANGO_SETTINGS_MODULE="headend.settings.django")
    return subprocess.Popen([sys.executable, "-c", SHAPE, way], env=given, stdout=subprocess.PIPE)


def test_both_ways_end_in_the_same_tables(tmp_path) -> None:
    found = {}
    for way in ("at once", "step by step"):
        (tmp_path / way).mkdir()
        out, _ = run(tmp_path / way, way).communicate(timeout=600)
        found[way] = json.loads(out)
    (made, tables, *rest), (_, stepped, *others) = found["at once"], found["step by step"]
    assert made
    assert tables.keys() == stepped.keys()
    for table, shape in tables.items():
        assert shape == stepped[table], table
    assert rest == others


def test_killed_in_the_middle_it_begins_anew(tmp_path) -> None:
    for seconds in (0.6, 1.2, 1.8, 2.4):
        process = run(tmp_path, "at once")
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    process = run(tmp_path, "at once")
    out, _ = process.communicate(timeout=120)
    assert (process.returncode, b"operators_operator" in out) == (0, True)
