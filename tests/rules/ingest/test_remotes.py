"""Names on edges: safe, different for different files, and a folder for each delivery."""

from hypothesis import given
from hypothesis import strategies as st

from headend.ingest.rules.remotes import is_watched, remote_folder, remote_name


def test_a_plain_name_stays() -> None:
    assert remote_name("film.com/ABCD1", 7, "film.ts").endswith("/7/film.ts")


@given(st.text(min_size=1), st.text(min_size=1))
def test_names_are_safe_and_stay_apart(first: str, second: str) -> None:
    made = [remote_name("a/b", 1, each.replace("/", "")) for each in (first, second)]
    for name in made:
        assert not set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")
        assert ".." not in name.split("/")
    assert (made[0] == made[1]) == (first.replace("/", "") == second.replace("/", ""))


def test_what_lies_beside_a_playlist_is_watched_with_it() -> None:
    folder = remote_folder("a/b", 1)
    played = {f"{folder}/0/master.m3u8", f"{folder}/preview.ts"}
    assert is_watched(f"{folder}/0/video.mp4", played)
    assert is_watched(f"{folder}/preview.ts", played)
    assert not is_watched(f"{folder}/film.ts", played)
    assert not is_watched(remote_folder("a/b", 2) + "/preview.ts", played)
