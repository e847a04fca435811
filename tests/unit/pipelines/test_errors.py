from pipelines.errors import PipelineInputError, RateLimited, SourcesFault


def test_all_faults_of_a_file_stand_in_one_message() -> None:
    fault = SourcesFault("sources.yml", ["crm: url is missing", "erp: objects must name at least one object"])

    assert isinstance(fault, PipelineInputError)
    assert str(fault) == (
        "sources.yml cannot be used: crm: url is missing; erp: objects must name at least one object"
    )


def test_a_rate_limit_says_when_to_come_back() -> None:
    assert RateLimited("429", retry_after_seconds=3).retry_after_seconds == 3
