"""The command line: help for every command, cheap to start, and a sentence for calls that make no sense."""

import json
import subprocess
import sys
from importlib import import_module

import pytest
from tests.roles.service import environment, headend

from headend.__main__ import COMMANDS
from headend.interfaces.cli.app import run
from headend.interfaces.cli.bench import shortfalls


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_helps_and_takes_a_data_directory(command, monkeypatch, capsys):
    if command.name == "manage":
        pytest.skip("its help is Django's own")
    monkeypatch.setattr("os.environ", environment())
    own = import_module(command.module).app.registered_commands
    for name in [each.name or each.callback.__name__ for each in own] if command.noun else [None]:
        with pytest.raises(SystemExit) as ended:
            run(COMMANDS, [command.name, *filter(None, [name]), "--help"])
        told = capsys.readouterr().out
        assert ended.value.code == 0
        assert "Usage: headend" in told, told
        assert "--data" in told, told


def test_the_program_helps():
    told = headend("guide", "import", "--help").stdout
    assert told.lstrip().startswith("Usage: headend guide import"), told
    assert all(command.name in headend("--help").stdout for command in COMMANDS)


@pytest.mark.parametrize(("name", "value"), [("COLUMNS", "20"), ("TERMINAL_WIDTH", "20"), ("FORCE_COLOR", "1"),
                                             ("PY_COLORS", "1"), ("GITHUB_ACTIONS", "true")])  # fmt: skip
def test_these_tests_read_the_same_in_every_terminal(name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    assert "--data" in headend("demo", "--help").stdout


def test_manage_runs_djangos_commands_on_the_given_data(tmp_path):
    done = headend("manage", "migrate", "contenttypes", "--verbosity", "0", "--data", tmp_path / "data")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "data" / "db.sqlite3").exists()
    assert "makemigrations" in headend("manage", "--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["up", "--data"],
        ["up", "--port", "70000", "--data", "x"],
        ["up", "--port", "eighty", "--data", "x"],
        ["up", "--host", "example.com", "--data", "x"],
        ["demo", "--nonsense"],
        ["bench", "nonsense"],
        ["test", "--database", "oracle"],
        ["up", "--data", ""],
        ["up", "--data", "secret.bin"],
        ["up", "--data", "x", "--staff-username", "anna", "--staff-password-file", "secret.bin"],
        ["guide", "import", "guide.xml", "--source", "a", "--data", "x"],
        ["export", "accounts", "--data", "x"],
        ["ingest", "tickets", "--data", "x"],
    ],
    ids=" ".join,
)
def test_a_call_that_makes_no_sense_ends_with_2(arguments, tmp_path):
    (tmp_path / "secret.bin").write_bytes(b"\xff\xfe\x97")
    refused = headend(*arguments, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""
    assert not (tmp_path / "x").exists()  # nothing is made where nothing was


def test_up_needs_a_data_directory(tmp_path):
    refused = headend("up", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--data" in refused.stderr


def test_version():
    assert headend("--version").stdout == "headend 0.1.0\n"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"ratio": 0.5}, []),
        ({"ratio": 0.5, "required": 0.4}, []),
        ({"ratio": 0.3, "required": 0.4}, ["ratio"]),
        ({"ratio": {"list": 0.3, "packed": 0.3}, "required": {"list": 0.4, "packed": 0.3}}, ["list"]),
    ],
)
def test_a_ratio_below_what_is_required_is_named(result, expected):
    assert list(shortfalls(result)) == expected


def test_json_log_lines_are_objects(tmp_path):
    code = (
        "import logging, logging.config\n"
        "from headend.settings.logs import logging_config\n"
        "logging.config.dictConfig(logging_config('json', 'info'))\n"
        "logging.getLogger('x').info('two\\nlines %s', 'è')\n"
        "logging.getLogger('x').debug('not shown')\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logging.getLogger('x').exception('bad')\n"
        "    logging.getLogger('django.request').warning('refused', exc_info=True)\n"
        "    logging.getLogger('django.request').exception('broken')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(HEADEND_ROLE="web"), capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["level"], line["role"], line["message"]) for line in lines] == [
        ("info", "web", "two\nlines è"),
        ("error", "web", "bad"),
        ("warning", "web", "refused"),
        ("error", "web", "broken"),
    ]
    assert ["trace" in line for line in lines] == [False, True, False, True]
    assert lines[1]["trace"].endswith("ZeroDivisionError: division by zero")
