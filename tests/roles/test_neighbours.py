"""Two gates side by side: what one sees of who watches, the other counts."""

import asyncio
import socket
from pathlib import Path

import pytest
from tests.hotpath.gate.callers import House
from tests.hotpath.gate.snapshots import ANDROID, MAG, NEWS

from headend.hotpath.gate import Gate
from headend.roles.neighbours import TELL_SECONDS, Neighbours


def watching(gate: Gate) -> dict[int, list[str]]:
    return {number: sorted(holder.plays) for number, holder in gate.state.accounts.items() if holder.plays}


async def beside(folder: Path, *houses: House) -> list[Neighbours]:
    names = [str(number) for number in range(len(houses))]
    made = [
        Neighbours(house.gate, folder / "gates", name, [other for other in names if other != name])
        for house, name in zip(houses, names, strict=True)
    ]
    for each in made:
        await each.start()
    return made


async def told() -> None:
    await asyncio.sleep(3 * TELL_SECONDS)


def zap(house: House, token: str) -> int:
    return house.call("/channel/url/", authkey=token, cid=NEWS, redirect=0, device="android").json["error"]


@pytest.fixture
def houses() -> tuple[House, House]:
    return House(), House()


def test_what_one_sees_the_other_counts(houses: tuple[House, House], tmp_path: Path) -> None:
    one, other = houses

    async def live() -> None:
        neighbours = await beside(tmp_path, one, other)
        assert await asyncio.to_thread(zap, one, ANDROID) == 0
        await told()
        assert watching(other.gate) == watching(one.gate) != {}
        await asyncio.to_thread(one.call, "/logout/", authkey=ANDROID)
        await told()
        assert watching(other.gate) == {}
        for each in neighbours:
            await each.stop()

    asyncio.run(live())
    assert not list((tmp_path / "gates").iterdir())


def test_a_neighbour_that_is_away_or_talks_nonsense_disturbs_nobody(
    houses: tuple[House, House], tmp_path: Path
) -> None:
    one, other = houses

    async def live() -> None:
        first, second = await beside(tmp_path, one, other)
        await second.stop()
        assert await asyncio.to_thread(zap, one, ANDROID) == 0
        await told()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
            for nonsense in (b"", b"\x00", b"\xff" * 1000, b"\x91\x93\x01\xa1a\x93\x01\x02\xa1x"):
                stranger.sendto(nonsense, str(tmp_path / "gates" / "0.sock"))
        await told()
        assert await asyncio.to_thread(zap, one, MAG) == 0
        await first.stop()

    asyncio.run(live())
