"""Every time that is no choice of a deployment: together they keep the promise that what has ended is hidden in 5 s.

A process that is out of sync with the store hides what is protected after ``out_of_sync_after_seconds``. A tab that
can't hear its process does so after ``deaf_after_seconds``, which a ping and its way have to fit into. The times are
one object that is handed in: tests of faults make it faster, and one test for each promise keeps it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from models import StoreTiming


@dataclass(frozen=True, kw_only=True)
class Timing(StoreTiming):
    """The times of the store and of all that is built on it, in seconds."""

    # ---------------------------------------------------------------- changes

    out_of_sync_after_seconds: float = 4.0
    """A process whose tabs are behind the store for this long hides what is protected; within 5 s, as is promised."""

    sync_check_seconds: float = 0.2
    """How often it checks whether that is so."""

    round_seconds: float = 1.0
    """The pump looks at the clock at least so often, also if nothing changes."""

    read_again_seconds: float = 0.1
    """Before the next round after one in which the store could not be read."""

    sweep_seconds: float = 30.0
    """How often overdue sessions that no tab of this process shows are marked in the store."""

    sweep_again_seconds: float = 1.0
    """Before the next attempt after one that failed."""

    purge_seconds: float = 60.0
    """How often to look for what is kept no longer."""

    purge_pause_seconds: float = 0.05
    """Between two portions of it."""

    reports_seconds: float = 5.0
    """How long reports of browsers are gathered before they are written into the store together."""

    # ---------------------------------------------------------------- tabs

    catch_up_seconds: float = 0.25
    """A sign-out waits at most so long until its own tab shows it; only then the tab goes elsewhere."""

    explain_after_seconds: float = 0.01
    """Between the end of a session and the reading of why it has ended, which would hold up what shows the end."""

    breaches_answer_seconds: float = 2.0
    """A service of breached passwords has so long to answer, while somebody waits for their new password."""

    breaches_rest_seconds: float = 60.0
    """One that has failed is not asked again for so long."""

    ping_seconds: float = 3.0
    """Between the answer to a ping of a socket and the next one; a socket that does not answer for as long is lost.

    A tab hides what is private after 4.8 s of silence, so a way there and back may take 1.8 s; NiceGUI's own 4 s would
    leave a slow network 0.8."""

    deaf_after_seconds: float = 4.8
    """A tab that has heard nothing for longer hides what is private; within 5 s, as is promised."""

    hearing_check_seconds: float = 0.2
    """How often it looks whether that is so."""

    activity_every_seconds: float = 5.0
    """A tab tells at most so often that its person types or points."""

    warn_before_seconds: float = 60.0
    """So long before a session ends its tabs count down: to press a button takes less than the 20 s of WCAG 2.2.1."""

    list_again_seconds: float = 2.0
    """Before a list is read again after a reading that failed because the store could not be reached."""

    list_rest_seconds: float = 1.0
    """Between two readings of the lists of all users and all sessions, which change all the time."""

    # ---------------------------------------------------------------- connections

    pile_check_seconds: float = 2.0
    """How often to look for sockets that do not take what they are sent."""

    heartbeat_seconds: float = 4.0
    """How long a stream of events is silent at most. Proxies end what is silent: many after a minute, that in deploy/
    after 10 s, since a process that says nothing for so long is in trouble."""

    stop_check_seconds: float = 0.2
    """How often to look whether the server stops, while there is such a stream."""

    unread_seconds: float = 30.0
    """A connection that takes nothing of what it is sent for so long has gone."""

    settled_seconds: float = 0.5
    """A connection that has just been made sends its request in a moment."""

    room_check_seconds: float = 0.05
    """Until the next look for room for another connection, while there is none."""

    last_seconds: float = 1.0
    """For the rest of a request when the server is told to stop."""

    close_seconds: float = 2.0
    """For the other side to agree that a websocket is closed."""

    # ---------------------------------------------------------------- passwords

    hash_patience_seconds: float = 5.0
    """How long somebody waits for a password to be hashed at most; then they are told to come again."""

    guesses_seconds: float = 5.0
    """How often a process tells the store how many passwords were guessed, while some are."""

    # ---------------------------------------------------------------- memory

    memory_check_seconds: float = 1.0
    """How often to see whether there may be garbage enough to collect it."""

    quiet_wait_seconds: float = 30.0
    """How long to wait for a quiet moment to do so."""

    # ---------------------------------------------------------------- mail

    mail_check_seconds: float = 1.0
    """How often a process looks for mails that are due."""

    mail_lease_seconds: float = 120.0
    """A mail that a process has claimed is any other one's after so long: it was killed, or has lost the store."""

    mail_attempt_seconds: float = 100.0
    """For handing over one mail; it has to be over before the lease is."""

    smtp_answer_seconds: float = 60.0
    """For each answer of the mail server. It may look at a mail for long before it accepts it; who goes away too early
    sends it twice (RFC 5321, section 4.5.3.2)."""

    smtp_goodbye_seconds: float = 2.0
    """For the answer to the last word."""

    mail_again_seconds: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
    """Before each next attempt to reach the mail server; the last one is repeated."""

    mail_retry_seconds: tuple[float, ...] = (15.0, 60.0, 300.0, 900.0, 1800.0, 3600.0)
    """Before each next attempt to send a mail that was refused for now, as a server does that sees one for the first
    time; the last one is repeated."""

    mail_stop_seconds: float = 2.0
    """A process that is told to stop finishes the mail that it sends if that takes no longer."""

    mail_discard_seconds: float = 600.0
    """A site that sends no mail deletes after so long what was posted."""

    def faster(self, factor: float) -> Self:
        """The same, with everything taking so many times less."""
        def shorter(seconds: Any) -> Any:
            return seconds / factor if isinstance(seconds, float) else tuple(one / factor for one in seconds)

        return replace(self, **{field.name: shorter(getattr(self, field.name)) for field in fields(self)})

    @property
    def for_the_browser(self) -> str:
        """What static/live/ has to know, as attributes of the element that loads it."""
        shared = {'deaf-after': self.deaf_after_seconds, 'activity-every': self.activity_every_seconds,
                  'hearing-check': self.hearing_check_seconds}
        return ' '.join(f'data-{name}-ms="{seconds * 1000:.0f}"' for name, seconds in shared.items())


DEFAULT_TIMING = Timing()
