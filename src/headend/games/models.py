"""Games of an operator, and the records of accounts in them."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from headend.operators.models import Localized, OperatorOwned
from headend.subscribers.models import Account


class Game(OperatorOwned, Localized):
    """A game that portals have. `system_name` is what they call it."""

    system_name = models.CharField(
        _("system name"),
        max_length=60,
        validators=[RegexValidator(r"^[A-Za-z0-9_.-]+$")],
        help_text=_("By which portals name it: letters, digits, dots, dashes."),
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)
    sort = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("game")
        verbose_name_plural = _("games")
        ordering = ("sort", "name")
        constraints = (models.UniqueConstraint(fields=("operator", "system_name"), name="game_system_name"),)


class GameRecord(OperatorOwned):
    """The best that an account has reached in a game."""

    game = models.ForeignKey(Game, models.CASCADE, related_name="records", verbose_name=_("game"))
    account = models.ForeignKey(Account, models.CASCADE, related_name="game_records", verbose_name=_("account"))
    score = models.BigIntegerField(_("score"))
    reached_at = models.DateTimeField(_("reached"))

    class Meta:
        verbose_name = _("game record")
        verbose_name_plural = _("game records")
        ordering = ("game", "-score", "reached_at")
        constraints = (models.UniqueConstraint(fields=("game", "account"), name="game_record_once"),)
        indexes = (models.Index(fields=("game", "-score", "reached_at"), name="game_scoreboard"),)

    def __str__(self) -> str:
        return f"{self.account} {self.score}"
