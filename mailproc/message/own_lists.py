"""Mail that reached the desk through a list which is its own mailbox is read as its author's mail.

Where ``support@`` is a group, the group's program writes ``List-*`` fields into what a person sent, and some
put the list's address into ``From`` and keep the author's in ``X-Original-From`` or ``Reply-To``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from mailproc.message.automatic import signals
from mailproc.message.mail import Address

if TYPE_CHECKING:
    from collections.abc import Collection

    from mailproc.message.mail import IncomingMail

_LIST_FIELDS = ("list-id", "list-post", "mailing-list", "x-beenthere")
_OF_A_LIST = ("list-", "x-list", "x-mailman-", "x-google-group-", "x-ml-")
_ALSO_OF_A_LIST = frozenset(
    {"mailing-list", "x-mailing-list", "x-mailinglist", "x-beenthere", "precedence", "sender"}
)
_NAMED = re.compile(r"[^\s<>,;:\"'()]{1,250}")
_MAILBOX = re.compile(r"([^\s<>,;:\"'()]{1,64}@[^\s<>,;:\"'()]{1,250})>?\s*\Z")


def written_through(mail: IncomingMail, own_lists: Collection[str]) -> IncomingMail:
    """The mail as its author wrote it, where one of the desk's own lists sent it on; else the mail itself.

    ``own_lists`` are List-Ids (RFC 2919) or addresses. Only the list's own fields stop being signs of a
    machine: an out-of-office notice or a newsletter sent to the list stays what it is.
    """
    through = _names(mail) & set(own_lists) if own_lists else set()
    if not through:
        return mail
    bare = replace(mail, headers=tuple(field for field in mail.headers if not _is_of_a_list(field[0])))
    author = _author(mail, through)
    if author is not None:
        bare = replace(bare, sender=author, reply_author=author, from_all=(author,))
    return replace(bare, headers=mail.headers, signals=signals(bare))


def _names(mail: IncomingMail) -> set[str]:
    """Every way the list fields name the list; an address stands for its List-Id as well."""
    values = (value.lower() for name, value in mail.headers if name.lower() in _LIST_FIELDS)
    found = {word.removeprefix("mailto:") for value in values for word in _NAMED.findall(value[:1_000])}
    addresses = {address.email for address in (*mail.from_all, *mail.to, *mail.cc)}
    return found | {address for address in addresses if address.replace("@", ".") in found}


def _is_of_a_list(name: str) -> bool:
    key = name.lower()
    return key.startswith(_OF_A_LIST) or key in _ALSO_OF_A_LIST


def _author(mail: IncomingMail, through: set[str]) -> Address | None:
    """The author, where the list put its own address into ``From``; None where ``From`` is the author's."""
    lists = through | {name.replace("@", ".") for name in through}
    if mail.sender is None or lists.isdisjoint({mail.sender.email, mail.sender.email.replace("@", ".")}):
        return None
    return _original(mail)


def _original(mail: IncomingMail) -> Address | None:
    shown = mail.header("X-Original-From") or ""
    found = _MAILBOX.search(shown[:500].strip())
    if found:
        name = shown[: found.start()].strip(" <\"'")
        return Address(email=found[1].lower(), name=name)
    answer_to = [address for address in mail.reply_to if mail.sender and address.email != mail.sender.email]
    return answer_to[0] if len(answer_to) == 1 else None
