"""`python -m pizzeria.devtools.message_sinks FOLDER`: serve until killed; write the ports to a file in FOLDER."""

import asyncio
import json
import sys
from pathlib import Path

from pizzeria.devtools.message_sinks import PORTS_FILE, sms, smtp
from pizzeria.devtools.message_sinks.faults import Faults
from pizzeria.devtools.message_sinks.store import MessageStore


async def main(folder: Path) -> None:
    store, faults = MessageStore(folder), Faults(folder)
    sms_server = sms.serve(store, faults)
    async with await smtp.serve(store, faults) as smtp_server:
        unfinished = folder / f".{PORTS_FILE}"
        unfinished.write_text(
            json.dumps({"mail": smtp_server.sockets[0].getsockname()[1], "sms": sms_server.server_port})
        )
        unfinished.rename(folder / PORTS_FILE)
        await smtp_server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
