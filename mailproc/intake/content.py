"""The octets between DATA and the dot: only ``<CRLF>.<CRLF>`` ends a mail, and a bound holds without any."""

from __future__ import annotations

_END = b"\r\n.\r\n"
_LONGEST_LINE = 1_048_576  # RFC 5321 §4.5.3.1.6 asks for 1,000; what has no line ends at all is no mail


class Content:
    """One mail as it comes in, piece by piece (RFC 5321 §4.1.1.4).

    Bare CR and LF are content like any other octet: whatever looks like an end to some other server is no end
    here, so nothing can be smuggled behind it. Past ``max_size`` the octets are counted and dropped.
    """

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        # A line may start with a dot that was doubled; four octets on the wire are then three of the mail.
        self._most_on_wire = max_size + max_size // 3 + len(_END)
        self._octets = bytearray(b"\r\n")  # the line end of DATA itself: an empty mail is a lone dot
        self._line = 0
        self.received = 0
        self.too_large = False

    @property
    def is_hopeless(self) -> bool:
        """True once more than twice the allowed octets came without an end: not worth waiting for."""
        return self.received > 2 * self._most_on_wire

    @property
    def held(self) -> int:
        """How many octets are kept in memory."""
        return len(self._octets)

    def feed(self, piece: bytes) -> bytes | None:
        """Takes the next octets. Returns what came after the end of the mail, or None before it."""
        search_from = max(0, len(self._octets) - len(_END) + 1)
        self._octets += piece
        self.received += len(piece)
        end = self._octets.find(_END, search_from)
        if end >= 0:
            rest = bytes(self._octets[end + len(_END) :])
            del self._octets[end + 2 :]
            return rest
        last_line = len(piece) - piece.rfind(b"\n") - 1
        self._line = self._line + last_line if last_line == len(piece) else last_line
        if self.received > self._most_on_wire or self._line > _LONGEST_LINE:
            self.give_up()
        return None

    def give_up(self) -> None:
        """Keeps no more of this mail than the end can be found by."""
        self.too_large = True
        del self._octets[: -len(_END) + 1]

    def mail(self) -> bytes | None:
        """The mail without its transparency dots (RFC 5321 §4.5.2), or None if it is too large."""
        if self.too_large:
            return None
        octets = self._octets.replace(b"\r\n.", b"\r\n") if b"\r\n." in self._octets else self._octets
        return bytes(memoryview(octets)[2:]) if len(octets) - 2 <= self._max_size else None
