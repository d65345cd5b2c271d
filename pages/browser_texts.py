"""What scripts in static/ write by themselves, in the language of the page."""

from __future__ import annotations

from auth.components import api_path
from auth.language import _, tag
from auth.requests.api_prefix import USUAL_PREFIX


def browser_texts() -> dict[str, str]:
    """The texts by the name that a script asks for; see static/live/texts.js."""
    return {
        'locale': tag(),
        'api': api_path(USUAL_PREFIX),
        'unreachable': _('You are offline, or the server is down. Nothing was changed. Try again in a moment.'),
        'trying': _('Trying…'),
        'stillLost': _('Still no connection. It is tried again by itself.'),
        'today': _('Today at {time}'),
        'yesterday': _('Yesterday at {time}'),
        'lastWeek': _('Last {weekday} at {time}'),
        'date': _('{date} at {time}'),
        'capsLock': _('Caps Lock is on.'),
        'endsSoon': _('You will be signed out in {seconds} seconds, because nobody has been active here. Press “Stay '
                      'signed in” to go on.'),
        'expiresSoon': _('Your session ends in {seconds} seconds. Sign in again before that to go on.'),
        'staysSignedIn': _('You stay signed in.'),
        'stayUnanswered': _('No answer yet. Try again.'),
        'copied': _('Copied.'),
        'copyByHand': _('Press Ctrl+C, or ⌘C, to copy it; on a phone, hold the address.'),
    }
