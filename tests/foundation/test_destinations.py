"""Destinations: which URLs the shop calls, by their form and by the addresses of their hosts."""

from ipaddress import ip_address, ip_network

import pytest

from pizzeria.foundation.outbound_http import deadline
from pizzeria.foundation.outbound_http.deadline import Deadline, RequestFailed
from pizzeria.foundation.outbound_http.destinations import (
    DestinationRefused,
    Endpoint,
    check_url,
    is_public,
    parse_url,
    resolve,
)
from tests.http_receiver import NAME

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://hooks.example", Endpoint("https", "hooks.example", 443, "/")),
        ("https://HOOKS.example:8443/a/b?c=d", Endpoint("https", "hooks.example", 8443, "/a/b?c=d")),
        ("https://[2606:4700::1111]/x", Endpoint("https", "2606:4700::1111", 443, "/x")),
        ("https://[2606:4700::1111]:8443/x", Endpoint("https", "2606:4700::1111", 8443, "/x")),
        (f"https://{PUBLIC}/", Endpoint("https", PUBLIC, 443, "/")),
    ],
)
def test_a_url_is_parsed_into_host_port_and_target(url, endpoint):
    assert parse_url(url) == endpoint


@pytest.mark.parametrize(
    ("endpoint", "authority"),
    [
        (Endpoint("https", NAME, 443, "/"), NAME),
        (Endpoint("https", NAME, 80, "/"), f"{NAME}:80"),
        (Endpoint("http", NAME, 80, "/"), NAME),
        (Endpoint("https", "2606:4700::1111", 8443, "/"), "[2606:4700::1111]:8443"),
    ],
)
def test_the_host_header_names_the_port_unless_it_is_the_schemes_own(endpoint, authority):
    assert endpoint.authority == authority


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://hooks.example/",
        "https://",
        "https:///path",
        "https://user@hooks.example/",
        "https://user:password@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://hooks.example/#fragment",
        "https://hooks.example:0/",
        "https://hooks.example:65536/",
        "https://hooks.example:https/",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: other",
        "https://hooks.example/\x00",
        "https://höoks.example/",
        "https://hooks。example/",
        "https://.hooks.example/",
        "https://hooks..example/",
        "https://hooks.example./",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[::1/",
        "https://[not-an-address]/",
        "https://[v1.x]/",
        "https://[v1.hooks.example]/",
        "https://hooks[::1]/",
        "https://[::1]hooks/",
        "https://[2606:4700::1111]hooks:443/",
        "https://2130706433/",
        "https://017700000001/",
        "https://0x7f000001/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://0x7f.0.0.1/",
        "https://127.0.0.1.5/",
        "https://127.0.0.08/",
    ],
)
def test_a_url_that_could_be_read_in_another_way_is_refused(url):
    with pytest.raises(DestinationRefused):
        parse_url(url)


@pytest.mark.parametrize(
    "address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2001:200::1"]
)
def test_addresses_of_the_internet_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "168.63.129.16",
        "192.0.0.9",
        "192.0.0.170",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "192.175.48.1",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "100::1",
        "2001::1",
        "2001:1::1",
        "2001:4:112::1",
        "2001:20::1",
        "2606:4700::5efe:a00:1",
        "2606:4700::200:5efe:a00:1",
        "2620:4f:8000::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:101:101::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1111%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_every_other_address_is_not_public(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://0.0.0.0/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        f"http://{PUBLIC}/",
    ],
)
def test_a_url_of_an_address_that_is_not_public_or_not_by_https_is_refused(url):
    with pytest.raises(DestinationRefused):
        check_url(url)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"], ["fe80::1%lo"]], ids=str
)
def test_a_host_is_refused_if_one_of_its_addresses_is_not_public(resolver, addresses):
    resolver.answer(NAME, addresses)

    with pytest.raises(DestinationRefused):
        check_url(f"https://{NAME}/")


def test_a_host_whose_addresses_are_all_public_is_looked_up_once(resolver):
    resolver.answer(NAME, [PUBLIC, "2606:4700::1111"])

    found = resolve(parse_url(f"https://{NAME}/"), Deadline(deadline.TIME_LIMIT))

    assert found == [ip_address(PUBLIC), ip_address("2606:4700::1111")]
    assert resolver.asked == [NAME]


def test_an_unknown_host_is_not_refused_but_cannot_be_called(resolver):
    with pytest.raises(RequestFailed, match="cannot be found") as failure:
        check_url("https://nowhere.example/")

    assert not isinstance(failure.value, DestinationRefused)


def test_a_resolver_that_does_not_answer_is_not_waited_for(monkeypatch, release):
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_kwargs: release.wait())
    monkeypatch.setattr(deadline, "TIME_LIMIT", 0.1)

    with pytest.raises(RequestFailed, match="not found in time"):
        check_url(f"https://{NAME}/")


def test_extra_networks_are_allowed_also_by_plain_http(settings):
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.0/8")]

    for url in ("http://127.0.0.1/", "https://127.9.9.9/", "https://[::ffff:127.0.0.1]/", f"https://{PUBLIC}/"):
        check_url(url)
    for url in (f"http://{PUBLIC}/", "https://10.0.0.1/", "https://[::1]/"):
        with pytest.raises(DestinationRefused):
            check_url(url)


def test_plain_http_needs_every_address_of_the_host_in_an_extra_network(settings, resolver):
    settings.WEBHOOK_EXTRA_NETWORKS = [ip_network("127.0.0.0/8")]
    resolver.answer(NAME, ["127.0.0.1", PUBLIC])

    with pytest.raises(DestinationRefused):
        check_url(f"http://{NAME}/")
