"""The index cost every chunk that was stored and served nobody: words are looked up only in the
chunks whose vectors are nearest.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("knowledge_app", "0003_source_attempts")]

    operations = [
        migrations.RemoveIndex(model_name="knowledgechunk", name="chunk_search_gin"),
    ]
