"""
Customers' own accounts, by django-allauth: an e-mail address that was confirmed, a password, passkeys.

Of allauth only what is offered here has an address. An account is never looked for by a username, nor by the e-mail
that a sign-in server says somebody has: an account's addresses are allauth's rows, and nobody whom a server knows has
any. Whoever it knows gets no password and no passkey here (`holders.may_have_account`), by any of the ways.
"""
