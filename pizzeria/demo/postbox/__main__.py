"""`python -m pizzeria.demo.postbox FOLDER`: serve until killed, and say in the folder at which ports."""

import asyncio
import json
import sys
from pathlib import Path

from pizzeria.demo.postbox import PORTS, mail, sms
from pizzeria.demo.postbox.ledger import Ledger
from pizzeria.demo.postbox.manners import Manners


async def main(folder: Path) -> None:
    ledger, manners = Ledger(folder), Manners(folder)
    texts = sms.serve(ledger, manners)
    async with await mail.serve(ledger, manners) as mails:
        unfinished = folder / f".{PORTS}"
        unfinished.write_text(json.dumps({"mail": mails.sockets[0].getsockname()[1], "sms": texts.server_port}))
        unfinished.rename(folder / PORTS)
        await mails.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
