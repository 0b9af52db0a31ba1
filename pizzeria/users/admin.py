"""
Models that other apps registered with the admin, removed from it.

Groups are not edited: they follow the roles table. Accounts are not edited either: their owners have pages for that.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

admin.site.unregister([Group, EmailAddress, Authenticator])
