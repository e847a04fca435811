from context_api.errors import ContextError, ContextInputError, StoreBusy, UnknownParty


def test_what_the_caller_can_mend_is_told_from_what_went_wrong() -> None:
    assert issubclass(UnknownParty, ContextInputError)
    assert not issubclass(StoreBusy, ContextInputError)
    assert issubclass(StoreBusy, ContextError)
