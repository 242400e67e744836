"""A build notes when it last moved, and an answer can be open again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("onboarding_app", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="onboardingsession",
            name="business_name",
            field=models.CharField(
                default="",
                help_text="How the agent calls the business, as given at the start.",
                max_length=200,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="onboardingsession",
            name="build_checked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="onboardingsession",
            name="build_mark",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="onboardingsession",
            name="build_progressed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="onboardinganswer",
            name="answered_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
