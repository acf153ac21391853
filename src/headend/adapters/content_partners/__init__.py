"""Foreign online cinemas and services; each is a module and a line here, by the name that video providers name it with.

No partner's service can be reached without a contract, so the only one here plays a recording: it is what the contract
suite (`tests/ports/content_partners`) and trials work with, and the pattern for a real one.
"""

from headend.adapters.content_partners.recorded import RECORDING, RecordedPartner
from headend.vod.ports import ContentPartner

CONTENT_PARTNERS: dict[str, ContentPartner] = {"recorded": RecordedPartner.from_file(RECORDING)}
