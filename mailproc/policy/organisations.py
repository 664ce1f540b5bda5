"""Who belongs together: configured organisations, and mail domains that are no free-mail service."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailproc.settings import Settings

FREE_MAIL = frozenset(
    """
    126.com 163.com aol.com bk.ru email.it fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch
    gmx.com gmx.de gmx.net googlemail.com hey.com home.nl hotmail.co.uk hotmail.com hotmail.de hotmail.es
    hotmail.fr hotmail.it icloud.com inbox.com inbox.ru interia.pl kolumbus.fi laposte.net libero.it list.ru
    live.co.uk live.com live.dk live.nl live.no live.se luukku.com mac.com mail.com mail.dk mail.ru me.com
    msn.com o2.pl online.no onet.pl op.pl orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it
    pm.me posteo.de proton.me protonmail.ch protonmail.com qq.com rocketmail.com sapo.pt sfr.fr spray.se
    suomi24.fi t-online.de telia.com terra.es tin.it tiscali.it tuta.com tutanota.com ukr.net uol.com.br
    virgilio.it wanadoo.fr web.de wp.pl xs4all.nl yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr
    yahoo.it yandex.com yandex.ru ymail.com ziggo.nl
    """.split()  # noqa: SIM905 - a list of a hundred lines would say no more
)
"""Domains whose users have nothing to do with each other."""


def same_house(one: str, other: str, settings: Settings) -> bool:
    """True when two addresses are the same person's or of the same organisation (P10)."""
    if one == other:
        return True
    organisation = settings.organisation_of(one)
    if organisation or settings.organisation_of(other):
        return organisation == settings.organisation_of(other)
    domain = one.rpartition("@")[2]
    return bool(domain) and domain == other.rpartition("@")[2] and domain not in FREE_MAIL
