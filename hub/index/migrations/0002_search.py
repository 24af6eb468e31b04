import datetime

import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("index", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FacetCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("facet", models.CharField(max_length=20)),
                ("value", models.CharField(max_length=200)),
                ("count", models.BigIntegerField()),
            ],
            options={
                "ordering": ["kind", "facet", "-count", "value"],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "facet", "value"), name="one_count_per_facet_value")
                ],
            },
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(help_text="As in `words`: n/llama", max_length=120, unique=True)),
                ("count", models.BigIntegerField()),
            ],
            options={"ordering": ["-count", "text"]},
        ),
        *(
            migrations.AddIndex(model_name="entry", index=models.Index(fields=[column, "id"], name=f"entry_by_{name}"))
            for name, column in (
                ("popular", "popularity"),
                ("downloads", "downloads"),
                ("likes", "likes"),
                ("size", "bytes"),
                ("trending", "trending"),
            )
        ),
        *(
            migrations.AddIndex(
                model_name="entry",
                index=models.Index(
                    django.db.models.functions.comparison.Coalesce(
                        column, models.Value(datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC))
                    ),
                    models.F("id"),
                    name=f"entry_by_{name}",
                ),
            )
            for name, column in (("updated", "updated_at"), ("created", "created_at"))
        ),
    ]
