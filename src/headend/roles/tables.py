"""The tables of an empty database, made at once.

Migrations lead from one version to the next. On an empty database Django would make and alter the tables of every
version in between and imagine all models anew after each step, which takes half a minute. So they are made as the
models are, and the migrations are taken down as done; a test proves that both ways end in the same tables.
"""

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def make_tables() -> bool:
    """Make all tables in one transaction where there are none; says whether it did.

    MariaDB cannot take half-made tables back, so there the migrations make them, which go on where they broke off.
    """
    if not connection.features.can_rollback_ddl or connection.introspection.table_names():
        return False
    loader, recorder = MigrationLoader(connection), MigrationRecorder(connection)
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.app_label in loader.migrated_apps and model._meta.can_migrate(connection):
                editor.create_model(model)
        editor.create_model(recorder.Migration)
        for app, name in loader.disk_migrations:
            recorder.record_applied(app, name)
    return True
