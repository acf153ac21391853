"""What is known of packages, tickets and edges."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from headend.delivery.models import StreamingServer
from headend.ingest.models import (
    Edge,
    EdgeFile,
    EncryptorKind,
    Inbox,
    Incomplete,
    ProviderKey,
    ServiceGroup,
    Ticket,
    TicketChange,
    TitleKey,
)
from headend.ingest.ports import ContentKey
from headend.ingest.rules.states import RUNNING, Kind, LoadMode, State, Work
from headend.ingest.rules.turns import LONGEST_BEHIND_SHORTER, Waiting
from headend.kernel.errors import NotFound
from headend.kernel.sealing import unseal
from headend.operators.models import ApiKey
from headend.vod.models import Asset, Episode, Title

BEGINNING = (State.OPEN, State.WAIT_ENCRYPTING, State.WAIT_TRANSFER, State.WAIT_PUBLICATION)
IS_OPEN = Q(is_open__in=(True,))
"""Compared with a list of one, since SQLite looks a flag up in no index where it stands alone."""
WINDOW = 200  # of each queue: whose turn it is, is decided among so many
LARGE = ("package", "deviations", "files", "encrypted", "work")
"""Fields of tickets that lists do without."""


def work_of(ticket: Ticket) -> Work:
    """What a ticket's package asks for."""
    kept: Mapping[str, Any] = ticket.work
    return Work(**{**kept, "kind": Kind(kept["kind"]), "load_mode": LoadMode(kept["load_mode"])})


def ready_tickets(now: datetime, states: Collection[State] = BEGINNING) -> dict[int, Ticket]:
    """Tickets in these states that may begin a step as far as they themselves are concerned, and that no older one of
    the same asset keeps waiting: of each queue those with the shortest work, and those that waited longest.

    Who waits for its insert lets the insert pass, and so is nobody's older one.
    """
    found: dict[int, Ticket] = {}
    waiting = Ticket.objects.filter(IS_OPEN, state__in=states).order_by().values("state")
    for line in waiting.annotate(first=Min("arrived_at")):
        queue = _queue(line["state"], now)
        found |= {ticket.pk: ticket for ticket in queue.order_by("length", "arrived_at", "pk")[:WINDOW]}
        if line["first"] <= now - LONGEST_BEHIND_SHORTER:
            overdue = queue.filter(arrived_at__lte=now - LONGEST_BEHIND_SHORTER).order_by("arrived_at", "pk")
            found |= {ticket.pk: ticket for ticket in overdue[:WINDOW]}
    return found


def _queue(state: str, now: datetime) -> "QuerySet[Ticket]":
    older = Ticket.objects.filter(
        IS_OPEN,
        Q(arrived_at__lt=OuterRef("arrived_at")) | Q(arrived_at=OuterRef("arrived_at"), pk__lt=OuterRef("pk")),
        operator=OuterRef("operator"),
        asset=OuterRef("asset"),
        awaits_insert=False,
    )
    is_due = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    by_hand = Q(state=State.WAIT_ENCRYPTING, inbox__encryptor=EncryptorKind.MANUAL)
    mine = Ticket.objects.filter(is_due, ~by_hand, IS_OPEN, state=state, is_held=False, awaits_insert=False)
    return mine.filter(~Exists(older)).select_related("inbox").defer("package", "deviations")


def is_needed() -> bool:
    """Say whether there is anything that ingest could work on."""
    return Inbox.objects.filter(is_enabled=True).exists() or Ticket.objects.filter(IS_OPEN).exists()


def inboxes_watched() -> list[Inbox]:
    """The inboxes that are looked into."""
    return list(Inbox.objects.filter(is_enabled=True).order_by("pk"))


def is_anything_going_on(now: datetime, may_begin: bool) -> bool:
    """Say whether tickets are being worked on or moved, or with `may_begin` could be."""
    by_hand = Q(state=State.IN_ENCRYPTING, inbox__encryptor=EncryptorKind.MANUAL)
    running = Ticket.objects.filter(~by_hand, IS_OPEN, state__in=[state.value for state in RUNNING])
    return running.exists() or bool(moving_tickets(1)) or (may_begin and bool(ready_tickets(now)))


def latest_change() -> tuple[int, int]:
    """The numbers of the last ticket and of the last change of one's state."""
    tickets = Ticket.objects.order_by("-pk").values_list("pk", flat=True)
    changes = TicketChange.objects.order_by("-pk").values_list("pk", flat=True)
    return tickets.first() or 0, changes.first() or 0


def counts_since(latest: tuple[int, int], inbox: Inbox | None) -> tuple[int, int, int]:
    """How many packages, of an inbox or of all, were taken, published and rejected since a `latest_change`."""
    mine = Q() if inbox is None else Q(ticket__inbox=inbox)
    changes = TicketChange.objects.filter(mine, pk__gt=latest[1])
    taken = changes.filter(state_left="", ticket__gt=latest[0]).values("ticket").distinct()
    ended = (changes.filter(state_entered=state) for state in (State.CLOSED, State.REJECTED))
    published, rejected = (each.count() for each in ended)
    return taken.count(), published, rejected


