"""Inboxes, tickets and their history, service groups and edges, transfers, and who is at work."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from headend.catalog.models import GuideChannel, GuideSource
from headend.delivery.models import StreamingServer
from headend.ingest.rules.folders import FOLDERS
from headend.ingest.rules.states import Kind, LoadMode, State
from headend.operators.models import ApiKey, OperatorOwned
from headend.vod.models import PriceCategory, Title, VideoProvider

STATES = {
    State.OPEN: _("open"),
    State.WAIT_ENCRYPTING: _("waits for encryption"),
    State.IN_ENCRYPTING: _("is encrypted now"),
    State.ENCRYPTED: _("encrypted"),
    State.WAIT_TRANSFER: _("waits for transfer"),
    State.IN_TRANSFER: _("in transfer"),
    State.WAIT_PUBLICATION: _("waits for publication"),
    State.IN_PUBLICATION: _("in publication"),
    State.CLOSED: pgettext_lazy("ticket", "closed"),
    State.REJECTED: _("rejected"),
}
STATE_CHOICES = [(state.value, label) for state, label in STATES.items()]
KINDS = [(Kind.TITLE.value, pgettext_lazy("film or series", "title")), (Kind.GUIDE.value, _("guide"))]
LOAD_MODES = [
    (LoadMode.INSERT.value, _("insert")),
    (LoadMode.UPDATE.value, _("update")),
    (LoadMode.UNPUBLISH.value, _("unpublish")),
]
LONGEST_PATH = 511
"""Of a file in an inbox, relative to that: its own name, and perhaps that of a subfolder."""


def default_folders() -> dict[str, str]:
    return dict(FOLDERS)


class TransportKind(models.TextChoices):
    FOLDER = "folder", _("folder")
    FTP = "ftp", "FTP"
    FTPS = "ftps", "FTPS"
    SFTP = "sftp", "SFTP"


class EncryptorKind(models.TextChoices):
    NONE = "none", _("none: files go out as they came")
    MANUAL = "manual", _("by hand: somebody reports the result")
    SHAKA = "shaka", _("Shaka Packager: HLS and DASH with keys of our own")
    PLAIN = "plain", _("Shaka Packager: HLS and DASH without encryption")


class Scheme(models.TextChoices):
    """How bytes are encrypted: names of Common Encryption (ISO/IEC 23001-7)."""

    CBCS = "cbcs", _("cbcs: Apple's and newer players")
    CENC = "cenc", _("cenc: older boxes, not Apple's")


class Edge(OperatorOwned):
    """A server that gives films to subscribers, and how files get there."""

    name = models.CharField(_("name"), max_length=100)
    transport = models.CharField(_("reached by"), max_length=10, choices=TransportKind.choices)
    host = models.CharField(_("host"), max_length=255, blank=True)
    port = models.PositiveIntegerField(_("port"), default=0, help_text=_("0: the usual one."))
    username = models.CharField(_("user name"), max_length=100, blank=True)
    sealed_password = models.TextField(editable=False, blank=True)
    path = models.CharField(_("folder"), max_length=500, blank=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    bytes_per_second = models.PositiveBigIntegerField(
        _("most bytes a second"), default=0, help_text=_("0: as fast as it goes.")
    )
    server = models.ForeignKey(
        StreamingServer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("streaming server"),
        help_text=_("Which gives what lies on this edge to subscribers."),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    checked_at = models.DateTimeField(_("looked at"), null=True, blank=True, editable=False)
    failure = models.CharField(_("failure"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("edge")
        verbose_name_plural = _("edges")
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="ingest_edge_name"),)

    def __str__(self) -> str:
        return self.name


class ServiceGroup(OperatorOwned):
    """Edges that get the same films; packages name it."""

    name = models.CharField(_("name"), max_length=60)
    also = models.CharField(
        _("also called"), max_length=200, blank=True, help_text=_("Other spellings in packages, separated by commas.")
    )
    has_all_edges = models.BooleanField(_("has all edges"), default=False, help_text=_("Also those to come."))
    edges = models.ManyToManyField(Edge, blank=True, related_name="groups", verbose_name=_("edges"))
    multicast = models.JSONField(
        _("multicast"), default=dict, blank=True, help_text=_("Address, port and interface for all edges at once.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("service group")
        verbose_name_plural = _("service groups")
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="ingest_group_name"),)

    def __str__(self) -> str:
        return self.name


class Inbox(OperatorOwned):
    """A folder in which a provider leaves packages, and how they are read."""

    name = models.CharField(_("name"), max_length=100)
    path = models.CharField(
        _("folder"), max_length=500, help_text=_("Where packages are left; relative to the data directory.")
    )
    folders = models.JSONField(_("names of folders"), default=default_folders, blank=True)
    format = models.CharField(
        _("format"), max_length=20, blank=True, help_text=_("Empty: recognised by its beginning.")
    )
    profile = models.JSONField(_("profile"), default=dict, blank=True)
    provider = models.ForeignKey(
        VideoProvider, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("provider")
    )
    groups = models.ManyToManyField(ServiceGroup, blank=True, related_name="inboxes", verbose_name=_("service groups"))
    encryptor = models.CharField(
        _("encryption"), max_length=10, choices=EncryptorKind.choices, default=EncryptorKind.NONE
    )
    scheme = models.CharField(
        _("encryption scheme"),
        max_length=4,
        choices=Scheme.choices,
        default=Scheme.CBCS,
        help_text=_("Of what is encrypted with keys of our own from now on."),
    )
    price_category = models.ForeignKey(
        PriceCategory, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("price category")
    )
    guide_source = models.ForeignKey(
        GuideSource,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("guide source"),
        help_text=_("Into which its events and guides go; made with the first of them."),
    )
    stable_seconds = models.PositiveSmallIntegerField(
        _("unchanged for seconds"), default=5, help_text=_("Before a file counts as arrived.")
    )
    poll_seconds = models.PositiveSmallIntegerField(_("looked into every seconds"), default=5)
    grace_minutes = models.PositiveSmallIntegerField(
        _("minutes that files may be late"),
        default=15,
        help_text=_("Behind their description, and behind each other. 0: the description comes last."),
    )
    patience_hours = models.PositiveSmallIntegerField(
        _("hours that an update waits"), default=24, help_text=_("For the package that inserts its title.")
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    looked_at = models.DateTimeField(_("looked into"), null=True, blank=True, editable=False)
    failure = models.CharField(_("failure"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("inbox")
        verbose_name_plural = _("inboxes")
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("operator", "name"), name="ingest_inbox_name"),)

    def __str__(self) -> str:
        return self.name


class Incomplete(models.Model):
    """A description that waits in its inbox for files; `since` is when something of its package came last."""

    inbox = models.ForeignKey(Inbox, models.CASCADE, related_name="incomplete", verbose_name=_("inbox"))
    file_name = models.CharField(_("file"), max_length=LONGEST_PATH)
    missing = models.JSONField(_("missing files"), default=list)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("incomplete package")
        verbose_name_plural = _("incomplete packages")
        ordering = ("since", "id")

    def __str__(self) -> str:
        return self.file_name


class ProviderKey(models.Model):
    """A key of the REST API that sees the packages of some inboxes and nothing else: a provider's.

    It stays one when its inboxes are gone, and then sees nothing.
    """

    key = models.OneToOneField(ApiKey, models.CASCADE, related_name="+")
    inboxes = models.ManyToManyField(Inbox, blank=True, related_name="provider_keys", verbose_name=_("inboxes"))

    class Meta:
        verbose_name = _("provider's key")
        verbose_name_plural = _("providers' keys")


class Ticket(OperatorOwned):
    """A package on its way.

    `package` is what was read; `file_name` is its description's path in the inbox. `files` says where each of its files
    lies now: path in the inbox → path in `folder`, a plain name or behind a subfolder's, where the package came in one;
    with `moved_from` some of them may still lie there. `encrypted` is what an encryptor made of each movie
    (ports.Encrypted). `is_open` and `length` (rules.turns.Length) are what indexes need of the state and the work.
    `awaits_insert`: it changes a title that nobody has inserted yet, and lets the insert pass.
    """

    inbox = models.ForeignKey(Inbox, models.PROTECT, related_name="tickets", verbose_name=_("inbox"))
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    asset = models.CharField(_("asset"), max_length=100)
    load_mode = models.CharField(_("load mode"), max_length=10, choices=LOAD_MODES)
    name = models.CharField(_("name"), max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=LONGEST_PATH)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=20, choices=STATE_CHOICES, default=State.OPEN.value)
    is_open = models.BooleanField(default=True, editable=False)
    folder = models.CharField(_("folder"), max_length=20)
    files: Any = models.JSONField(default=dict)
    package: Any = models.JSONField(default=dict)
    encrypted: Any = models.JSONField(default=dict)
    deviations: Any = models.JSONField(_("deviations"), default=list)
    work: Any = models.JSONField(default=dict)
    length = models.PositiveSmallIntegerField(default=0, editable=False)
    moved_from = models.CharField(max_length=20, blank=True, editable=False)
    is_held = models.BooleanField(_("held"), default=False)
    awaits_insert = models.BooleanField(_("waits for its insert"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    arrived_at = models.DateTimeField(_("arrived"))
    changed_at = models.DateTimeField(_("changed"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    title = models.ForeignKey(
        Title,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("film or series", "title"),
    )

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("operator", "asset", "is_open"), name="ingest_ticket_asset"),
            models.Index(fields=("is_open", "state", "length", "arrived_at"), name="ingest_ticket_turn"),
            models.Index(fields=("is_open", "state", "arrived_at"), name="ingest_ticket_overdue"),
            models.Index(fields=("operator", "state", "arrived_at"), name="ingest_ticket_board"),
            models.Index(fields=("inbox", "fingerprint"), name="ingest_ticket_print"),
            models.Index(fields=("operator", "file_name"), name="ingest_ticket_file"),
            models.Index(fields=("moved_from",), name="ingest_ticket_moving"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.name or self.asset}"


class TicketChange(models.Model):
    """That a ticket came from one state into another: when, by whom and why. `state_left` is "" for a new one."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="history", verbose_name=_("package"))
    at = models.DateTimeField(_("time"))
    state_left = models.CharField(_("from"), max_length=20, choices=STATE_CHOICES, blank=True)
    state_entered = models.CharField(_("to"), max_length=20, choices=STATE_CHOICES)
    actor_name = models.CharField(_("by"), max_length=200)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("change of state")
        verbose_name_plural = _("changes of state")
        ordering = ("ticket", "id")


