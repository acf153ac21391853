"""The twelve channels of the demonstration and what each shows: its name, a counter and a tone of its own."""

from headend.adapters.encoders.loops import LoopSpec

# Name of the loop (which is the stream's id), name of the channel, the background's colour. The tones are those of
# the C major scale from C4 upwards (Hz, rounded), so that each channel is told apart by ear too.
LOOPS = (
    LoopSpec("one", "One", 262, (30, 64, 120)),
    LoopSpec("news", "News 24", 294, (150, 30, 40)),
    LoopSpec("sport", "Sport", 330, (20, 110, 60)),
    LoopSpec("cinema", "Cinema", 349, (60, 30, 90)),
    LoopSpec("series", "Series", 392, (120, 60, 20)),
    LoopSpec("kids", "Kids", 440, (200, 120, 20)),
    LoopSpec("music", "Music", 494, (160, 30, 120)),
    LoopSpec("nature", "Nature", 523, (50, 120, 30)),
    LoopSpec("history", "History", 587, (110, 90, 50)),
    LoopSpec("science", "Science", 659, (20, 110, 130)),
    LoopSpec("local", "Local", 698, (70, 80, 90)),
    LoopSpec("night", "Night", 784, (25, 25, 50)),
)
