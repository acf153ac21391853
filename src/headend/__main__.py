"""The command `headend`: the table of its commands, and so of what a person can start."""

import sys

from headend.interfaces.cli.app import Command, run

COMMANDS = (
    Command("demo", "headend.roles.demo", "Set up and run a demonstration operator with twelve channels."),
    Command("up", "headend.roles.up", "Set up and run a real service."),
    Command("guide", "headend.roles.guides", "Bring in programme guides.", noun=True, records=True),
    Command("geo", "headend.roles.geo", "Know in which country an address is.", noun=True),
    Command("channels", "headend.roles.channel_lists", "Bring in channel lists.", noun=True, records=True),
    Command("import", "headend.interfaces.cli.imports", "Bring tables in: customers, accounts, …", records=True),
    Command("export", "headend.interfaces.cli.exports", "Write records as tables.", records=True),
    Command("ingest", "headend.roles.ingest", "Bring in providers' packages.", noun=True, records=True),
    Command("migrate", "headend.roles.old_systems", "Move in from another system.", noun=True, records=True),
    Command(
        "plan", "headend.interfaces.cli.plan", "See what other tariffs and prices would do, and do it.", records=True
    ),
    Command("render", "headend.interfaces.cli.render", "Print configuration for the programs around.", noun=True),
    Command("manage", "headend.interfaces.cli.manage", "Run one of Django's commands on the records."),
    Command("test", "headend.interfaces.cli.test", "Set up all that the tests need and run them."),
    Command("check", "headend.interfaces.cli.check", "Check format, lint, types, imports, migrations and docs."),
    Command("simulate", "headend.interfaces.cli.simulate", "Let believable devices use a service."),
    Command("bench", "headend.interfaces.cli.bench", "Measure the hot paths against their limits."),
)

if __name__ == "__main__":
    run(COMMANDS, sys.argv[1:])
