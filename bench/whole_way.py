"""How many mails a second go the whole way: SMTP in, durable, decided, recorded, answered to a sink.

    python bench/whole_way.py [--mails 2000] [--clients 20]

Starts a real daemon on SQLite as shipped, a sink in this process, and clients with kept connections.
Counted at the sink. Prints rates, the daemon's CPU time per 1,000 mails, and its memory.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from tests.daemon.running import Running

BODY = (
    "Hello,\r\n\r\nplease escalate ticket SBM-{number}. The auditors come on 14 December, and without the "
    "report we miss the filing deadline.\r\n\r\n"
    + "The report is the one we talked about in the meeting.\r\n" * 22
    + "\r\nKim\r\n"
)


def mail(number: int) -> bytes:
    """A request of about 1.6 kB."""
    head = (
        f"From: Kim <kim{number}@norda.example>\r\nTo: support@helpdesk.example\r\n"
        f"Message-ID: <{number}@norda.example>\r\n"
        f"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nSubject: Escalate ticket SBM-{number}\r\n\r\n"
    )
    return (head + BODY.format(number=number)).encode()


class Sink:
    """Takes every mail and counts it."""

    def __init__(self) -> None:
        self.taken = 0
        self.changed = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        in_data = False
        while line := await reader.readline():
            if in_data:
                if line == b".\r\n":
                    in_data = False
                    self.taken += 1
                    self.changed.set()
                    writer.write(b"250 taken\r\n")
                continue
            verb = line[:4].upper()
            in_data = verb == b"DATA"
            writer.write(
                b"354 go\r\n"
                if in_data
                else b"250-sink\r\n250 8BITMIME\r\n"
                if verb == b"EHLO"
                else b"250 ok\r\n"
            )
        writer.close()


async def client(port: int, numbers: list[int]) -> None:
    """Sends its mails over one connection, each answered before the next."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def say(line: bytes) -> None:
        writer.write(line)
        while (answer := await reader.readline())[3:4] == b"-":
            pass
        assert answer[:1] in b"23", answer

    await reader.readline()
    await say(b"EHLO bench\r\n")
    for number in numbers:
        await say(b"MAIL FROM:<kim@norda.example>\r\n")
        await say(b"RCPT TO:<support@helpdesk.example>\r\n")
        await say(b"DATA\r\n")
        await say(mail(number) + b".\r\n")
    writer.write(b"QUIT\r\n")
    writer.close()


async def measure(mails: int, clients: int) -> None:
    sink = Sink()
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0, limit=2**20)
    port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="mailproc-bench-") as folder:
        daemon = Running(
            Path(folder), delivery=f'transport = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"'
        )
        await asyncio.to_thread(daemon.start)
        process = psutil.Process(daemon.process.pid)
        try:
            before = process.cpu_times()
            started = time.perf_counter()
            numbers = list(range(100_000, 100_000 + mails))
            await asyncio.gather(*(client(daemon.smtp, numbers[n::clients]) for n in range(clients)))
            accepted = time.perf_counter() - started
            while sink.taken < mails:
                sink.changed.clear()
                await asyncio.wait_for(sink.changed.wait(), 60)
            answered = time.perf_counter() - started
            after = process.cpu_times()
        finally:
            daemon.kill()
        cpu = after.user + after.system - before.user - before.system
        print(f"taken     {mails / accepted:8.0f} mails/s")
        print(f"answered  {mails / answered:8.0f} mails/s, counted at the sink")
        print(f"CPU       {cpu / mails * 1000:8.2f} s per 1,000 mails")
    server.close()


if __name__ == "__main__":
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--mails", type=int, default=2000)
    ask.add_argument("--clients", type=int, default=20)
    given = ask.parse_args()
    asyncio.run(measure(given.mails, given.clients))
