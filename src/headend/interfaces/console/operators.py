"""Screens of operators, their staff, dealers and API keys."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from headend.interfaces.console.bulk import STATE_COLOURS, BulkActions, Switchable
from headend.interfaces.console.exchange import ExchangeAdmin
from headend.interfaces.console.fields import SecretField, TickedWordsField, WordsField, ZoneField
from headend.interfaces.console.filters import PresenceFilter, WordsFilter
from headend.interfaces.console.forms import ConsoleForm
from headend.interfaces.console.lists import Counted
from headend.interfaces.console.permissions import ENTITIES
from headend.interfaces.console.reach import only_operator, reachable, staff_of
from headend.interfaces.console.screens import ConsoleAdmin, actor_of
from headend.interfaces.console.sheets import Sheet
from headend.interfaces.console.words import APIS, ROLES, word_for
from headend.operators.actions import issue_key, save, save_operator
from headend.operators.models import ApiKey, Dealer, Operator, Staff
from headend.operators.rules import SCOPES, Api, Role


class OperatorSheet(Sheet):
    model = Operator
    columns = (
        "name",
        "parent",
        "uid",
        "is_active",
        "email",
        "domain_prefix",
        "site_url",
        "logo_url",
        "time_zone",
        "language",
        "extra_languages",
        "currency",
        "billing_mode",
        "max_trial_days",
        "contract_number_mask",
        "invoice_number_mask",
        "portal_url",
        "external_id",
    )
    keys = (("name",),)


class OperatorScreen(Switchable, ExchangeAdmin):
    sheet = OperatorSheet
    switch_field = "is_active"
    may_import = False
    list_display = ("name", "uid", "parent", "state", "staff_members", "time_zone", "currency", "created_at")
    list_filter = (("is_active", BooleanRadioFilter), ("billing_mode", ChoicesDropdownFilter))
    list_select_related = ("parent",)
    search_fields = ("name", "uid", "external_id", "domain_prefix")
    autocomplete_fields = ("parent",)
    field_types = {
        "extra_languages": lambda **o: WordsField(pattern=r"[a-z]{2,3}(-[A-Za-z]{2,4})?", most=5, **o),
        "time_zone": ZoneField,
    }
    counts = {"staff_members": Counted(_("staff"), "staff", "operators.staff", "operator__id__exact")}
    readonly_fields = ("created_at",)
    fieldsets = (
        (None, {"fields": ("name", ("uid", "is_active"), "parent", ("email", "external_id"), "created_at")}),
        (
            _("Languages and money"),
            {
                "classes": ["tab"],
                "fields": (
                    ("language", "extra_languages"),
                    "time_zone",
                    ("currency", "billing_mode"),
                    "max_trial_days",
                    ("contract_number_mask", "invoice_number_mask"),
                ),
            },
        ),
        (
            _("Addresses"),
            {"classes": ["tab"], "fields": ("domain_prefix", "site_url", "logo_url", "portal_url")},
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = super().get_readonly_fields(request, obj)
        if staff_of(request).is_superuser or obj is None:
            return fixed
        # Nobody takes their own operator out of the tree, closes it, or chooses how it pays.
        own = obj.pk == staff_of(request).operator_id
        return [*fixed, "parent", "billing_mode", "uid", "max_trial_days", *(["is_active"] if own else [])]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return super().get_actions(request) if staff_of(request).is_superuser else {}

    def save_model(self, request: HttpRequest, obj: Operator, form: Any, change: bool) -> None:
        save_operator(actor=actor_of(request), operator=obj)


class StaffForm(ConsoleForm):
    new_password = SecretField(label=_("New password"), help_text=_("Empty: it stays as it is."))

    def clean_new_password(self) -> str:
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        elif not self.instance.pk:
            raise ValidationError(_("A password is needed."))
        return password

    def take_own_fields(self) -> None:
        if self.cleaned_data.get("new_password"):
            self.instance.set_password(self.cleaned_data["new_password"])
        self.instance.is_staff = True
        if "is_superuser" not in self.fields and self.instance.role != Role.SUPERUSER:
            self.instance.is_superuser = False


class StaffSheet(Sheet):
    model = Staff
    columns = (
        "username",
        "first_name",
        "last_name",
        "email",
        "role",
        "dealer",
        "language",
        "time_zone",
        "is_active",
        "last_login",
    )


class RoleFilter(WordsFilter):
    words = ROLES


class StaffScreen(Switchable, ExchangeAdmin):
    sheet = StaffSheet
    switch_field = "is_active"
    may_import = False
    form = StaffForm
    list_display = ("username", "full_name", "role_label", "dealer", "state", "last_login")
    list_filter = (("role", RoleFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("dealer",)
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    autocomplete_fields = ("operator", "dealer")
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = ("last_login", "date_joined")
    field_types = {"time_zone": lambda **o: ZoneField(blank=True, **o)}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("username", "new_password"),
                    ("first_name", "last_name"),
                    "email",
                    "operator",
                    ("role", "dealer"),
                    ("is_active", "is_superuser"),
                )
            },
        ),
        (_("Console"), {"classes": ["tab"], "fields": (("language", "time_zone"), ("last_login", "date_joined"))}),
        (_("Further rights"), {"classes": ["tab"], "fields": ("groups", "user_permissions")}),
    )

    def hidden_fields(self, request: HttpRequest, obj: Any = None) -> set[str]:
        hidden = super().hidden_fields(request, obj)
        # What gives rights beyond a role is in the hands of superusers.
        return hidden if staff_of(request).is_superuser else hidden | {"is_superuser", "groups", "user_permissions"}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fixed = [name for name in super().get_readonly_fields(request, obj) if name != "operator"]
        return fixed if staff_of(request).is_superuser or obj is None else [*fixed, "operator"]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            roles = [role for role in Role if role is not Role.SUPERUSER or staff_of(request).is_superuser]
            kwargs["choices"] = [(role.value, ROLES[role]) for role in roles]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            choices = [("", _("as the browser asks")), *settings.LANGUAGES]
            widget = UnfoldAdminSelectWidget()
            return forms.ChoiceField(label=_("Console language"), choices=choices, required=False, widget=widget)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def _choices(self, db_field: Any, request: HttpRequest) -> Any:
        if db_field.name == "user_permissions":
            return Permission.objects.filter(content_type__app_label__in=ENTITIES).select_related("content_type")
        return super()._choices(db_field, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and obj != staff_of(request)

    @display(description=_("name"))
    def full_name(self, obj: Staff) -> str:
        return obj.get_full_name() or "—"

    @display(description=_("role"), ordering="role")
    def role_label(self, obj: Staff) -> str:
        return word_for(ROLES, obj.role)


class DealerSheet(Sheet):
    model = Dealer
    columns = ("name", "contact", "email", "phone", "is_active", "allowed_subnets")
    keys = (("name",),)


class DealerScreen(Switchable, ExchangeAdmin):
    sheet = DealerSheet
    switch_field = "is_active"
    list_display = ("name", "contact", "email", "phone", "state", "customers")
    list_filter = (("is_active", BooleanRadioFilter),)
    search_fields = ("name", "contact", "email", "phone")
    counts = {"customers": Counted(_("customers"), "customer", "subscribers.customer", "dealer__id__exact")}
    fieldsets = (
        (None, {"fields": ("operator", ("name", "is_active"), "contact", ("email", "phone"), "allowed_subnets")}),
    )


class IssueForm(forms.Form):
    operator = forms.ModelChoiceField(Operator.objects.none(), label=_("Operator"), widget=UnfoldAdminSelectWidget)
    api = forms.ChoiceField(label=_("API"), choices=list(APIS.items()), widget=UnfoldAdminSelectWidget)
    dealer = forms.ModelChoiceField(
        Dealer.objects.none(),
        label=_("Dealer"),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Whose key it is, of the dealers' API only."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Who or what uses the key, so that you know it again."),
    )
    scopes = TickedWordsField(
        label=_("May"),
        choices=[(scope, scope) for scope in SCOPES],
        required=False,
        help_text=_("Keys of the REST API only; the others may do all that their API does."),
    )
    expires_at = forms.SplitDateTimeField(
        label=_("Expires"),
        required=False,
        widget=UnfoldAdminSplitDateTimeWidget,
        help_text=_("Keys of the REST API only. Empty: never."),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = staff_of(request)
        operators = self.fields["operator"]
        operators.queryset = reachable(Operator, staff)  # type: ignore[attr-defined]
        only = only_operator(staff)
        if only is not None:
            operators.initial = only
            operators.widget = forms.HiddenInput()
        self.fields["dealer"].queryset = reachable(Dealer, staff)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        dealer, operator = cleaned.get("dealer"), cleaned.get("operator")
        if cleaned.get("api") != Api.DEALERS:
            cleaned["dealer"] = None
        elif dealer is None or dealer.operator != operator:
            self.add_error("dealer", _("Choose one of the operator's dealers."))
        if cleaned.get("api") != Api.REST:
            cleaned |= {"scopes": [], "expires_at": None}
        elif not cleaned.get("scopes"):
            self.add_error("scopes", _("A key of the REST API may do only what is ticked here."))
        return cleaned


class ApiFilter(WordsFilter):
    words = APIS


class RevokedFilter(PresenceFilter):
    title = _("state")
    parameter_name = "live"
    lookup = {"revoked_at__isnull": True}
    having = _("revoked")
    missing = _("in use")


class ApiKeyScreen(BulkActions):
    list_display = ("title", "dealer", "name", "state", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("dealer",)
    list_filter = (("api", ApiFilter), RevokedFilter)
    search_fields = ("name", "hint")
    ordering = ("operator_id", "api", "id")
    readonly_fields = ("api_words", "hint", "dealer", "may", "created_at", "expires_at", "last_used_at", "revoked_at")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "operator",
                    ("api_words", "hint"),
                    ("name", "dealer"),
                    "may",
                    ("created_at", "expires_at"),
                    ("last_used_at", "revoked_at"),
                )
            },
        ),
    )
    actions = ("revoke",)
    actions_detail = ("revoke_this",)

    @display(description=_("API key"), ordering="api")
    def title(self, obj: ApiKey) -> str:
        return f"{self.api_words(obj)} …{obj.hint}"

    @display(description=_("API"))
    def api_words(self, obj: ApiKey) -> str:
        return word_for(APIS, obj.api)

    @display(description=_("may"))
    def may(self, obj: ApiKey) -> Any:
        return ", ".join(obj.scopes) or _("all that its API does")

    @display(description=_("state"), label=STATE_COLOURS)
    def state(self, obj: ApiKey) -> tuple[str, Any]:
        if obj.expires_at and obj.expires_at <= timezone.now():
            return ("warn", _("expired"))
        return ("off", _("revoked")) if obj.revoked_at else ("on", _("in use"))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Ask for whom and for which API; the answer to a good form is the page that shows the key, once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = IssueForm(request, request.POST or None)
        context = {**self.admin_site.each_context(request), "title": _("Issue a key"), "opts": self.opts, "form": form}
        if request.method == "POST" and form.is_valid():
            key, text = issue_key(
                actor=actor_of(request),
                operator=form.cleaned_data["operator"],
                api=Api(form.cleaned_data["api"]),
                sealing_key=settings.ENCRYPTION_KEY,
                name=form.cleaned_data["name"],
                dealer=form.cleaned_data["dealer"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.cleaned_data["expires_at"],
            )
            context |= {"key": key, "api": APIS[Api(key.api)], "text": text, "title": _("The new key")}
        response = TemplateResponse(request, "console/issue_key.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        self.change_all(request, queryset.filter(revoked_at=None), {"revoked_at": timezone.now()})

    @action(
        description=_("Revoke this key"),
        permissions=["change"],
        icon="key_off",
        url_path="revoke",
        dialog={
            "title": _("Revoke this key?"),
            "description": _("Whoever uses it is refused from then on."),
            "form_submit_text": _("Revoke"),
        },
    )
    def revoke_this(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        key = self.get_object(request, object_id)
        if key is None:
            raise PermissionDenied
        if key.revoked_at is None:
            key.revoked_at = timezone.now()
            save(actor=actor_of(request), obj=key)
        messages.success(request, _("The key is revoked."))
        return self.leave_dialog(request)


class GroupScreen(ConsoleAdmin):
    """Rights beyond the roles, for superusers to give away."""

    list_display = ("name",)
    search_fields = ("name",)
    ordering = ("name",)
    filter_horizontal = ("permissions",)
    fieldsets = ((None, {"fields": ("name", "permissions")}),)

    def get_queryset(self, request: HttpRequest) -> Any:
        return Group.objects.order_by("name") if staff_of(request).is_superuser else Group.objects.none()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(staff_of(request).is_superuser)

    def _choices(self, db_field: Any, request: HttpRequest) -> Any:
        return Permission.objects.filter(content_type__app_label__in=ENTITIES).select_related("content_type")


SCREENS = {
    Operator: OperatorScreen,
    Staff: StaffScreen,
    Dealer: DealerScreen,
    ApiKey: ApiKeyScreen,
    Group: GroupScreen,
}
