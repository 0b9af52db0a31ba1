"""Groups are not edited: the roles table makes them. Nor are accounts: their owners have pages of their own."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

admin.site.unregister([Group, EmailAddress, Authenticator])
