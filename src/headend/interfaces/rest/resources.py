"""Resources: what can be listed, read, made, changed and deleted, and what else can be done with a record of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Body, NinjaAPI, Query, Schema
from pydantic import Field, create_model

from headend.interfaces.rest import answers
from headend.interfaces.rest.callers import Caller, Key, caller_of
from headend.interfaces.rest.paging import Filter, page, query_shape
from headend.interfaces.rest.problems import Problem
from headend.interfaces.rest.repeats import carry_out
from headend.interfaces.rest.shapes import Fields, PathNumber, strict

NAMESPACE = "rest"


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something to do with a record that is more than changing its fields: POST /<resource>/{id}/<name>.

    `run` gets the caller, the record, locked, and the body; what it gives back is told as `shape`. Without a `scope`
    of its own a key needs the resource's.
    """

    name: str
    text: str
    run: Callable[[Caller, Any, Any], Any]
    body: type[Fields] | None = None
    shape: type[Schema]
    scope: str = ""
    is_one_transaction: bool = True


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something told of a record beside its fields: GET /<resource>/{id}/<name>."""

    name: str
    text: str
    read: Callable[[Caller, Any], Any]
    shape: type[Schema]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A kind of records. `scope` is for what keys need; `make`, `change` and `remove` are there where one may write.

    `references` names fields that hold numbers of other records of the operator: {"dealer_id": ("dealer", Dealer)}.
    """

    path: str
    noun: str
    text: str
    model: type[Model]
    shape: type[Schema]
    scope: str = ""
    read: Callable[[Caller], QuerySet[Any]] | None = None
    joins: Sequence[str] = ()
    fetches: Sequence[str] = ()
    filters: Mapping[str, Filter] = field(default_factory=dict)
    sorts: tuple[str, ...] = ("id",)
    new: type[Fields] | None = None
    make: Callable[[Caller, Any], Any] | None = None
    patch: type[Fields] | None = None
    change: Callable[[Caller, Any, dict[str, Any]], Any] | None = None
    remove: Callable[[Caller, Any], Any] | None = None
    deeds: Sequence[Deed] = ()
    parts: Sequence[Part] = ()

    @property
    def title(self) -> str:
        """Its noun as shapes are named."""
        return self.noun.title().replace(" ", "")

    def scope_for(self, right: str) -> str:
        """The scope that a key needs to read or write."""
        return f"{self.scope or self.path}:{right}"

    def records(self, caller: Caller) -> QuerySet[Any]:
        """What the caller sees."""
        return self.read(caller) if self.read else caller.own(self.model)

    def shown(self, caller: Caller) -> QuerySet[Any]:
        """The same with all that is told of it."""
        return self.records(caller).select_related(*self.joins).prefetch_related(*self.fetches)

    def described(self, numbers: Sequence[int]) -> dict[int, object]:
        """Records of whatever operator as they stand, by number, for events that tell of them."""
        found = self.model._default_manager.select_related(*self.joins).prefetch_related(*self.fetches)
        return {each.pk: answers.told(self.shape, each) for each in found.filter(pk__in=numbers)}

    def again(self, caller: Caller, number: int) -> Any:
        """A record as it stands; raises Problem."""
        return _found(self.shown(caller), number, self.noun)

    def locked(self, request: HttpRequest, caller: Caller, number: int) -> Any:
        """A record that will be written; raises Problem, also when it is not what the caller has seen."""
        # What is joined may be missing, and not every engine could leave it unlocked then: the row alone comes first.
        _found(self.records(caller).select_for_update(), number, self.noun)
        record = self.again(caller, number)
        answers.check_match(request, self.shape, record)
        return record


def _found(records: QuerySet[Any], number: int, noun: str) -> Any:
    found = records.filter(pk=number).first()
    if found is None:
        raise Problem(404, "not_found", f"there is no {noun} {number}")
    return found


def mount(api: NinjaAPI, resource: Resource) -> None:
    """Add a resource's operations to an API."""
    _mount_list(api, resource)
    _mount_one(api, resource)
    if resource.new and resource.make:
        _mount_make(api, resource, resource.new, resource.make)
    if resource.patch and resource.change:
        _mount_change(api, resource, resource.patch, resource.change)
    if resource.remove:
        _mount_remove(api, resource, resource.remove)
    for deed in resource.deeds:
        _mount_deed(api, resource, deed)
    for part in resource.parts:
        _mount_part(api, resource, part)


def _about(resource: Resource, verb: str, scope: str, summary: str, text: str = "") -> dict[str, Any]:
    identifier = f"{verb}_{resource.noun}".replace(" ", "_").replace("-", "_")
    return {
        "auth": Key(scope),
        "operation_id": identifier,
        "url_name": identifier,
        "summary": summary,
        "description": f"{text}\n\nScope: `{scope}`".strip(),
        "tags": [resource.path],
        "openapi_extra": {"x-scope": scope},
    }


