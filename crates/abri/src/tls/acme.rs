//! Certificates by ACME (RFC 8555), proved by TLS-ALPN-01 (RFC 8737) and renewed by themselves.
//!
//! One order per name, for configured names only. The account and the certificates are kept in the data directory, readable by
//! its owner alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, ChallengeType, Identifier, NewAccount, NewOrder, OrderStatus,
    RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use serde::{Deserialize, Serialize};

use super::{Certificates, files};
use crate::config::Acme;
use crate::data_dir::write_private;

/// How often it is looked whether a certificate must be renewed.
const LOOK_EVERY: Duration = Duration::from_secs(3600);
/// First wait after a failure; doubled each time.
const RETRY_FIRST: Duration = Duration::from_secs(60);
/// Longest wait after failures: authorities allow five a week and name.
const RETRY_LONGEST: Duration = Duration::from_secs(12 * 3600);
/// How long an authority may take to check and to sign.
const ANSWER_WAIT: Duration = Duration::from_secs(90);
/// A certificate is renewed when this part of its life is left: one third.
const RENEW_AT_PART: i64 = 3;

/// Fetches and keeps certificates.
#[derive(Debug)]
pub struct Renewal {
    config: Acme,
    dir: PathBuf,
    certificates: Arc<Certificates>,
}

/// The account as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    directory: String,
    credentials: AccountCredentials,
}

impl Renewal {
    /// A renewal that keeps what it gets in the new or existing directory `dir`; certificates that are there are used at once.
    pub fn new(config: Acme, dir: PathBuf, certificates: Arc<Certificates>) -> Result<Renewal, String> {
        crate::data_dir::make_private(&dir).map_err(|error| format!("{}: {error}", dir.display()))?;
        let renewal = Renewal { config, dir, certificates };
        for host in &renewal.config.hosts {
            if let Some(certified) = renewal.kept(host) {
                renewal.certificates.set_fetched(host, certified);
            }
        }
        Ok(renewal)
    }

