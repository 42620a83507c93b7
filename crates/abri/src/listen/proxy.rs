//! Whom a request really comes from, when a trusted proxy stands before us.
//!
//! Nothing a stranger writes into `Forwarded` or `X-Forwarded-*` counts: the headers are read only when the
//! connection comes from a proxy on the list, and then from the right, as far as the addresses are those of trusted proxies.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

use crate::config::value::Value;

/// Longest chain of proxies that is looked at.
const HOPS_MAX: usize = 16;

/// An address or a network of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether `address` is in the network.
    pub fn has(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(host)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(net) & mask == u32::from(host) & mask
            }
            (IpAddr::V6(net), IpAddr::V6(host)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(net) & mask == u128::from(host) & mask
            }
            _ => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.address.is_ipv4() { 32 } else { 128 };
        match self.bits {
            bits if bits == whole => write!(f, "{}", self.address),
            bits => write!(f, "{}/{bits}", self.address),
        }
    }
}

impl Value for Network {
    fn read(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an address or a network like 10.0.0.0/8");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let bits: u8 = bits.map_or(Ok(whole), |bits| bits.parse().map_err(|_| wrong()))?;
        if bits <= whole { Ok(Network { address, bits }) } else { Err(wrong()) }
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

/// What is known of who asks, before any proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Their address.
    pub address: IpAddr,
    /// Whether they speak TLS with us, or with the trusted proxy.
    pub secure: bool,
    /// The host they asked for, with the port when they gave one.
    pub host: Option<String>,
}

/// Resolves who asks from the connection and the headers.
pub fn client(
    peer: SocketAddr,
    secure: bool,
    authority: Option<&str>,
    headers: &HeaderMap,
    trusted: &[Network],
) -> Client {
    let address = peer.ip().to_canonical();
    let host = authority
        .or_else(|| headers.get(http::header::HOST).and_then(|host| host.to_str().ok()))
        .map(str::to_ascii_lowercase);
    let direct = Client { address, secure, host };
    let trusts = |address: IpAddr| trusted.iter().any(|network| network.has(address));
    if trusted.is_empty() || !trusts(address) {
        return direct;
    }
    let hops = hops(headers);
    // From the right: the hop nearest to us was written by the proxy that connects to us; the one before it by a proxy that we
    // must trust too, or else it is the client.
    let mut chosen = None;
    for (at, hop) in hops.iter().enumerate().rev().take(HOPS_MAX) {
        chosen = Some(at);
        match hop.address {
            Some(address) if trusts(address) => {}
            _ => break,
        }
    }
    let Some(hop) = chosen.map(|at| &hops[at]) else { return direct };
    Client {
        address: hop.address.unwrap_or(direct.address),
        secure: hop
            .proto
            .as_deref()
            .map_or(direct.secure, |proto| proto.eq_ignore_ascii_case("https") || proto.eq_ignore_ascii_case("wss")),
        host: hop.host.as_deref().filter(|host| is_host(host)).map(str::to_ascii_lowercase).or(direct.host),
    }
}

/// What one proxy said of who connected to it.
#[derive(Default)]
struct Hop {
    address: Option<IpAddr>,
    proto: Option<String>,
    host: Option<String>,
}

/// Every hop, the client first: from `Forwarded` (RFC 7239) when it is there, else from the `X-` headers.
fn hops(headers: &HeaderMap) -> Vec<Hop> {
    let forwarded = list(headers, "forwarded");
    if !forwarded.is_empty() {
        return forwarded.iter().map(|element| forwarded_hop(element)).collect();
    }
    let addresses = list(headers, "x-forwarded-for");
    let protos = list(headers, "x-forwarded-proto");
    let hosts = list(headers, "x-forwarded-host");
    // A proxy that appends gives as many values as addresses; one that replaces gives a single one.
    let at = |values: &[String], at: usize| {
        if values.len() == addresses.len() { values.get(at).cloned() } else { values.last().cloned() }
    };
    if addresses.is_empty() && (!protos.is_empty() || !hosts.is_empty()) {
        return vec![Hop { address: None, proto: protos.last().cloned(), host: hosts.last().cloned() }];
    }
    let hop =
        |(i, address): (usize, &String)| Hop { address: node(address), proto: at(&protos, i), host: at(&hosts, i) };
    addresses.iter().enumerate().map(hop).collect()
}

fn list(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn forwarded_hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in element.split(';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.address = node(value),
            "proto" => hop.proto = Some(value.to_owned()),
            "host" => hop.host = Some(value.to_owned()),
            _ => {}
        }
    }
    hop
}

/// An address with or without port and brackets; `None` for `unknown` and obfuscated names.
fn node(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Some(socket.ip().to_canonical());
    }
    text.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

