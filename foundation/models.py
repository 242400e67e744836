"""The base of every row that has an address. Primary keys stay inside; the UUID is what URLs, the
API and logs show.
"""

import uuid

from django.db import models


class PublicModel(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def short_id(self) -> str:
        """The first block of the UUID, as pages show it: `Name (3f2a9c1e)`."""
        return str(self.public_id)[:8]
