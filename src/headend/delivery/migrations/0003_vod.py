from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0002_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='streamingserver',
            name='vod_mask',
            field=models.CharField(blank=True, help_text='For servers that give titles on demand.', max_length=1000, verbose_name='address mask of titles'),
        ),
        migrations.AlterField(
            model_name='streamingserver',
            name='content',
            field=models.CharField(choices=[('live', 'live'), ('archive', 'archive'), ('both', 'live and archive'), ('vod', 'titles on demand')], default='both', max_length=10, verbose_name='gives'),
        ),
    ]
