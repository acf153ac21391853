"""Programmes that an account keeps (network PVR). The field's documents name the tasks and no calls: these are ours."""

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.device_api.rows import address
from headend.interfaces.wire.callers import Viewer, whole
from headend.interfaces.wire.errors import Refused
from headend.kernel.formats import Fields
from headend.viewing.actions import keep_recording, remove_recordings
from headend.viewing.errors import NothingToRemember, NotRecorded, TooManyRecordings
from headend.viewing.models import Recording
from headend.viewing.queries import recordings_of
from headend.viewing.rules import MOST_RECORDINGS, RecordingState, recording_state

MOST_ON_A_PAGE = 100


@DEVICE_API.call(
    "RecordingCreate",
    "GET",
    "/recording/create/",
    errors={
        1: "the archive of this channel does not have it",
        2: f"the account keeps {MOST_RECORDINGS} recordings already",
        404: "no such channel or programme",
    },
    refusals={NothingToRemember: 404, NotRecorded: 1, TooManyRecordings: 2},
    bad_parameter=404,
)
def create(viewer: Viewer, cid: int, pid: int) -> Fields:
    """Keep a programme, before it is on, while it is or after.

    Choice: ours. It plays from the archive of its channel and is kept as long as that reaches back.
    """
    recording = keep_recording(account=viewer.account, channel_id=cid, programme_id=pid, now=viewer.now)
    return {"id": recording.pk}


@DEVICE_API.call("RecordingDelete", "GET", "/recording/delete/", errors={1: "no such recording"})
def delete(viewer: Viewer, id: str) -> Fields:  # noqa: A002 - the wire's word
    """Take a recording away, or with `all` every one. Choice: ours."""
    number = None if id == "all" else int(id) if id.isascii() and id.isdigit() and len(id) < 19 else 0
    if not remove_recordings(account=viewer.account, number=number) and number is not None:
        raise Refused(1)
    return {}


@DEVICE_API.call("RecordingList", "GET", "/recording/list/", errors={1: "a parameter is bad"})
def recordings(viewer: Viewer, limit: int = MOST_ON_A_PAGE, page: int = 1) -> Fields:
    """List what the account keeps, the latest first.

    Choice: ours. `status` is 0 before the programme, 1 while it is on, 2 when all of it can be watched; `url` is empty
    before it begins.
    """
    if not (1 <= limit <= MOST_ON_A_PAGE and 1 <= page <= MOST_RECORDINGS):
        raise Refused(1)
    kept = recordings_of(viewer.account, viewer.now)
    some = kept[(page - 1) * limit : page * limit]
    return {"count": kept.count(), "recordings": [_row(viewer, recording) for recording in some]}


def _row(viewer: Viewer, recording: Recording) -> Fields:
    channel, state = recording.channel, recording_state(recording.starts_at, recording.ends_at, viewer.now)
    begin = int(recording.starts_at.timestamp())
    has_begun = state is not RecordingState.PLANNED
    return {
        "id": recording.pk,
        "program_id": recording.programme_id,
        "program_name": recording.name,
        "begin_time": begin,
        "end_time": int(recording.ends_at.timestamp()),
        "expire_time": int(recording.expires_at.timestamp()),
        "status": state.value,
        "url": address(viewer, "program", cid=channel.pk, pid=recording.programme_id, time=begin) if has_begun else "",
        "channel_id": channel.pk,
        "channel_name": viewer.name_of(channel),
        "channel_icon_url": whole(channel.icon_url),
    }
