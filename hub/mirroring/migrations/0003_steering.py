import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mirroring', '0002_following'),
        ('upstreams', '0002_limits'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='host:process:start', max_length=100, unique=True)),
                ('host', models.CharField(max_length=60)),
                ('pid', models.PositiveIntegerField()),
                ('queues', models.CharField(max_length=100)),
                ('doing', models.CharField(blank=True, help_text='What its lanes were at when it was last seen.', max_length=200)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['host', 'pid'],
            },
        ),
        migrations.AddField(
            model_name='request',
            name='paused',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='request',
            name='priority',
            field=models.SmallIntegerField(default=0, help_text='Higher goes first: -10 low, 0 normal, 10 urgent.'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='paused',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='transfer',
            name='priority',
            field=models.SmallIntegerField(default=0, help_text='Higher goes first: -10 low, 0 normal, 10 urgent.'),
        ),
        migrations.AlterField(
            model_name='request',
            name='state',
            field=models.CharField(choices=[('new', 'Looking it up'), ('waiting', 'Needs approval'), ('approved', 'Approved, being planned'), ('fetching', 'Being fetched'), ('published', 'Published'), ('refused', 'Refused'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], db_index=True, default='new', max_length=10),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued or running'), ('done', 'Done'), ('failed', 'Failed'), ('cancelled', 'Nobody wants it any more')], db_index=True, default='queued', max_length=10),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['-priority', 'id'], name='queued_by_priority'),
        ),
        migrations.AddField(
            model_name='pause',
            name='upstream',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='pause', to='upstreams.upstream'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('upstream', 0), name='one_pause_of_each'),
        ),
    ]
