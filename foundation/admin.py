"""What every app's admin stands on: rows that are shown rather than edited, and actions that call
services.

Actions are those of lists, which are posted: unfold's buttons on rows and pages are links, and a
link that changes something can be sent to a member of staff in a mail.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminURLInputWidget

Cascade = dict[type[models.Model], models.QuerySet[Any]]


class StaffAdmin(ModelAdmin):
    list_per_page = 50
    # Saves counting all rows a second time on every list.
    show_full_result_count = False
    list_filter_submit = True
    formfield_overrides = {
        models.URLField: {"widget": UnfoldAdminURLInputWidget, "assume_scheme": "https"}
    }
    list_fullwidth = True

    def apply_service(
        self,
        request: HttpRequest,
        rows: Iterable[models.Model],
        service: Callable[[Any], object],
        *,
        done: str,
        refusals: dict[type[Exception], str] | None = None,
    ) -> None:
        """Call the service for each row; say how many are `done`, and why others were refused."""
        refusals = refusals or {}
        count = 0
        for row in rows:
            try:
                service(row)
            except tuple(refusals) as error:
                messages.warning(request, f"{row}: {refusals[type(error)]}")
            else:
                count += 1
                self.log_change(request, row, done)
        if count:
            messages.success(request, f"{done}: {count}.")

    def get_deleted_objects(
        self, objs: Sequence[models.Model] | models.QuerySet[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Count what goes along instead of listing it: an agent's knowledge is 10,000 rows."""
        rows = list(objs)
        counts, missing = {}, set()
        for model, found in _cascade(self.model, [row.pk for row in rows]).items():
            options = model._meta
            if count := found.count():
                counts[str(options.verbose_name_plural)] = count
            if count and not request.user.has_perm(
                f"{options.app_label}.delete_{options.model_name}"
            ):
                missing.add(str(options.verbose_name))
        return [str(row) for row in rows], counts, missing, []


def _cascade(model: type[models.Model], keys: Sequence[Any]) -> Cascade:
    """Return what a deletion of these rows takes along, as one query per model."""
    found: Cascade = {model: model._default_manager.filter(pk__in=keys)}
    waiting = [model]
    while waiting:
        parent = waiting.pop(0)
        for child, field in _children(parent):
            if child not in found:
                found[child] = child._default_manager.filter(**{f"{field}__in": found[parent]})
                waiting.append(child)
    return found


def _children(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    for relation in model._meta.related_objects:
        if relation.on_delete is models.CASCADE:
            yield relation.related_model, relation.field.name


class ReadOnlyAdmin(StaffAdmin):
    """Rows that people and processes write elsewhere; staff may look, and delete if allowed."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True
    tab = True
    ordering: ClassVar[Sequence[str]] = ("pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """Show times too, which no form could hold."""
        return self.fields

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def show_json(value: Any) -> SafeString:
    """Show JSON with its structure, escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html('<pre class="staff-json">{}</pre>', text)


def shorten(text: str, length: int = 80) -> str:
    """Return the beginning of a text, for a column."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
