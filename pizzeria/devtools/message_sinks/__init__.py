"""
Where the demo's messages arrive: a mail server and an SMS provider, both real servers on loopback.

They hand nothing on. What they took lies in a ledger of their own, apart from anything the shop believes it has sent.
"""

PORTS = "ports.json"  # in its folder: at which ports it serves; there once it does
