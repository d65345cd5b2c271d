"""What a server tells those who look after it: ``/healthz``, ``/readyz``, ``/metrics``."""

from .endpoints import PATHS as PATHS
from .endpoints import Monitoring as Monitoring
