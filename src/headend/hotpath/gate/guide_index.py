"""What is found in a guide beside what is on at a moment: made when first asked for, kept as long as the guide is."""

from functools import cached_property

import msgspec

from headend.playback.ports import ProgrammeView


class _Words(msgspec.Struct, gc=False):
    """What the details of a programme say that programmes are found by; the rest of the JSON is passed over."""

    titles: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it
    categories: tuple[str, ...] = ()
    premiere: str = ""
    is_new: bool = False


_words = msgspec.json.Decoder(_Words)


class GuideIndex:
    """Finds programmes of one guide by their number, a part of their title, their kind and their genres."""

    def __init__(self, programmes: tuple[ProgrammeView, ...]) -> None:
        self._programmes = programmes

    @cached_property
    def _numbers(self) -> tuple[int, int]:
        numbers = [programme.id for programme in self._programmes]
        return (min(numbers), max(numbers)) if numbers else (0, -1)

    def find(self, programme_id: int) -> ProgrammeView | None:
        """The programme with this number; quick when there is none, for there are many guides to look through."""
        first, last = self._numbers
        if not first <= programme_id <= last:
            return None
        return next((each for each in self._programmes if each.id == programme_id), None)

    @cached_property
    def _titles(self) -> str:
        return "\n".join(_searched_text(programme) for programme in self._programmes)

    def titled(self, part: str) -> list[ProgrammeView]:
        """The programmes with this in one of their titles; `part` is casefolded and has no line feed."""
        if part not in self._titles:
            return []
        lines = zip(self._programmes, self._titles.split("\n"), strict=True)
        return [programme for programme, line in lines if part in line]

    @cached_property
    def premieres(self) -> tuple[ProgrammeView, ...]:
        """The programmes that the guide calls new, or a premiere."""
        hinted = (each for each in self._programmes if '"premiere"' in each.details or '"is_new"' in each.details)
        return tuple(each for each in hinted if _is_premiere(_words.decode(each.details)))

    @cached_property
    def categories(self) -> frozenset[int]:
        """The numbers of the kinds that programmes have."""
        return frozenset(programme.category_id for programme in self._programmes if programme.category_id)

    @cached_property
    def genres(self) -> dict[str, list[ProgrammeView]]:
        """The programmes by what the guide itself calls them, in its words."""
        found: dict[str, list[ProgrammeView]] = {}
        for programme in self._programmes:
            if '"categories"' in programme.details:
                for name in _words.decode(programme.details).categories:
                    found.setdefault(name, []).append(programme)
        return found


def _searched_text(programme: ProgrammeView) -> str:
    titles = [programme.title]
    if '"titles"' in programme.details:
        titles += _words.decode(programme.details).titles.values()
    return "\t".join(titles).casefold().replace("\n", " ")


def _is_premiere(words: _Words) -> bool:
    return bool(words.premiere) or words.is_new
