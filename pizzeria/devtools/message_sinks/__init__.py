"""
Message sinks: an SMTP server and an SMS provider on loopback, which receive the messages of the demo and the tests.

They forward no message. They keep what they have accepted in a store of their own, separate from the shop's records of
what it has sent.
"""

PORTS_FILE = "ports.json"  # the file in the sinks' folder that names their ports; it exists once they serve
