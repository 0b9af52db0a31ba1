"""Groups are not edited: the roles table makes them."""

from django.contrib import admin
from django.contrib.auth.models import Group

admin.site.unregister(Group)
