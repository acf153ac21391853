"""What is in media files."""

from headend.adapters.media.ffprobe import Ffprobe

__all__ = ["Ffprobe"]
