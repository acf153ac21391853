"""The worker: jobs that are put on the queue are done, by whichever process put them there."""

import gzip
import sqlite3
import subprocess
import sys

import pytest
from tests.roles.service import environment, wait_until

pytestmark = pytest.mark.servers

GUIDE = """<tv>
  <channel id="one"><display-name>One</display-name></channel>
  <programme start="20261121200000 +0000" stop="20261121210000 +0000" channel="one"><title>News</title></programme>
</tv>"""


def rows(data, query):
    with sqlite3.connect(data / "db.sqlite3") as database:
        return database.execute(query).fetchall()


def test_a_guide_source_that_is_due_is_imported(start, data, tmp_path, free_port):
    guide = tmp_path / "guide.xml.gz"
    guide.write_bytes(gzip.compress(GUIDE.encode()))
    service = start("up", "--data", data, "--port", free_port)
    put = (
        "import django; django.setup()\n"
        "from headend.catalog.models import GuideSource\n"
        "from headend.interfaces.jobs.guide import import_guide_source\n"
        f"source = GuideSource.objects.create(name='x', url={str(guide)!r})\n"
        "import_guide_source(source.pk)\n"
    )
    settings = environment(HEADEND_DATA=str(data), DJANGO_SETTINGS_MODULE="headend.settings.django")
    subprocess.run([sys.executable, "-c", put], env=settings, check=True)

    found = wait_until(lambda: rows(data, "SELECT title FROM catalog_programme"), "the programme")

    assert found == [("News",)]
    done = 'headend_jobs_total{job="import_guide_source",outcome="done"}'
    wait_until(lambda: done in service.get("/metrics").text, "the figure")