def running_tickets() -> list[Ticket]:
    """Tickets that are being worked on, or were when that ended."""
    states = [state.value for state in RUNNING]
    return list(Ticket.objects.filter(IS_OPEN, state__in=states).select_related("inbox").defer("package"))


def moving_tickets(limit: int = 500) -> list[Ticket]:
    """Tickets whose files may not all be where they belong."""
    return list(_moving()[:limit])


def _moving() -> "QuerySet[Ticket]":
    # In the order of their index: by the key alone SQLite would read every ticket that there ever was.
    moving = Ticket.objects.filter(moved_from__gt="").order_by("moved_from", "pk")
    return moving.select_related("inbox").defer("package", "work")


def waiting_of(ticket: Ticket, groups: int) -> Waiting:
    """A ticket as the decision about turns sees it; the query has left out those behind others."""
    return Waiting(
        number=ticket.pk,
        asset=f"{ticket.operator_id} {ticket.asset}",
        state=State(ticket.state),
        arrived_at=ticket.arrived_at,
        work=work_of(ticket),
        groups=groups,
    )


def film_of(operator_id: int, asset: str) -> Title | None:
    """The title that goes by an asset itself."""
    # A title has a hundred columns: whether there is one is asked without them, ten times as fast.
    titles = Title.objects.of(operator_id).filter(external_id=asset).order_by("pk")
    number = titles.values_list("pk", flat=True).first()
    return Title.objects.get(pk=number) if number else None


def episode_of(operator_id: int, asset: str) -> Episode | None:
    """The episode that an asset is published as; packages find it by its file."""
    files = Asset.objects.of(operator_id).filter(external_id=asset).exclude(episode=None).order_by("pk")
    number = files.values_list("episode", flat=True).first()
    return Episode.objects.select_related("title", "season").get(pk=number) if number else None


def withdrawn_words(asset: str) -> str:
    """What stands as the external id of a title that was taken away and that somebody had bought."""
    return f"withdrawn:{asset}"


def withdrawn_title(operator_id: int, asset: str) -> Title | None:
    """The title of an asset that was taken away, kept for those who bought it."""
    return film_of(operator_id, withdrawn_words(asset))


def is_published(operator_id: int, asset: str) -> bool:
    """Say whether there is a title, or an episode, that the asset is published as."""
    titles = Title.objects.of(operator_id).filter(external_id=asset)
    episodes = Asset.objects.of(operator_id).filter(external_id=asset).exclude(episode=None)
    return titles.exists() or episodes.exists()


def impatient_tickets(now: datetime) -> Iterator[Ticket]:
    """Tickets that wait for the insert of their title; the caller says how long is too long."""
    return Ticket.objects.filter(IS_OPEN, awaits_insert=True).select_related("inbox").defer("package").iterator()


def known_fingerprints(inbox: Inbox, fingerprints: Iterable[str]) -> list[str]:
    """Those of some deliveries that have been taken before."""
    known = Ticket.objects.filter(inbox=inbox, fingerprint__in=list(fingerprints))
    return list(known.order_by().values_list("fingerprint", flat=True).distinct())


def same_delivery(inbox: Inbox, fingerprint: str) -> Ticket | None:
    """The ticket of a delivery that is the same, byte for byte, and still counts; None when it has to be taken.

    What was rejected may come again; so may what a later package for the same asset has replaced.
    """
    found: Ticket | None = (
        Ticket.objects.filter(inbox=inbox, fingerprint=fingerprint)
        .exclude(state=State.REJECTED)
        .order_by("-pk")
        .first()
    )
    if found is None or found.is_open:
        return found
    later = Ticket.objects.of(inbox.operator_id).filter(asset=found.asset, pk__gt=found.pk)
    return None if later.exclude(state=State.REJECTED).exists() else found


def guide_asset(inbox: Inbox) -> str:
    """By what the guides of an inbox take their turns: one after the other, also with those of other inboxes that go
    into the same guide source. As long as one of them is on its way the next ones go behind it, whatever was changed.
    """
    mine = Ticket.objects.filter(IS_OPEN, inbox=inbox, kind=Kind.GUIDE).order_by("-pk")
    known: str | None = mine.values_list("asset", flat=True).first()
    together = Inbox.objects.exclude(guide_source=None).filter(guide_source=inbox.guide_source_id).order_by("pk")
    first: int | None = together.values_list("pk", flat=True).first()
    return known or f"guide {first or inbox.pk}"


def groups_named(tickets: Iterable[Ticket]) -> dict[int, tuple[str, ...]]:
    """The service groups that the packages of some tickets name, by the ticket's number."""
    numbers = [ticket.pk for ticket in tickets]
    rows = Ticket.objects.filter(pk__in=numbers).values_list("pk", "package__groups") if numbers else ()
    return {pk: tuple(names or ()) for pk, names in rows}


