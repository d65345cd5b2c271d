"""The card that counts down before a session ends; static/live/countdown.js shows it."""

from __future__ import annotations

from auth.language import _

_CARD = '''<section id="ls-ending" class="ls-card" popover="manual" data-public aria-label="{label}">
<div class="ls-when-idle"><p><strong>{idle}</strong></p><p class="ls-quiet">{why_idle}</p></div>
<div class="ls-when-old"><p><strong>{old}</strong></p><p class="ls-quiet">{why_old}</p></div>
<div class="ls-actions ls-when-idle"><button type="button" class="ls-button ls-primary">{stay}</button></div>
<div class="ls-actions ls-when-old"><button type="button" class="ls-button ls-primary" data-renew>{again}</button></div>
<p class="ls-quiet" role="status" data-answer></p></section>
<p id="ls-ending-said" class="ls-unseen" role="status" data-public></p>'''

_LEFT = '<span role="timer" data-left translate="no"></span>'


def countdown() -> str:
    """The card, and what is said of it, as HTML."""
    return _CARD.format(
        label=_('Your session ends soon'), idle=_('You will be signed out in {time}', time=_LEFT),
        why_idle=_('Nobody has been active here for a while.'), stay=_('Stay signed in'),
        old=_('Your session ends in {time}', time=_LEFT), again=_('Sign in again'),
        why_old=_('It has reached its age limit. Sign in again before it ends: then this page stays, with what you '
                  'have typed.'))