fn is_host(text: &str) -> bool {
    text.parse::<http::uri::Authority>().is_ok_and(|authority| !authority.as_str().contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who is seen when `peer` connects with these headers and 10.0.0.0/8 and ::1 are trusted: address, `s` when secure, host.
    fn seen(peer: &str, headers: &[(&str, &str)]) -> String {
        let trusted = [Network::read("10.0.0.0/8").expect("a network"), Network::read("::1").expect("an address")];
        let mut map = HeaderMap::new();
        map.insert("host", "inner:8080".parse().expect("a value"));
        for (name, value) in headers {
            map.append(http::HeaderName::from_bytes(name.as_bytes()).expect("a name"), value.parse().expect("a value"));
        }
        let client = client(SocketAddr::new(peer.parse().expect("an address"), 4000), false, None, &map, &trusted);
        format!("{}{} {}", client.address, if client.secure { " s" } else { "" }, client.host.unwrap_or_default())
    }

    #[test]
    fn who_is_believed() {
        let xff = "x-forwarded-for";
        type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: &[Case<'_>] = &[
            ("no proxy", "192.0.2.7", &[], "192.0.2.7 inner:8080"),
            (
                "a stranger forging",
                "192.0.2.7",
                &[
                    (xff, "1.2.3.4"),
                    ("x-forwarded-proto", "https"),
                    ("x-forwarded-host", "evil"),
                    ("forwarded", "for=1.2.3.4;proto=https"),
                ],
                "192.0.2.7 inner:8080",
            ),
            ("a proxy saying nothing", "10.0.0.1", &[], "10.0.0.1 inner:8080"),
            (
                "the usual proxy",
                "10.0.0.1",
                &[(xff, "192.0.2.7"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "Cloud.example")],
                "192.0.2.7 s cloud.example",
            ),
            (
                "a client forging through a proxy that appends",
                "10.0.0.1",
                &[(xff, "1.2.3.4, 192.0.2.7")],
                "192.0.2.7 inner:8080",
            ),
            ("two headers are one list", "10.0.0.1", &[(xff, "1.2.3.4"), (xff, "192.0.2.7")], "192.0.2.7 inner:8080"),
            (
                "two trusted proxies",
                "10.0.0.1",
                &[(xff, "192.0.2.7, 10.0.0.2"), ("x-forwarded-proto", "https, http")],
                "192.0.2.7 s inner:8080",
            ),
            ("only trusted ones: the first", "10.0.0.1", &[(xff, "10.0.0.3, 10.0.0.2")], "10.0.0.3 inner:8080"),
            ("proto alone", "10.0.0.1", &[("x-forwarded-proto", "https")], "10.0.0.1 s inner:8080"),
            (
                "the standard header",
                "10.0.0.1",
                &[("forwarded", "for=192.0.2.7;proto=https;host=cloud.example")],
                "192.0.2.7 s cloud.example",
            ),
            (
                "the standard header wins",
                "10.0.0.1",
                &[("forwarded", "for=192.0.2.7"), (xff, "1.2.3.4")],
                "192.0.2.7 inner:8080",
            ),
            (
                "v6 with brackets and port",
                "10.0.0.1",
                &[("forwarded", "For=\"[2001:db8::7]:4711\"")],
                "2001:db8::7 inner:8080",
            ),
            ("v6 bare", "::1", &[(xff, "2001:db8::7")], "2001:db8::7 inner:8080"),
            ("v4 in v6", "::ffff:10.0.0.1", &[(xff, "::ffff:192.0.2.7")], "192.0.2.7 inner:8080"),
            ("unknown", "10.0.0.1", &[("forwarded", "for=unknown;proto=https")], "10.0.0.1 s inner:8080"),
            (
                "a host that is none",
                "10.0.0.1",
                &[(xff, "192.0.2.7"), ("x-forwarded-host", "a b/../")],
                "192.0.2.7 inner:8080",
            ),
            (
                "a host with a login",
                "10.0.0.1",
                &[(xff, "192.0.2.7"), ("x-forwarded-host", "me@evil.example")],
                "192.0.2.7 inner:8080",
            ),
        ];
        for (name, peer, headers, expected) in cases {
            assert_eq!(seen(peer, headers), *expected, "{name}");
        }
    }

    #[test]
    fn networks_hold_what_they_say() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "1.2.3.4", true),
            ("2001:db8::/32", "2001:db8:1::", true),
            ("::/0", "1.2.3.4", false),
            ("192.0.2.7", "192.0.2.8", false),
        ];
        for (network, address, expected) in cases {
            assert_eq!(
                Network::read(network).expect("a network").has(address.parse().expect("an address")),
                expected,
                "{network} {address}"
            );
        }
        assert!(Network::read("10.0.0.0/33").is_err() && Network::read("ten").is_err());
    }
}
