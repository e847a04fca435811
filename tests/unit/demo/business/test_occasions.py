import pytest

from demo.business.occasions import Topic
from demo.business.phrases import phrases


@pytest.mark.parametrize("topic", list(Topic))
def test_every_topic_has_subject_text_and_answer_in_english(topic: Topic) -> None:
    assert all(phrases()[f"{kind}{topic}"]["en"] for kind in ("subject_", "", "reply_"))
