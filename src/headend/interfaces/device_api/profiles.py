"""Under what a household watches, and the look of its portal."""

from headend.interfaces.device_api import DEVICE_API
from headend.interfaces.wire.callers import Viewer
from headend.interfaces.wire.errors import Refused
from headend.kernel.errors import Invalid
from headend.kernel.formats import Fields
from headend.subscribers.actions import change_account, name_profile
from headend.subscribers.queries import account_profiles, portal_template, profiles_of


@DEVICE_API.call("ProfileList", "GET", "/profile/list/")
def list_profiles(viewer: Viewer) -> Fields:
    """List the profiles that the operator offers."""
    return {
        "profiles": [
            {
                "id": profile.pk,
                "name": viewer.localized(profile),
                "default": int(profile.is_default),
                "show_adult_content": int(profile.shows_adult_content),
                "description": profile.description,
            }
            for profile in profiles_of(viewer.operator.pk)
        ]
    }


@DEVICE_API.call("AccountSettingsList", "GET", "/account/settings/list/", has_message=False)
def list_account_profiles(viewer: Viewer) -> Fields:
    """List what the account calls its profiles, those that it has given a name."""
    return {
        "account_settings": [
            {"name": own.name, "profile_id": own.profile_id, "profile_name": viewer.localized(own.profile)}
            for own in account_profiles(viewer.account)
        ]
    }


@DEVICE_API.call(
    "AccountProfileSettingsModify",
    "GET",
    "/account/profile/settings/modify/",
    errors={1: "no such profile", 2: "a name has 1 to 60 characters"},
    refusals={Invalid: 2},
    has_message=False,
    writes=True,
)
def rename_profile(viewer: Viewer, profile_id: int, name: str = "") -> Fields:
    """Let the account call a profile by a name of its own."""
    profile = profiles_of(viewer.operator.pk).filter(pk=profile_id).first()
    if profile is None:
        raise Refused(1)
    name_profile(actor=viewer.actor, account=viewer.account, profile=profile, name=name)
    return {}


@DEVICE_API.call(
    "AccountSettingsModify",
    "GET",
    "/account/settings/modify/",
    errors={1: "no such template"},
    has_message=False,
    writes=True,
)
def choose_template(viewer: Viewer, template_system_name: str = "", template_id: int | None = None) -> Fields:
    """Choose the look of the account's portal, by name or by number.

    Choice: where both are given, both have to be the same template's.
    """
    template = portal_template(viewer.operator.pk, number=template_id, system_name=template_system_name)
    if template is None:
        raise Refused(1)
    change_account(actor=viewer.actor, account=viewer.account, template=template.system_name)
    return {}