def groups_of(ticket: Ticket, names: Iterable[str]) -> list[ServiceGroup]:
    """The service groups a package goes to: those it names, else its inbox's, else that of all edges.

    Raises NotFound where it names one that there is not.
    """
    mine = list(ServiceGroup.objects.of(ticket.operator_id).filter(is_enabled=True).order_by("pk"))
    wanted = {name.strip().lower(): name for name in names if name.strip()}
    if unknown := wanted.keys() - {name for group in mine for name in _names_of(group)}:
        raise NotFound(f"there is no service group {wanted[min(unknown)]}")
    if wanted:
        return [group for group in mine if wanted.keys() & _names_of(group)]
    own = set(ticket.inbox.groups.values_list("pk", flat=True))
    return [group for group in mine if group.pk in own] or [group for group in mine if group.has_all_edges][:1]


def _names_of(group: ServiceGroup) -> set[str]:
    return {name.strip().lower() for name in (group.name, *group.also.split(","))} - {""}


def edges_of(group: ServiceGroup) -> list[Edge]:
    """The edges of a service group that are in use."""
    edges = Edge.objects.of(group.operator_id) if group.has_all_edges else group.edges.all()
    return list(edges.filter(is_enabled=True).order_by("pk"))


def servers_of(groups: Iterable[ServiceGroup]) -> list[StreamingServer]:
    """The streaming servers that give what lies on the edges of some groups."""
    numbers = {edge.server_id for group in groups for edge in edges_of(group) if edge.server_id}
    return list(StreamingServer.objects.filter(pk__in=numbers).order_by("pk"))


def played_of(title: Title) -> set[str]:
    """The names on edges that a title plays."""
    return set(title.assets.exclude(file_name="").values_list("file_name", flat=True))


def edges_to_clean(now: datetime) -> list[Edge]:
    """The edges in use on which files lie whose time has come to be taken away."""
    due = EdgeFile.objects.filter(remove_after__lte=now).order_by().values("edge")
    return list(Edge.objects.filter(pk__in=due, is_enabled=True).order_by("pk"))


def files_to_remove(edge: Edge, now: datetime, limit: int = 100) -> list[EdgeFile]:
    """The files that have to be taken off an edge, those first that have waited longest."""
    return list(edge.files.filter(remove_after__lte=now).order_by("remove_after", "pk")[:limit])


def count_by_state(tickets: "QuerySet[Ticket] | None" = None) -> dict[str, int]:
    """How many of these tickets, or of all, are in each state."""
    counted = Ticket.objects.all() if tickets is None else tickets
    return dict(counted.order_by().values_list("state").annotate(number=Count("pk")))


def incomplete_packages() -> "QuerySet[Incomplete]":
    """Descriptions that wait for files, those first that wait longest."""
    return Incomplete.objects.select_related("inbox").order_by("since", "pk")


def waiting_packages() -> int:
    """How many packages are not through, or not even complete."""
    return Ticket.objects.filter(IS_OPEN).count() + Incomplete.objects.count()


def tickets_of(operator_id: int, state: str = "", text: str = "") -> "QuerySet[Ticket]":
    """An operator's tickets in a state, or with a text in their asset, name or file; newest first."""
    found = Ticket.objects.of(operator_id).select_related("inbox").defer("package", "deviations")
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(Q(asset__icontains=text) | Q(name__icontains=text) | Q(file_name__icontains=text))
    return found.order_by("-pk")


def ticket_numbered(operator_id: int, number: int) -> Ticket:
    """One of an operator's tickets; raises NotFound."""
    found: Ticket | None = Ticket.objects.of(operator_id).select_related("inbox").filter(pk=number).first()
    if found is None:
        raise NotFound(f"there is no ticket {number}")
    return found


def keys_of(operator_id: int, key_ids: Iterable[str]) -> list[TitleKey]:
    """The keys of an operator with these ids, of titles that were published."""
    keys = TitleKey.objects.of(operator_id).filter(key_id__in=list(key_ids)).exclude(title=None)
    return list(keys.select_related("title__price_category"))


def content_key(key: TitleKey, sealing_key: str) -> ContentKey:
    """A key in clear; never to be logged. Raises BadSeal."""
    return ContentKey(key.key_id, unseal(key.sealed_key, sealing_key))


def inboxes_seen_by(key: ApiKey) -> "QuerySet[Inbox]":
    """The inboxes that a key of the REST API may know of: a provider's its own, others all of the operator."""
    mine: QuerySet[Inbox] = Inbox.objects.of(key.operator_id)
    of_provider = ProviderKey.objects.filter(key=key).first()
    return mine if of_provider is None else mine.filter(provider_keys=of_provider)


def packages_seen_by(key: ApiKey) -> "QuerySet[Ticket]":
    """The packages that a key of the REST API may know of."""
    return Ticket.objects.of(key.operator_id).filter(inbox__in=inboxes_seen_by(key).order_by().values("pk"))
