from pipelines.errors import PipelineError, PipelineInputError
from pipelines.vectors import errors


def test_every_error_is_one_of_the_pipelines_and_in_the_tree() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    own = [found for found in classes if found.__module__ == errors.__name__]

    assert own
    assert all(issubclass(found, PipelineError) for found in own)
    assert [found.__name__ for found in own if found.__name__ not in (errors.__doc__ or "")] == []
    assert issubclass(errors.NoStore, PipelineInputError)