class TransferState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Transfer(OperatorOwned):
    """A file of a ticket on its way to an edge, in a service group. `remote` is its name on the edge.

    `bytes_done` and `changed_at` are written now and then while it runs, `bytes_before` is what was there when it began
    or went on at `started_at`: speed and time left come from them.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="transfers", verbose_name=_("package"))
    group = models.ForeignKey(ServiceGroup, models.CASCADE, related_name="+", verbose_name=_("service group"))
    edge = models.ForeignKey(Edge, models.CASCADE, related_name="transfers", verbose_name=_("edge"))
    file_name = models.CharField(_("file"), max_length=255)
    remote = models.CharField(_("name on the edge"), max_length=500)
    state = models.CharField(_("state"), max_length=10, choices=TransferState.choices, default=TransferState.WAITING)
    bytes_total = models.PositiveBigIntegerField(_("size"), default=0)
    bytes_done = models.PositiveBigIntegerField(_("sent"), default=0)
    bytes_before = models.PositiveBigIntegerField(default=0, editable=False)
    sha256 = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    by_multicast = models.BooleanField(_("by multicast"), default=False)
    failure = models.CharField(_("failure"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("ticket", "edge", "remote"), name="ingest_transfer_once"),)
        indexes = (models.Index(fields=("state", "group"), name="ingest_transfer_running"),)


class EdgeFile(OperatorOwned):
    """A file that lies on an edge for a title: what is taken away again when the title is unpublished."""

    edge = models.ForeignKey(Edge, models.CASCADE, related_name="files", verbose_name=_("edge"))
    asset = models.CharField(_("asset"), max_length=100)
    remote = models.CharField(_("name on the edge"), max_length=500)
    size = models.PositiveBigIntegerField(_("size"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    remove_after = models.DateTimeField(_("to be taken away after"), null=True, blank=True)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("file on an edge")
        verbose_name_plural = _("files on edges")
        ordering = ("edge", "remote")
        constraints = (models.UniqueConstraint(fields=("edge", "remote"), name="ingest_edge_file"),)
        indexes = (
            models.Index(fields=("operator", "asset"), name="ingest_edge_file_asset"),
            models.Index(fields=("remove_after",), name="ingest_edge_file_gone"),
        )


class EventPlace(models.Model):
    """Where an event stands in the guide, so that an update of it finds the programme that it changes.

    `number` is the provider's own, `start` in seconds since the epoch, as in Programme.
    """

    source = models.ForeignKey(GuideSource, models.CASCADE, related_name="+")
    number = models.CharField(max_length=100)
    guide_channel = models.ForeignKey(GuideChannel, models.CASCADE, related_name="+")
    start = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "number"), name="ingest_event_place"),)
        indexes = (models.Index(fields=("source", "start"), name="ingest_event_start"),)


class TitleKey(OperatorOwned):
    """The key with which the files of a title are encrypted, sealed."""

    title = models.ForeignKey(Title, models.SET_NULL, null=True, related_name="keys")
    asset = models.CharField(_("asset"), max_length=100)
    key_id = models.CharField(_("key id"), max_length=32, unique=True)
    sealed_key = models.TextField(editable=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        ordering = ("-id",)
        indexes = (models.Index(fields=("operator", "asset"), name="ingest_key_asset"),)


class Mode(models.TextChoices):
    WORK = "work", _("works")
    DRAIN = "drain", _("ends what runs and begins nothing")
    STOP = "stop", _("stands still")


class Lease(models.Model):
    """Who is at work. `number` rises with each who takes over and is compared at every write; `beats` rises while the
    holder lives: who sees it stand still may take over. No clock of one machine is compared with another's."""

    name = models.CharField(max_length=40, unique=True)
    holder = models.CharField(_("who works"), max_length=100, blank=True)
    number = models.PositiveBigIntegerField(default=0)
    beats = models.PositiveBigIntegerField(default=0)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.WORK)
    transfers = models.PositiveSmallIntegerField(_("transfers at once"), default=4)
    encryptions = models.PositiveSmallIntegerField(_("encryptions at once"), default=1)

    class Meta:
        verbose_name = _("ingest's work")
        verbose_name_plural = _("ingest's work")


class LogLevel(models.TextChoices):
    INFO = "info", _("information")
    WARNING = "warning", _("warning")
    ERROR = "error", _("error")


class LogEntry(OperatorOwned):
    """What happened in ingest, for people: beside the history of tickets, which has their states only."""

    at = models.DateTimeField(_("time"))
    level = models.CharField(_("level"), max_length=10, choices=LogLevel.choices, default=LogLevel.INFO)
    text = models.CharField(_("text"), max_length=500)
    inbox = models.ForeignKey(Inbox, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("inbox"))
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, blank=True, related_name="log", verbose_name=_("package")
    )

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        ordering = ("-id",)
        indexes = (models.Index(fields=("operator", "level", "at"), name="ingest_log_level"),)