    /// Fetches what is missing or old, for ever. `now` gives seconds since the epoch.
    pub async fn run(self, now: impl Fn() -> i64) {
        let mut failures: u32 = 0;
        loop {
            let mut failed = false;
            for host in &self.config.hosts {
                if !self.is_due(host, now()) {
                    continue;
                }
                match self.fetch(host).await {
                    Ok(()) => tracing::info!(host, "a certificate was fetched"),
                    Err(why) => {
                        tracing::warn!(host, why, "no certificate could be fetched");
                        failed = true;
                    }
                }
            }
            failures = if failed { failures.saturating_add(1) } else { 0 };
            let wait = match failures {
                0 => LOOK_EVERY,
                n => RETRY_FIRST.saturating_mul(1 << (n - 1).min(16)).min(RETRY_LONGEST),
            };
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether `host` needs a new certificate at `now`.
    pub fn is_due(&self, host: &str, now: i64) -> bool {
        let Some(certified) = self.kept(host) else { return true };
        let life = certified.cert.first().and_then(|der| {
            x509_parser::parse_x509_certificate(der)
                .ok()
                .map(|(_, parsed)| (parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp()))
        });
        life.is_none_or(|(from, to)| now >= to - (to - from) / RENEW_AT_PART)
    }

    /// Gets a certificate for `host` and puts it into use.
    pub async fn fetch(&self, host: &str) -> Result<(), String> {
        if !self.config.hosts.iter().any(|allowed| allowed == host) {
            return Err("this name is not among acme.hosts".into());
        }
        let account = self.account().await?;
        let pem = self.order(&account, host).await;
        self.certificates.set_challenge(host, None);
        let pem = pem?;
        let certified = files::certified(pem.as_bytes(), pem.as_bytes())?;
        write_private(&self.path(host), pem.as_bytes())
            .map_err(|error| format!("the certificate cannot be kept: {error}"))?;
        self.certificates.set_fetched(host, certified);
        Ok(())
    }

    /// A new certificate with its key, as one PEM text.
    async fn order(&self, account: &Account, host: &str) -> Result<String, String> {
        let identifiers = [Identifier::Dns(host.to_owned())];
        let mut order = account.new_order(&NewOrder::new(&identifiers)).await.map_err(told)?;
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(told)?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let mut challenge =
                authorization.challenge(ChallengeType::TlsAlpn01).ok_or("the authority does not offer TLS-ALPN-01")?;
            self.certificates.set_challenge(
                host,
                Some(challenge_certificate(host, challenge.key_authorization().digest().as_ref())?),
            );
            challenge.set_ready().await.map_err(told)?;
        }
        let retries = RetryPolicy::new().timeout(ANSWER_WAIT);
        match order.poll_ready(&retries).await.map_err(told)? {
            OrderStatus::Ready | OrderStatus::Valid => {}
            _ => {
                return Err(format!(
                    "the authority could not reach us as {host} on port 443: {}",
                    order_fault(&mut order).await
                ));
            }
        }
        let key = KeyPair::generate().map_err(told)?;
        let mut params = CertificateParams::new([host.to_owned()]).map_err(told)?;
        params.distinguished_name = DistinguishedName::new();
        order.finalize_csr(params.serialize_request(&key).map_err(told)?.der()).await.map_err(told)?;
        let chain = order.poll_certificate(&retries).await.map_err(told)?;
        Ok(format!("{}\n{}", chain.trim_end(), key.serialize_pem()))
    }

    /// Our account with the authority: the one kept, or a new one.
    async fn account(&self) -> Result<Account, String> {
        let builder = || match &self.config.root {
            Some(root) => Account::builder_with_root(root),
            None => Account::builder(),
        };
        let path = self.dir.join("account.json");
        let kept = fs::read(&path).ok().and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
        if let Some(kept) = kept.filter(|kept| kept.directory == self.config.directory) {
            return builder().map_err(told)?.from_credentials(kept.credentials).await.map_err(told);
        }
        let contact: Vec<&str> = self.config.contact.as_deref().into_iter().collect();
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let (account, credentials) =
            builder().map_err(told)?.create(&new, self.config.directory.clone(), None).await.map_err(told)?;
        let kept = serde_json::to_vec(&Kept { directory: self.config.directory.clone(), credentials }).map_err(told)?;
        write_private(&path, &kept).map_err(|error| format!("the account cannot be kept: {error}"))?;
        Ok(account)
    }

    fn kept(&self, host: &str) -> Option<CertifiedKey> {
        let pem = fs::read(self.path(host)).ok()?;
        files::certified(&pem, &pem).ok()
    }

    fn path(&self, host: &str) -> PathBuf {
        // Configured names only, but a file name must not lead elsewhere whatever is configured.
        self.dir.join(format!("{}.pem", host.replace(['/', '\\', '\0'], "_")))
    }
}

/// The certificate that proves `host` (RFC 8737 §3): signed by itself, with the digest of the key authorization in it.
fn challenge_certificate(host: &str, digest: &[u8]) -> Result<CertifiedKey, String> {
    let key = KeyPair::generate().map_err(told)?;
    let mut params = CertificateParams::new([host.to_owned()]).map_err(told)?;
    params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = params.self_signed(&key).map_err(told)?;
    let provider = CryptoProvider::get_default().ok_or("no provider of cryptography")?;
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let key = provider.key_provider.load_private_key(key).map_err(told)?;
    // Not `from_der`: that reads the certificate as a client would, and refuses the critical extension it must have.
    Ok(CertifiedKey::new(vec![certificate.der().clone()], key))
}

/// What the authority says went wrong with an order.
async fn order_fault(order: &mut instant_acme::Order) -> String {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let Ok(state) = authorization.refresh().await else { continue };
        if let Some(problem) = state.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
            return problem.to_string();
        }
    }
    "it does not say why".into()
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Where certificates fetched by ACME are kept in a data directory.
pub fn dir(data: &Path) -> PathBuf {
    data.join("acme")
}
