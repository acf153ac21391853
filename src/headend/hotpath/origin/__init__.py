"""The built-in origin: plays a few encoded loops as live television, start-over and archive, by the clock alone.

It knows no channels and no database: a token says who may watch which stream, and a stream is a loop's name or a
number. It is no packager: it makes playlists, and hands out segments that lie ready.
"""
