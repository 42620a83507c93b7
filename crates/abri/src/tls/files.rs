//! A certificate from files, read again when they change.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::Certificates;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A certificate chain and its key, both PEM; an error says what is wrong with them.
pub fn certified(chain: &[u8], key: &[u8]) -> Result<CertifiedKey, String> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("the certificate is not PEM: {error}"))?;
    if chain.is_empty() {
        return Err("the certificate file holds no certificate".into());
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("the key is not PEM: {error}"))?;
    let provider = CryptoProvider::get_default().ok_or("no provider of cryptography")?;
    CertifiedKey::from_der(chain, key, provider)
        .map_err(|error| format!("the certificate and the key do not go together: {error}"))
}

/// The two files and when they were last seen to change.
#[derive(Debug)]
pub struct Files {
    certificate: PathBuf,
    key: PathBuf,
    seen: Option<(SystemTime, SystemTime)>,
}

impl Files {
    /// The files, not yet read.
    pub fn new(certificate: PathBuf, key: PathBuf) -> Files {
        Files { certificate, key, seen: None }
    }

    /// Reads the files if they changed since the last time; `true` when they did and are in use now.
    pub fn refresh(&mut self, certificates: &Certificates) -> Result<bool, String> {
        let stamps = (stamp(&self.certificate)?, stamp(&self.key)?);
        if self.seen == Some(stamps) {
            return Ok(false);
        }
        certificates.set_file(certified(&read(&self.certificate)?, &read(&self.key)?)?);
        self.seen = Some(stamps);
        Ok(true)
    }

    /// Looks at the files now and then, for ever. A pair that is not whole yet is tried again; the former one serves meanwhile.
    pub async fn follow(mut self, certificates: Arc<Certificates>) {
        let mut told = String::new();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.refresh(&certificates) {
                Ok(true) => tracing::info!("the certificate was read again"),
                Ok(false) => {}
                Err(why) if why != told => {
                    tracing::warn!(why, "the changed certificate cannot be used; the former one still is");
                    told = why;
                }
                Err(_) => {}
            }
        }
    }
}

fn stamp(path: &Path) -> Result<SystemTime, String> {
    std::fs::metadata(path)
        .and_then(|meta| meta.modified())
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::self_signed;
    use super::super::{Certificates, install_provider};
    use super::*;

    #[test]
    fn changed_files_are_read_again_and_broken_ones_are_not_used() {
        install_provider();
        let dir = tempfile::tempdir().expect("a directory");
        let (certificate, key) = (dir.path().join("c.pem"), dir.path().join("k.pem"));
        let write = |host: &str, seconds: u64| {
            let (chain, secret) = self_signed(host);
            for (path, text) in [(&certificate, chain), (&key, secret)] {
                std::fs::write(path, text).expect("written");
                let file = std::fs::File::options().write(true).open(path).expect("opened");
                file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).expect("dated");
            }
        };
        let all = Certificates::default();
        let mut files = Files::new(certificate.clone(), key.clone());
        write("a.example", 1);
        assert_eq!(files.refresh(&all), Ok(true));
        assert_eq!(files.refresh(&all), Ok(false));
        let first = all.choose(None, false).expect("one").cert.clone();
        write("a.example", 2);
        assert_eq!(files.refresh(&all), Ok(true));
        let second = all.choose(None, false).expect("one").cert.clone();
        assert_ne!(first, second);
        std::fs::write(&key, "half a k").expect("written");
        assert!(files.refresh(&all).is_err());
        assert_eq!(all.choose(None, false).expect("one").cert, second);
    }
}
