"""What connections may take."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings

from .bounds import A_DAY


class ConnectionSettings(BaseSettings):
    """What connections may take."""

    max_waiting_pages: int = Field(default=2000, ge=1)
    """How many pages may wait for their socket at once; about 125 KiB each."""

    max_waiting_pages_per_address: int = Field(default=500, ge=1)
    """How many of them may be of one address (IPv6: of one /64). After a restart an office comes back all at once."""

    page_join_seconds: float = Field(default=30, gt=0, le=A_DAY, allow_inf_nan=False)
    """A page that no browser has joined by then is given up; a browser that comes later loads it again.

    Where websockets are blocked, a browser polls only after 20 s."""

    max_message_bytes: int = Field(default=1_000_000, ge=16 * 1024, le=1_000_000)
    """What a page may send at once through its socket, such as the whole text of an editor.

    NiceGUI's pages send no more than this. Clicks and keys take a few hundred bytes."""

    max_upload_mib: int = Field(default=100, ge=1)
    """What a page may be sent at once as files, in MiB: all the files of one ``ui.upload`` together, if it sends them
    together."""

    max_sockets: int = Field(default=0, ge=0)
    """Open tabs of a process. 0: as many as file descriptors allow, less those of the store and of requests."""

    max_sockets_per_address: int = Field(default=2000, ge=1)
    """Open tabs of one address, or of one /64 network of IPv6; a whole office may be behind one."""

    max_waiting_sockets_per_address: int = Field(default=100, ge=1)
    """Sockets of one address that have not joined a tab and name none that is open. After a restart each tab of an
    office is such a socket for a moment; those that are turned away come again within seconds."""

    socket_join_seconds: float = Field(default=5, gt=0, le=A_DAY, allow_inf_nan=False)
    """A socket that has joined no tab by then is dropped. A page joins at once."""

    max_live_streams_per_client: int = Field(default=4, ge=1)
    """Streams of events (``GET /v1/live``) of one browser; a newer one takes the place of its oldest. The tabs of a
    browser share one."""

    request_seconds: float = Field(default=10, gt=0, le=A_DAY, allow_inf_nan=False)
    """The header of a request has to be whole by then, and then its body, which gets a second more for each 16 KiB."""
