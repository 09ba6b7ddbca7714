"""What Prometheus is told of a worker; needs the extra `worker-metrics`."""

from __future__ import annotations

from collections.abc import Callable

from worker.exceptions import WorkerError


class PrometheusMetrics:
    """Counts jobs by queue, function and how they ended, and how long each call took."""

    def __init__(self, active: Callable[[], int], stuck: Callable[[], int]) -> None:
        try:
            import prometheus_client as prometheus
        except ImportError as error:
            raise WorkerError("metrics need prometheus-client: pip install 'codemods[worker-metrics]'") from error
        self._prometheus = prometheus
        self._registry = prometheus.CollectorRegistry()
        labels = ("queue", "function", "outcome")
        self._seconds = prometheus.Histogram(
            "worker_job_seconds", "How long calls took, by how they ended.", labels, registry=self._registry
        )
        gauge = prometheus.Gauge("worker_jobs_active", "Jobs in hand.", registry=self._registry)
        gauge.set_function(active)
        gauge = prometheus.Gauge("worker_stuck", "Functions past their time limit.", registry=self._registry)
        gauge.set_function(stuck)

    def ended(self, queue: str, function: str, outcome: str, seconds: float) -> None:
        self._seconds.labels(queue, function, outcome).observe(seconds)

    def text(self) -> tuple[bytes, str]:
        return self._prometheus.generate_latest(self._registry), "text/plain; version=0.0.4; charset=utf-8"
