import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("index", "0002_search"), ("upstreams", "0002_limits")]

    operations = [
        migrations.CreateModel(
            name="Crawl",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=10)),
                ("author", models.CharField(blank=True, max_length=200)),
                ("tag", models.CharField(blank=True, max_length=200)),
                ("task", models.CharField(blank=True, max_length=200)),
                ("active", models.BooleanField(default=True, help_text="Whether the settings still name it.")),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[("", "idle"), ("changes", "Changes"), ("full", "Full"), ("catch-up", "Catch Up")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("cursor", models.TextField(blank=True)),
                ("since", models.DateTimeField(null=True)),
                ("reached", models.DateTimeField(null=True)),
                ("watermark", models.DateTimeField(null=True)),
                ("began_at", models.DateTimeField(help_text="The pass under way, or the last one.", null=True)),
                (
                    "finished_at",
                    models.DateTimeField(help_text="The last pass that came to its end.", null=True),
                ),
                (
                    "full_at",
                    models.DateTimeField(help_text="The last full pass that came to its end.", null=True),
                ),
                ("full_wanted", models.BooleanField(default=False)),
                ("pages", models.PositiveIntegerField(default=0)),
                ("listed", models.PositiveIntegerField(default=0)),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("vanished", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0, help_text="Listed by the last full pass.")),
                ("warning", models.TextField(blank=True)),
                ("error", models.TextField(blank=True)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("not_before", models.DateTimeField(null=True)),
                ("lease_owner", models.CharField(blank=True, max_length=100)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "upstream",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crawls",
                        to="upstreams.upstream",
                    ),
                ),
            ],
            options={
                "ordering": ["upstream__position", "upstream", "kind", "author", "tag", "task"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["upstream", "kind", "author", "tag", "task"],
                        name="one_crawl_per_slice_of_an_upstream",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sighting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField()),
                (
                    "crawl",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="index.crawl",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["crawl", "entry"], name="one_sighting_of_an_entry_per_crawl")
                ],
            },
        ),
    ]
