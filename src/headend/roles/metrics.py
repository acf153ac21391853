"""The figures that the roles count, for Prometheus. docs/4-reference/metrics.md is generated from the registries."""

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, Info

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
