from context_api.metrics import Metrics


def test_requests_are_counted_by_method_template_and_status() -> None:
    metrics = Metrics()

    metrics.observe("GET", "/v1/versions", 200, 0.004)
    metrics.observe("GET", "/v1/versions", 200, 0.3)
    metrics.observe("BREW", "unmatched", 405, 0.001)

    told = metrics.told().decode()
    assert 'concord_requests_total{method="GET",route="/v1/versions",status="200"} 2.0' in told
    assert 'concord_request_seconds_bucket{le="0.005",route="/v1/versions"} 1.0' in told
    assert 'method="other"' in told
    assert "BREW" not in told