def _mount_list(api: NinjaAPI, resource: Resource) -> None:
    query_type = query_shape(f"{resource.title}Query", resource.filters, resource.sorts)
    page_type = create_model(
        f"{resource.title}Page",
        __base__=Schema,
        data=(list[resource.shape], ...),  # type: ignore[name-defined]
        next_cursor=(str | None, Field(..., description="For the next page; null on the last.")),
    )
    about = _about(resource, "list", resource.scope_for("read"), f"List {resource.path}", resource.text)

    @api.get(f"/{resource.path}", response=page_type, **about)
    def list_records(request: HttpRequest, query: Query[query_type]) -> HttpResponse:  # type: ignore[valid-type]
        fields = answers.fields_of(resource.shape, query.fields)  # type: ignore[attr-defined]
        rows, following = page(request, resource.shown(caller_of(request)), resource.filters, query)
        return answers.listed(resource.shape, rows, following, fields)


def _mount_one(api: NinjaAPI, resource: Resource) -> None:
    about = _about(resource, "get", resource.scope_for("read"), f"Read one {resource.noun}")

    @api.get(f"/{resource.path}/{{id}}", response=resource.shape, **about)
    def get_record(request: HttpRequest, id: PathNumber, fields: str | None = None) -> HttpResponse:  # noqa: A002
        chosen = answers.fields_of(resource.shape, fields)
        return answers.one(request, resource.shape, resource.again(caller_of(request), id), chosen)


def _mount_make(api: NinjaAPI, resource: Resource, new: type[Fields], make: Callable[[Caller, Any], Any]) -> None:
    about = _about(resource, "create", resource.scope_for("write"), f"Make a {resource.noun}")
    body_type = strict(new, f"New{resource.title}")

    @api.post(f"/{resource.path}", response={HTTPStatus.CREATED: resource.shape}, **about)
    def create_record(request: HttpRequest, body: Body[body_type]) -> HttpResponse:  # type: ignore[valid-type]
        def work(caller: Caller) -> HttpResponse:
            record = resource.again(caller, make(caller, body).pk)
            location = reverse(f"{NAMESPACE}:get_{resource.noun.replace(' ', '_')}", kwargs={"id": record.pk})
            return answers.written(resource.shape, record, HTTPStatus.CREATED, location)

        return carry_out(request, work)


def _mount_change(api: NinjaAPI, resource: Resource, patch: type[Fields], change: Callable[..., Any]) -> None:
    about = _about(
        resource, "change", resource.scope_for("write"), f"Change a {resource.noun}", "Fields that are not named stay."
    )
    body_type = strict(patch, f"{resource.title}Change")

    @api.patch(f"/{resource.path}/{{id}}", response=resource.shape, **about)
    def change_record(request: HttpRequest, id: PathNumber, body: Body[body_type]) -> HttpResponse:  # type: ignore[valid-type]  # noqa: A002
        def work(caller: Caller) -> HttpResponse:
            record = resource.locked(request, caller, id)
            given = body.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
            change(caller, record, given)
            return answers.written(resource.shape, resource.again(caller, id), HTTPStatus.OK)

        return carry_out(request, work)


def _mount_remove(api: NinjaAPI, resource: Resource, remove: Callable[[Caller, Any], Any]) -> None:
    about = _about(resource, "delete", resource.scope_for("write"), f"Delete a {resource.noun}")

    @api.delete(f"/{resource.path}/{{id}}", response={HTTPStatus.NO_CONTENT: None}, **about)
    def delete_record(request: HttpRequest, id: PathNumber) -> HttpResponse:  # noqa: A002
        def work(caller: Caller) -> HttpResponse:
            remove(caller, resource.locked(request, caller, id))
            return answers.nothing()

        return carry_out(request, work)


def _mount_deed(api: NinjaAPI, resource: Resource, deed: Deed) -> None:
    about = _about(resource, deed.name, deed.scope or resource.scope_for("write"), deed.text)
    body_type = strict(deed.body or Fields, f"{resource.title}{deed.name.title()}")

    @api.post(f"/{resource.path}/{{id}}/{deed.name}", response=deed.shape, **about)
    def do(request: HttpRequest, id: PathNumber, body: Body[body_type]) -> HttpResponse:  # type: ignore[valid-type]  # noqa: A002
        def work(caller: Caller) -> HttpResponse:
            record = resource.locked(request, caller, id) if deed.is_one_transaction else resource.again(caller, id)
            return answers.written(deed.shape, deed.run(caller, record, body), HTTPStatus.OK)

        return carry_out(request, work, is_one_transaction=deed.is_one_transaction)


def _mount_part(api: NinjaAPI, resource: Resource, part: Part) -> None:
    about = _about(resource, f"get_{part.name}_of", resource.scope_for("read"), part.text)

    @api.get(f"/{resource.path}/{{id}}/{part.name}", response=part.shape, **about)
    def get_part(request: HttpRequest, id: PathNumber) -> HttpResponse:  # noqa: A002
        caller = caller_of(request)
        return answers.one(request, part.shape, part.read(caller, resource.again(caller, id)), None)
