"""What can be wrong with customers, accounts, devices and subscriptions.

HeadendError
├── Invalid
│   └── OfAnotherOperator
├── OldSystemUnreadable
├── NumberTaken
├── ExternalIdTaken
├── NotSent
├── Unconfirmed
│   ├── CodeSent
│   ├── CodeAwaited
│   ├── CodeSentTooOften
│   └── WrongCode
├── WrongPassword
├── RegistrationClosed
│   └── RegistrationUnset
├── RegisteredTooOften
├── AlreadyRegistered
├── CaptchaNeeded
│   └── WrongCaptcha
├── NoPhone
├── NoParentCode
├── NoAccount
├── SeveralAccounts
├── QrLoginGone
├── QrLoginUsed
├── QrLoginBroken
├── ExternalFailed
│   └── ExternalUnset
├── DeviceOfAnother
├── TariffArchived
├── TariffHeld
├── BasicTariffHeld
└── BasicTariffMissing
"""

from headend.kernel.errors import HeadendError, Invalid


class OfAnotherOperator(Invalid):
    """Two records that belong to different operators cannot be tied to each other."""

    code = "of_another_operator"


class NumberTaken(HeadendError):
    """Another account of this operator has the number."""

    code = "number_taken"


class ExternalIdTaken(HeadendError):
    """Another customer of this operator has the external id."""

    code = "external_id_taken"


class DeviceOfAnother(HeadendError):
    """The device is bound to another account of this operator."""

    code = "device_of_another"


class TariffArchived(HeadendError):
    """The tariff is archived: who holds it keeps it, nobody gets it any more."""

    code = "tariff_archived"


class TariffHeld(HeadendError):
    """The tariff is held already in that time."""

    code = "tariff_held"


class BasicTariffHeld(HeadendError):
    """Another basic tariff is held in that time; there is one at a time."""

    code = "basic_tariff_held"


class BasicTariffMissing(HeadendError):
    """An additional tariff needs a basic one beside it."""

    code = "basic_tariff_missing"


class NotSent(HeadendError):
    """A text could not be handed over: nothing is set up for it, or what it is handed to does not take it."""

    code = "not_sent"


class Unconfirmed(HeadendError):
    """It is not proved yet that somebody reads what is sent to a phone or mail box."""

    code = "unconfirmed"


class CodeSent(Unconfirmed):
    """A code has just been sent: ask again, with the code."""

    code = "code_sent"


class CodeAwaited(Unconfirmed):
    """A code was sent a moment ago; another one is not sent yet."""

    code = "code_awaited"


class CodeSentTooOften(Unconfirmed):
    """So many codes were sent in a day that no more are."""

    code = "code_sent_too_often"


class WrongCode(Unconfirmed):
    """The code is wrong, too old, or was tried too often."""

    code = "wrong_code"


class WrongPassword(HeadendError):
    """The old password or parental code does not fit."""

    code = "wrong_password"


class RegistrationClosed(HeadendError):
    """Households do not register themselves at this operator now."""

    code = "registration_closed"


class RegistrationUnset(RegistrationClosed):
    """Nobody has ever said how households register at this operator."""

    code = "registration_unset"


class RegisteredTooOften(HeadendError):
    """From this address as many households have registered in an hour as may."""

    code = "registered_too_often"


class AlreadyRegistered(HeadendError):
    """The phone or the device has an account already."""

    code = "already_registered"


class CaptchaNeeded(HeadendError):
    """The figures in a picture have to be read first; `name` is the picture's."""

    code = "captcha_needed"

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


class WrongCaptcha(CaptchaNeeded):
    """They were not read right, or too late; `name` is that of a new picture."""

    code = "wrong_captcha"


class NoPhone(HeadendError):
    """The customer has no mobile phone that a text could go to."""

    code = "no_phone"


class NoParentCode(HeadendError):
    """The account has no parental code."""

    code = "no_parent_code"


class NoAccount(HeadendError):
    """The customer has no account."""

    code = "no_account"


class SeveralAccounts(HeadendError):
    """More than one account fits, and nothing says which is meant."""

    code = "several_accounts"


class QrLoginGone(HeadendError):
    """No television waits with this code, or no longer."""

    code = "qr_login_gone"


class QrLoginUsed(HeadendError):
    """A television has been signed in with this code already."""

    code = "qr_login_used"


class QrLoginBroken(HeadendError):
    """The type of the television that waits is no longer served."""

    code = "qr_login_broken"


class ExternalFailed(HeadendError):
    """Another system that knows subscribers is not set up, or does not answer as it should."""

    code = "external_failed"


class ExternalUnset(ExternalFailed):
    """No other system is set up."""

    code = "external_unset"


class OldSystemUnreadable(HeadendError):
    """A dump or database of another system cannot be read; the message says where."""

    code = "old_system_unreadable"
