"""What people read, in their language: English as it stands in the code, or what the catalogue says for it.

``_('Saved.')`` is a text for whoever reads it: the person who sent the request, or before whose tab the page is.
Values go in by name: ``_('You are signed in as {name}.', name=user.name)``. Where a number decides the form of the
text, ``ngettext('{count} session', '{count} sessions', count)`` writes it. ``N_`` holds a text until somebody reads
it, as errors do. The texts of other languages stand in ``de.po`` beside this file; tests/auth/test_language.py finds
those that are missing. Logs and the command line are English.

``X as X`` says to type checkers that a name is public.
"""

from .catalogue import N_ as N_
from .catalogue import Message as Message
from .catalogue import _ as _
from .catalogue import ngettext as ngettext
from .catalogue import nN_ as nN_
from .catalogue import number as number
from .reader import LANGUAGES as LANGUAGES
from .reader import english as english
from .reader import known_reader as known_reader
from .reader import language as language
from .reader import negotiate as negotiate
from .reader import reading as reading
from .reader import set_reader as set_reader
from .reader import tag as tag
