"""The figures that the roles count, for Prometheus. docs/4-reference/metrics.md is generated from the registries."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Info, disable_created_metrics
from prometheus_client import Metric as Family
from prometheus_client.registry import Collector

from headend.hotpath.gate.counters import Metric

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each counter, which nobody asks for

BUILD = Info("headend_build", "What runs: the version of Headend.", registry=REGISTRY)
CONSOLE_REQUESTS = Counter(
    "headend_console_requests_total",
    "Requests answered by Django: the console and all that the gate hands on.",
    ["method", "status"],
    registry=REGISTRY,
)
CONSOLE_SECONDS = Histogram(
    "headend_console_request_seconds",
    "Time from the request to the last byte of its answer, for requests answered by Django.",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
    registry=REGISTRY,
)

WORKER = CollectorRegistry()  # the worker is another process; it leaves these in a file that /metrics appends
JOBS = Counter("headend_jobs_total", "Jobs that the worker has ended.", ["job", "outcome"], registry=WORKER)
JOB_SECONDS = Counter("headend_job_seconds_total", "Time spent in jobs.", ["job"], registry=WORKER)
JOB_LAST_SUCCESS = Gauge(
    "headend_job_last_success_timestamp_seconds", "When the job last ended well.", ["job"], registry=WORKER
)
WORKER_SEEN = Gauge("headend_worker_seen_timestamp_seconds", "When the worker last left its figures.", registry=WORKER)


class GateFigures(Collector):
    """Hands the gate's own figures, which it counts without a library, to Prometheus."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterator[Family]:
        for metric in self._collect():
            family = Family(metric.name, metric.help, metric.kind)
            for sample in metric.samples:
                family.add_sample(sample.name, sample.labels, sample.value)
            yield family
