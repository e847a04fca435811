import inspect

from resolution.domain import errors


def test_every_error_is_the_users_fault_or_the_runs() -> None:
    raised = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if kind not in (errors.ResolutionError, errors.InputError, errors.RunError)
    ]

    assert raised
    assert all(issubclass(kind, errors.InputError | errors.RunError) for kind in raised)
    assert not issubclass(errors.RunError, errors.InputError)
