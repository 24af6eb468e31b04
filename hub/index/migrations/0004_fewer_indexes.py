import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("index", "0003_crawls"), ("upstreams", "0002_limits")]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="upstream",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="entries",
                to="upstreams.upstream",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="seen_at",
            field=models.DateTimeField(default=django.utils.timezone.now, help_text="Listed last as new or changed."),
        ),
    ]
