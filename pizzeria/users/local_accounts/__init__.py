"""
Customers' local accounts, by django-allauth: a confirmed e-mail address, a password, passkeys.

Of allauth's views, only those offered here have a URL. Accounts are never looked up by username, nor by the e-mail
address that a sign-in server claims for a user: an account's addresses are allauth's rows, and users with an identity
at a sign-in server have none. Such users get neither password nor passkey here in any way
(`eligibility.may_have_account`).
"""
