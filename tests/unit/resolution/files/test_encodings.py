from pathlib import Path

import pytest

from resolution.domain.errors import UnreadableFile
from resolution.files.encodings import scan_text, write_utf8

GERMAN = "id,name\n" + "".join(
    f"{n},Jürgen Größmann aus Köln\n{n},Müller fährt über die Brücke\n" for n in range(9)
)
POLISH = "id,name\n" + "".join(f"{n},Łukasz Żółć mieszka w Łodzi i jeździ często na wieś\n" for n in range(9))
RUSSIAN = "id,name\n" + "".join(f"{n},Иван Петров живёт в городе Москва на улице Ленина\n" for n in range(9))
GREEK = "id,name\n" + "".join(f"{n},Γιώργος Παπαδόπουλος μένει στην Αθήνα\n" for n in range(9))
JAPANESE = "id,name\n" + "".join(f"{n},山田太郎は東京都に住んでいます\n" for n in range(9))


def round_trip(tmp_path: Path, text: str, encoding: str) -> str:
    path, target = tmp_path / "a.csv", tmp_path / "b.csv"
    path.write_bytes(text.encode(encoding))
    write_utf8(path, target, encoding=scan_text(path).encoding)
    return target.read_bytes().decode("utf-8-sig")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
        (POLISH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "utf-8"),
        ("id,name\n1,Zoë\n", "cp1252"),
        ("id,name\n1,Łukasz Wróbel\n2,Żaneta Błaszczyk\n3,Zdzisław Wiśniewski\n", "cp1250"),
        ("id,name\n1,François Lefèvre\n2,Hélène Gérard\n", "cp1252"),
        ("id,name\n1,José Muñoz\n2,Begoña Peña\n", "cp1252"),
        ("id,name\n1,Ayşe Y\u0131ld\u0131z\n2,Oğuz Şahin\n", "cp1254"),
        ("id,name\n1,Guðrún Þórsdóttir\n2,Björk Guðmundsdóttir\n", "cp1252"),
        (GREEK, "cp1253"),
        ("id,name\n1,王伟,北京市朝阳区\n2,李娜,上海市\n", "gb18030"),
        ("id,name\n1,Müller\n2,Ayşe".replace("ş", "s"), "latin-1"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, text: str, encoding: str) -> None:
    assert round_trip(tmp_path, text, encoding) == text


def test_mostly_utf8_with_a_broken_line_stays_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(GERMAN.encode() + b"9,M\xfcller\n")

    scan = scan_text(path)

    assert (scan.encoding, scan.is_clean) == ("utf-8", False)


def test_lines_are_counted_whether_or_not_the_last_one_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\nb\nc")

    assert scan_text(path).newlines == 3


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableFile, match="is empty"):
        scan_text(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(bytes(range(256)) * 20)

    with pytest.raises(UnreadableFile, match="is not text"):
        scan_text(path)
