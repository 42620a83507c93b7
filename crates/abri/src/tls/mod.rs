//! TLS on our own: certificates from files or from an ACME authority, chosen by the name the client asks for.

pub mod acme;
pub mod files;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// The protocol by which an authority asks for a challenge (RFC 8737).
pub const ACME_ALPN: &[u8] = b"acme-tls/1";

/// The certificates in use; changed while serving.
#[derive(Debug, Default)]
pub struct Certificates {
    /// The one from files: for every name that has none of its own.
    file: ArcSwapOption<CertifiedKey>,
    /// Those fetched by ACME, by name.
    fetched: ArcSwap<HashMap<String, Arc<CertifiedKey>>>,
    /// Answers to challenges, by name.
    challenges: ArcSwap<HashMap<String, Arc<CertifiedKey>>>,
}

impl Certificates {
    /// Uses `certificate` for every name that has none of its own.
    pub fn set_file(&self, certificate: CertifiedKey) {
        self.file.store(Some(Arc::new(certificate)));
    }

    /// Uses `certificate` for `host`.
    pub fn set_fetched(&self, host: &str, certificate: CertifiedKey) {
        insert(&self.fetched, host, Some(Arc::new(certificate)));
    }

    /// Answers challenges about `host` by `certificate`, or no more.
    pub fn set_challenge(&self, host: &str, certificate: Option<CertifiedKey>) {
        insert(&self.challenges, host, certificate.map(Arc::new));
    }

    fn choose(&self, host: Option<&str>, challenge: bool) -> Option<Arc<CertifiedKey>> {
        let host = host.map(str::to_ascii_lowercase);
        if challenge {
            return self.challenges.load().get(&host?).cloned();
        }
        let fetched = self.fetched.load();
        if let Some(certificate) = host.as_ref().and_then(|host| fetched.get(host)) {
            return Some(certificate.clone());
        }
        // Without a name (an address was typed) any of ours is better than none.
        self.file.load_full().or_else(|| if host.is_none() { fetched.values().next().cloned() } else { None })
    }
}

fn insert(map: &ArcSwap<HashMap<String, Arc<CertifiedKey>>>, host: &str, certificate: Option<Arc<CertifiedKey>>) {
    let host = host.to_ascii_lowercase();
    map.rcu(|map| {
        let mut map = HashMap::clone(map);
        match &certificate {
            Some(certificate) => map.insert(host.clone(), certificate.clone()),
            None => map.remove(&host),
        };
        map
    });
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let challenge = hello.alpn().is_some_and(|mut protocols| protocols.any(|protocol| protocol == ACME_ALPN));
        self.choose(hello.server_name(), challenge)
    }
}

/// The server's side of TLS over `certificates`.
pub fn server_config(certificates: Arc<Certificates>) -> Arc<ServerConfig> {
    let mut config = ServerConfig::builder().with_no_client_auth().with_cert_resolver(certificates);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), ACME_ALPN.to_vec()];
    Arc::new(config)
}

/// Makes the one provider of cryptography known; the first thing a process does.
pub fn install_provider() {
    // An error says that there is one already, which in tests there is.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A certificate signed by itself, as PEM: the chain and the key.
    pub fn self_signed(host: &str) -> (String, String) {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a certificate");
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn certified(host: &str) -> CertifiedKey {
        install_provider();
        let (chain, key) = self_signed(host);
        files::certified(chain.as_bytes(), key.as_bytes()).expect("a pair")
    }

    #[test]
    fn the_certificate_is_chosen_by_name() {
        let all = Certificates::default();
        assert!(all.choose(Some("a.example"), false).is_none());
        all.set_fetched("A.example", certified("a.example"));
        assert!(all.choose(Some("a.EXAMPLE"), false).is_some());
        assert!(all.choose(None, false).is_some(), "no name: any of ours");
        assert!(all.choose(Some("b.example"), false).is_none(), "another name: none");
        all.set_file(certified("c.example"));
        let file = all.choose(Some("b.example"), false).expect("the file's");
        assert_ne!(file.cert, all.choose(Some("a.example"), false).expect("its own").cert);
    }

    #[test]
    fn a_challenge_is_answered_by_its_own_certificate_only() {
        let all = Certificates::default();
        all.set_file(certified("a.example"));
        assert!(all.choose(Some("a.example"), true).is_none());
        all.set_challenge("a.example", Some(certified("a.example")));
        assert!(all.choose(Some("a.example"), true).is_some());
        all.set_challenge("a.example", None);
        assert!(all.choose(Some("a.example"), true).is_none());
    }
}
