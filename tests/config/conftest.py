"""A folder with a configuration in it, written for each test."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
import trustme

from mailproc.config import ConfigError, Fault, load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mailproc.settings import Settings

WHO = '[desk]\naddress = "support@helpdesk.example"\n[operator]\nemail = "ops@helpdesk.example"\n'
"""The least a configuration must say. Lines 1 to 4."""

NOTHING: Mapping[str, str] = MappingProxyType({})


class Folder:
    """A configuration's folder. What a test appends begins on line 5."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = path / "mailproc.toml"

    def load(self, text: str = "", environment: Mapping[str, str] = NOTHING) -> Settings:
        return self.load_as_it_stands(WHO + text, environment)

    def load_as_it_stands(self, text: str, environment: Mapping[str, str] = NOTHING) -> Settings:
        self.file.write_text(text, encoding="utf-8")
        return load(self.file, environment)

    def faults(self, text: str = "", environment: Mapping[str, str] = NOTHING) -> list[Fault]:
        return self.faults_as_it_stands(WHO + text, environment)

    def faults_as_it_stands(self, text: str, environment: Mapping[str, str] = NOTHING) -> list[Fault]:
        with pytest.raises(ConfigError) as refused:
            self.load_as_it_stands(text, environment)
        return list(refused.value.faults)

    def secret(self, name: str, text: str = "open sesame\n", mode: int = 0o600) -> Path:
        place = self.path / name
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)
        return place


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def fault(folder: Folder) -> Callable[..., Fault]:
    """The one fault of a configuration."""

    def only(text: str, environment: Mapping[str, str] = NOTHING) -> Fault:
        [fault] = folder.faults(text, environment)
        return fault

    return only


def certify(folder: Folder) -> None:
    """Puts a certificate, chain.pem, and its key, key.pem, into the folder."""
    issued = trustme.CA().issue_cert("desk.example")
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode()
    folder.secret("chain.pem", chain)
    folder.secret("key.pem", issued.private_key_pem.bytes().decode())
