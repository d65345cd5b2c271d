"""What is stored: the tables, their databases, and the feed of what changes in them. Imports nothing else of ours."""

from .account_value import AccountValue
from .address_confirmation import AddressConfirmation
from .attempts import Attempts
from .audit_event import HAS_FAILED, AuditAction, AuditEvent
from .backup import back_up, restore
from .base import METADATA, Model
from .change import Change
from .client import Client
from .copy import Copied, copy_store
from .database import CannotOpenStore
from .database_url import BadDatabaseUrl
from .env_file import BadEnvFile
from .feed import ChangeFeed, Changes, FeedLost
from .guesses import Guesses
from .invitation import Invitation
from .mail import QueuedMail
from .mailed_link import LinkKind, MailedLink
from .migrate import check_schema, migrate, wait_for_server
from .policy_violation import PolicyViolation
from .replaced_secret import ReplacedSecret
from .rows import RowsOf, is_of_rows, tell_tabs, tells_tabs
from .secret_key import SecretKey
from .session import Session, SessionStatus
from .signing_key import SigningKey
from .timing import StoreTiming
from .user import User
from .version import is_authors
from .wrong_passwords import WrongPasswords

__all__ = [
    'HAS_FAILED',
    'METADATA',
    'AccountValue',
    'AddressConfirmation',
    'Attempts',
    'AuditAction',
    'AuditEvent',
    'BadDatabaseUrl',
    'BadEnvFile',
    'CannotOpenStore',
    'Change',
    'ChangeFeed',
    'Changes',
    'Client',
    'Copied',
    'FeedLost',
    'Guesses',
    'Invitation',
    'LinkKind',
    'MailedLink',
    'Model',
    'PolicyViolation',
    'QueuedMail',
    'ReplacedSecret',
    'RowsOf',
    'SecretKey',
    'Session',
    'SessionStatus',
    'SigningKey',
    'StoreTiming',
    'User',
    'WrongPasswords',
    'back_up',
    'check_schema',
    'copy_store',
    'is_authors',
    'is_of_rows',
    'migrate',
    'restore',
    'tell_tabs',
    'tells_tabs',
    'wait_for_server',
]
