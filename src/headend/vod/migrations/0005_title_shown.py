"""Titles are counted by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_content_api'),
        ('delivery', '0003_vod'),
        ('operators', '0004_number_series'),
        ('vod', '0004_asset_external_id'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='title',
            index=models.Index(fields=['operator', 'is_enabled', 'is_announcement', 'published_from', 'published_to', 'kind', 'source', 'provider'], name='title_shown'),
        ),
    ]
