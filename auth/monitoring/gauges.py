"""What is looked up when somebody asks, so that it costs nothing while nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from .metrics import PREFIX


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that is read when somebody asks."""

    name: str
    help: str
    read: Callable[[], float | Mapping[str, float] | None]
    """One number, or one for each value of the label; None if it is not known now."""
    label: str = ''


class Gauges(Collector):
    """Reads gauges when somebody asks.

    :param gauges: those there are
    """

    def __init__(self, gauges: Iterable[Gauge]) -> None:
        self._gauges = tuple(gauges)

    def collect(self) -> Iterable[Metric]:
        """Read them."""
        for gauge in self._gauges:
            labels = [gauge.label] if gauge.label else []
            family = GaugeMetricFamily(f'{PREFIX}_{gauge.name}', gauge.help, labels=labels)
            found = gauge.read()
            values = found if isinstance(found, Mapping) else {} if found is None else {'': found}
            for label, value in values.items():
                family.add_metric([label] if gauge.label else [], value)
            yield family
