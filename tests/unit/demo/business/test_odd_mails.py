from email.message import EmailMessage


def test_a_message_has_no_id(mails: list[EmailMessage]) -> None:
    assert sum(mail["Message-ID"] is None for mail in mails) == 1


def test_a_message_has_a_date_that_is_none(mails: list[EmailMessage]) -> None:
    assert sum(mail["Date"].datetime is None for mail in mails) == 1


def test_a_message_comes_from_the_future(mails: list[EmailMessage]) -> None:
    moments = [mail["Date"].datetime for mail in mails]

    assert sum(moment is not None and moment.year > 2090 for moment in moments) == 1


def test_a_message_is_html_alone_and_one_in_an_unknown_charset(mails: list[EmailMessage]) -> None:
    assert sum(mail.get_content_type() == "text/html" for mail in mails) == 1
    assert sum(mail.get_content_charset() == "x-mac-klingon" for mail in mails) == 1
