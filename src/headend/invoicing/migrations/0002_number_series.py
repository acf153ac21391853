from typing import Any

from django.db import migrations


def move_series(apps: Any, schema_editor: Any) -> None:
    """The series of invoices go on where they are, among those of other documents."""
    series = apps.get_model("operators", "NumberSeries").objects
    for each in apps.get_model("invoicing", "InvoiceSeries").objects.all():
        series.create(operator_id=each.operator_id, kind="invoice", series=each.series, last=each.last)


class Migration(migrations.Migration):
    dependencies = [
        ("invoicing", "0001_initial"),
        ("operators", "0004_number_series"),
    ]

    operations = [
        migrations.RunPython(move_series, migrations.RunPython.noop),
        migrations.DeleteModel(name="InvoiceSeries"),
    ]
