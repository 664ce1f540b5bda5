"""`mailproc init DIR` gives a newcomer a folder that works, and takes nothing from anybody."""

from __future__ import annotations

import pytest

from mailproc.config import load, procedures, write_example
from mailproc.resources import folder as shipped
from mailproc.settings import Mode


def test_a_new_folder_is_a_desk_that_only_observes(tmp_path):
    written = write_example(tmp_path / "desk")

    settings = load(tmp_path / "desk/mailproc.toml", {})
    assert settings.desk.mode is Mode.OBSERVE
    assert settings.base == tmp_path / "desk"
    templates = shipped("templates")
    assert {file.relative_to(tmp_path / "desk").as_posix() for file in written} == {
        "mailproc.toml",
        *(
            f"templates/{file.relative_to(templates).as_posix()}"
            for file in templates.rglob("*")
            if file.is_file()
        ),
    }
    assert all(file.is_file() for file in written)


def test_the_comments_come_along(tmp_path):
    [configuration, *_] = write_example(tmp_path)

    original = (shipped("config") / "mailproc.toml").read_text(encoding="utf-8")
    switched_on = ("#path",)  # the templates beside it are used
    assert configuration.read_text(encoding="utf-8").count("#") == original.count("#") - len(switched_on)


@pytest.mark.parametrize("procedure", procedures())
def test_every_procedure_is_a_desk_to_begin_with(procedure, tmp_path):
    write_example(tmp_path, procedure)

    settings = load(tmp_path / "mailproc.toml", {})
    assert settings.desk.mode is Mode.OBSERVE
    assert settings.templates.path == tmp_path / "templates"
    assert load(shipped("config") / "procedures" / f"{procedure}.toml", {}).desk.mode is Mode.ANSWER


def test_the_procedures_introduce_themselves():
    assert len(procedures()) == 5
    for name, says in procedures().items():
        assert 40 < len(says) < 110, name


def test_an_unknown_procedure_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(LookupError, match=r"no procedure is called 'tiers'.*hand-over"):
        write_example(tmp_path, "tiers")

    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path):
    mine = tmp_path / "mailproc.toml"
    mine.write_text("mine", encoding="utf-8")

    with pytest.raises(FileExistsError, match="nothing was written"):
        write_example(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["mailproc.toml"]
    assert mine.read_text(encoding="utf-8") == "mine"
