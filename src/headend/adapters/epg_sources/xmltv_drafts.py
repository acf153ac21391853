"""What a guide's programmes and channels become, however they were read."""

from datetime import tzinfo

from headend.adapters.epg_sources.xmltv_elements import LONGEST_NAME, Attributes, Values
from headend.adapters.epg_sources.xmltv_times import Times
from headend.catalog.ports import (
    ChannelDraft,
    Credits,
    Episode,
    GuideItem,
    KnownProgramme,
    Problem,
    ProgrammeDetails,
    ProgrammeDraft,
)
from headend.catalog.rules import oldest_age


class Drafts:
    """Makes items of attributes and values; `items` has them in the guide's order until somebody takes them away."""

    def __init__(self, zone: tzinfo) -> None:
        self.items: list[GuideItem] = []
        self._times = Times(zone)

    def channel(self, line: int, attributes: Attributes, values: Values) -> None:
        """Add a channel, or what is wrong with it."""
        guide_id, names = attributes.get("id", "").strip(), values.get("names", ())
        if 0 < len(guide_id) <= LONGEST_NAME:
            self.items.append(ChannelDraft(line, guide_id, names, values.get("icons", ("",))[0]))
        else:
            reason = "no id" if not guide_id else f"the id is longer than {LONGEST_NAME} characters"
            self.items.append(Problem(line, reason, names[0] if names else guide_id[:LONGEST_NAME]))

    def known(self, line: int, attributes: Attributes, fingerprint: int) -> None:
        """Add a programme of which only the times and the channel are wanted."""
        stop = self._stop(line, attributes["stop"], "") if "stop" in attributes else None
        guide_id = attributes["channel"].strip()
        self.items.append(KnownProgramme(line, guide_id, self._times[attributes["start"]], stop, fingerprint))

    def programme(self, line: int, attributes: Attributes, values: Values, fingerprint: int) -> None:
        """Add a programme, or what is wrong with it."""
        guide_id, title = attributes.get("channel", "").strip(), values.pop("title", "")
        values.pop("names", None)
        if not title or not 0 < len(guide_id) <= LONGEST_NAME:
            self._miss(line, "no title" if guide_id else "no channel", title or guide_id[:LONGEST_NAME])
            return
        try:
            start = self._times[attributes["start"]]
        except KeyError:
            self._miss(line, "no start", title)
            return
        except ValueError as error:
            self._miss(line, f"start {attributes['start'][:40]!r}: {error}", title)
            return
        stop = self._stop(line, attributes["stop"], title) if "stop" in attributes else None
        age = oldest_age(values["ratings"]) if "ratings" in values else 0
        if "catchup-id" in attributes:
            values["catchup_id"] = attributes["catchup-id"][:LONGEST_NAME]
        self.items.append(ProgrammeDraft(line, guide_id, start, stop, title, age, _details(values), fingerprint))

    def _miss(self, line: int, message: str, name: str) -> None:
        self.items.append(Problem(line, message, name))

    def _stop(self, line: int, text: str, title: str) -> int | None:
        try:
            return self._times[text]
        except ValueError as error:
            self.items.append(Problem(line, f"stop {text[:40]!r}: {error}", title, is_loss=False))
            return None


def _details(values: Values) -> ProgrammeDetails:
    if "credits" in values:
        values["credits"] = Credits(**values["credits"])
    if "episode" in values:
        values["episode"] = Episode(**values["episode"])
    return ProgrammeDetails(**values)
