"""Hosts by who can reach them."""

import pytest

from pizzeria.foundation.hosts import is_loopback, is_private

LOOPBACK = [
    "localhost",
    "LOCALHOST",
    "localhost.",
    "shop.localhost",
    ".localhost",
    "127.0.0.1",
    "127.8.8.8",
    "::1",
    "[::1]",
]
PRIVATE = ["10.0.0.7", "172.16.0.1", "172.31.255.1", "192.168.1.5", "fd12:3456::1", "[fc00::1]", "shop.local", ".local"]
PUBLIC = [
    "", "*", ".", ".example", "pizza.example", "localhost.example", "notlocal", "pizza.local.example",
    "8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "127.1",
    "2001:db8::1", "fe80::1", "::", "::ffff:8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_name_or_address_of_this_machine_is_loopback_and_private(host):
    assert (is_loopback(host), is_private(host)) == (True, True)


@pytest.mark.parametrize("host", PRIVATE)
def test_an_address_of_a_private_network_or_a_local_name_is_private_but_not_loopback(host):
    assert (is_loopback(host), is_private(host)) == (False, True)


@pytest.mark.parametrize("host", PUBLIC)
def test_every_other_host_is_public(host):
    assert (is_loopback(host), is_private(host)) == (False, False)
