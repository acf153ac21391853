"""A web server that answers as the sources of weather, rates and news do, and counts what it is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from tests.web_server import Quiet, web_server

Answers = Callable[[str, dict[str, str]], tuple[int, bytes]]


@contextmanager
def serving(answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """Serve what `answers` gives for a path and its parameters; gives the address and the paths asked so far."""
    asked: list[str] = []

    class Handler(Quiet):
        def do_GET(self) -> None:
            asked.append(self.path)
            parts = urlsplit(self.path)
            given = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.answer(*answers(parts.path, given))

    with web_server(Handler) as running:
        yield running.url, asked


# As they were answered, with invented numbers.
WEATHER = b"""{"coord":{"lon":19.8335,"lat":45.2671},"weather":[{"id":803,"main":"Clouds","description":"broken clouds",
"icon":"04d"}],"base":"stations","main":{"temp":11.4,"feels_like":10.2,"temp_min":10.9,"temp_max":12.1,"pressure":1017,
"humidity":63},"visibility":10000,"wind":{"speed":3.6,"deg":310},"clouds":{"all":75},"dt":1763770000,
"sys":{"country":"RS","sunrise":1763790000,"sunset":1763825000},"timezone":3600,
"id":3194360,"name":"Novi Sad","cod":200}"""

RATES = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>
<Cube><Cube time='2026-11-20'><Cube currency='USD' rate='1.25'/><Cube currency='GBP' rate='0.8'/>
<Cube currency='HUF' rate='400'/></Cube></Cube></gesmes:Envelope>"""

NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>Town news</title>
<item><title>Bridge &amp; river</title><description>&lt;p&gt;It is &lt;b&gt;open&lt;/b&gt; again.&lt;/p&gt;&lt;img
 src="https://news.example/in-text.jpg"&gt;</description>
<enclosure url="https://news.example/bridge.jpg" type="image/jpeg" length="1"/></item>
<item><title>Пример</title><description>Без картинки</description></item>
<item><title>Third</title><media:thumbnail url="https://news.example/third.png"/></item>
</channel></rss>""".encode()

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>One</title>
<summary type="html">&lt;img src='javascript:x'&gt;text</summary></entry></feed>"""


def usual(path: str, params: dict[str, str]) -> tuple[int, bytes]:
    """What the sources answer on a good day."""
    if path == "/weather":
        return _weather(params)
    found = {"/rates.xml": RATES, "/rss": NEWS, "/atom": ATOM}.get(path)
    return (200, found) if found else (404, b"no")


def _weather(params: dict[str, str]) -> tuple[int, bytes]:
    if params.get("appid") != "sesame":
        return 401, b'{"cod":401, "message":"Invalid API key."}'
    if "Novi Sad" not in (params.get("q"), *({"3194360": "Novi Sad"}.get(params.get("id", ""), ""),)):
        return 404, b'{"cod":"404","message":"city not found"}'
    return 200, WEATHER
