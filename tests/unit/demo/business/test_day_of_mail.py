import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from demo.business.day_of_mail import change_mail
from demo.population.atlas import Seed
from demo.systems.truth import read_truth


def test_unread_mail_is_read_and_two_messages_come(company_home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    shutil.copytree(company_home / "systems" / "mail", folder)
    truth = read_truth(company_home / "truth.csv")
    before = {path.name.partition(":")[0] for path in folder.rglob("*") if path.is_file()}

    with closing(sqlite3.connect(company_home / "systems" / "crm.db")) as contacts:
        change_mail(folder, contacts, day=date(2026, 7, 1), rng=Seed("t").dice(), truth=truth)

    after = {path.name.partition(":")[0] for path in folder.rglob("*") if path.is_file()}
    fresh = list((folder / "info" / "new").iterdir())
    assert before < after
    assert len(after - before) == len(fresh) == 2
    assert any(b"In-Reply-To" in path.read_bytes() for path in fresh)
