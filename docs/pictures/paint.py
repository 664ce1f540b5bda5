"""Paints the main letters as a browser shows them: `make pictures`, where Chromium is installed.

Each is painted as wide as a telephone, and as high as the letter is.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mailproc.letters import Letters
from mailproc.resources import folder
from mailproc.settings import Settings

if TYPE_CHECKING:
    from mailproc.letters.letter import Letter

HERE = Path(__file__).parent
WIDTH = 390
LETTERS = (
    ("accepted", "en", "light"),
    ("rejected", "de", "light"),
    ("rejected-form", "en", "light"),
    ("alert-emergency", "en", "dark"),
    ("week", "en", "light"),
    ("news-solution-proposed", "sv", "light"),
    ("digest", "en", "light"),
    ("digest", "fr", "dark"),
)
_HEIGHT = "<script>document.title = 'height ' + document.documentElement.scrollHeight</script>"


def main() -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        sys.exit("there is no Chromium to paint with")
    letters = Letters(Settings(), folder("templates"))
    unknown = {name for name, _, _ in LETTERS} - set(letters.previews())
    if unknown:
        sys.exit(f"no such letters: {', '.join(sorted(unknown))}; there are: {', '.join(letters.previews())}")
    for name, language, light in LETTERS:
        picture = HERE / f"{name}-{language}-{light}.png"
        paint(browser, whole(letters.preview(name, language)), picture, dark=light == "dark")
        print(picture)


def whole(letter: Letter) -> str:
    """The page of a letter with its own pictures in it."""
    page = letter.html
    for shown in letter.pictures:
        octets = base64.b64encode(shown.png).decode("ascii")
        page = page.replace(f"cid:{shown.name}", f"data:image/png;base64,{octets}")
    return page


def paint(browser: str, html: str, picture: Path, *, dark: bool) -> None:
    """Writes a picture of a page. Raises CalledProcessError when the browser cannot."""
    with TemporaryDirectory() as place:
        page = Path(place) / "letter.html"
        page.write_text(html + _HEIGHT, encoding="utf-8")
        # 1 is dark, 2 is light: what a reader's own setting would say.
        how = [f"--blink-settings=preferredColorScheme={0 if dark else 1}", page.as_uri()]
        shown = run(browser, place, f"--window-size={WIDTH},400", "--dump-dom", *how)
        found = re.search(r"<title>height (\d+)</title>", shown)
        height = int(found[1]) if found else 1_600
        run(browser, place, f"--window-size={WIDTH},{height + 24}", f"--screenshot={picture}", *how)


def run(browser: str, place: str, *arguments: str) -> str:
    fixed = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        f"--user-data-dir={place}/profile",
    ]
    ended = subprocess.run(
        [browser, *fixed, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    return ended.stdout


if __name__ == "__main__":
    main()
