//! `abri doctor`: looks at the set-up and says in plain words what is wrong with it.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use tokio::net::UnixStream;

use crate::config::{Config, StoreChoice};
use crate::data_dir::{self, DataDir, OpenError};
use crate::tls::files::certified;

/// Less room than this is worth a word.
const FREE_BYTES_MIN: u64 = 1 << 30;
/// A sync that takes longer makes every write slow.
const SYNC_SLOW: Duration = Duration::from_millis(50);
/// Fewer open files than this limit many connections and spaces.
const FILES_MIN: u64 = 4096;
/// A certificate that ends sooner should have been renewed.
const CERTIFICATE_DAYS_MIN: i64 = 10;
/// No clock is right that shows a time before this program was written: 2026-01-01.
const CLOCK_MIN_SECONDS: i64 = 1_767_225_600;

/// What was found, in the order of looking.
#[derive(Debug, Default)]
pub struct Findings {
    /// What is well.
    pub good: Vec<String>,
    /// What may be meant so, but is worth knowing.
    pub notes: Vec<String>,
    /// What is wrong.
    pub wrong: Vec<String>,
}

/// Looks at everything and prints it; whether nothing is wrong.
pub async fn doctor(config: &Config) -> bool {
    let findings = examine(config).await;
    for (mark, sentences) in [("ok    ", &findings.good), ("note  ", &findings.notes), ("WRONG ", &findings.wrong)] {
        for sentence in sentences {
            println!("{mark} {sentence}");
        }
    }
    if findings.wrong.is_empty() {
        println!("\nNothing is wrong.");
    }
    findings.wrong.is_empty()
}

/// Looks at everything.
pub async fn examine(config: &Config) -> Findings {
    let mut findings = Findings::default();
    if let Some(why) = config.contradiction() {
        findings.wrong.push(why);
    }
    let serving = UnixStream::connect(DataDir::socket(&config.data)).await.is_ok();
    data(config, serving, &mut findings);
    disk(&config.data, &mut findings);
    clock(&mut findings);
    limits(&mut findings);
    ports(config, serving, &mut findings);
    exposure(config, &mut findings);
    certificate(config, &mut findings);
    names(config, &mut findings).await;
    database(config, &mut findings).await;
    findings
}

fn data(config: &Config, serving: bool, findings: &mut Findings) {
    let path = &config.data;
    let shown = path.display();
    match data_dir::format_of(path) {
        Ok(None) if !path.exists() => {
            findings.notes.push(format!("{shown} is not there yet: the first `abri serve` makes it"))
        }
        Ok(None) => findings.notes.push(format!("{shown} holds no data yet")),
        Ok(Some(found)) if found > data_dir::FORMAT => {
            findings.wrong.push(OpenError::Newer { path: path.clone(), found }.to_string())
        }
        Ok(Some(found)) => findings.good.push(format!(
            "{shown} holds data of format {found}{}",
            if serving { ", and a server uses it" } else { "" }
        )),
        Err(error) => findings.wrong.push(error.to_string()),
    }
    if super::restore::was_cut_off(path) {
        findings.wrong.push("a restore was cut off before its end: run `abri restore` again".into());
    }
    let Ok(meta) = fs::metadata(path) else { return };
    if meta.permissions().mode() & 0o077 != 0 {
        findings.wrong.push(format!("others may look into {shown}: chmod 700 {shown}"));
    }
    let me = nix::unistd::geteuid().as_raw();
    if meta.uid() != me && me != 0 {
        findings
            .wrong
            .push(format!("{shown} belongs to another user (number {}): run as that user, or chown it", meta.uid()));
    } else if meta.uid() != me {
        findings.notes.push(format!(
            "you are root, and {shown} belongs to user {}: commands that make files should run as that user",
            meta.uid()
        ));
    }
}

fn disk(path: &Path, findings: &mut Findings) {
    // Before the first start the directory above tells the same.
    let Some(path) = path.ancestors().find(|path| path.is_dir()).or(Some(Path::new("."))) else { return };
    if let Ok(stat) = nix::sys::statvfs::statvfs(path) {
        #[allow(clippy::unnecessary_cast)]
        let free = stat.blocks_available() as u64 * stat.fragment_size() as u64;
        let shown = format!("{:.1} GiB are free on the disk of {}", free as f64 / (1u64 << 30) as f64, path.display());
        if free < FREE_BYTES_MIN {
            findings.wrong.push(format!("only {shown}"))
        } else {
            findings.good.push(shown)
        }
        if stat.files() > 0 && stat.files_available() * 50 < stat.files() {
            findings
                .wrong
                .push(format!("the file system of {} has hardly any file numbers (inodes) left", path.display()));
        }
    }
    if let Ok(kind) = nix::sys::statfs::statfs(path).map(|stat| stat.filesystem_type()) {
        use nix::sys::statfs::{NFS_SUPER_MAGIC, TMPFS_MAGIC};
        if kind == TMPFS_MAGIC {
            findings
                .wrong
                .push(format!("{} is in memory (tmpfs): everything is lost when the machine stops", path.display()));
        } else if kind == NFS_SUPER_MAGIC {
            findings.wrong.push(format!(
                "{} is on NFS, which cannot be trusted with locks and syncs: use a local disk",
                path.display()
            ));
        }
    }
    match time_of_sync(path) {
        Ok(took) if took > SYNC_SLOW => findings
            .notes
            .push(format!("making a write durable takes {} ms: uploads of small files will be slow", took.as_millis())),
        Ok(took) => findings.good.push(format!("making a write durable takes {:.1} ms", took.as_secs_f64() * 1000.0)),
        Err(error) => findings.wrong.push(format!("{} cannot be written to: {error}", path.display())),
    }
}

/// How long it takes to make a small new file durable.
fn time_of_sync(dir: &Path) -> io::Result<Duration> {
    let path = dir.join(format!(".abri-doctor-{}", std::process::id()));
    let begun = Instant::now();
    let written = data_dir::write_private(&path, b"may be removed\n");
    let took = begun.elapsed();
    let removed = fs::remove_file(&path);
    written.and(removed).map(|()| took)
}

fn clock(findings: &mut Findings) {
    let now = crate::house::clock().now().seconds();
    if now < CLOCK_MIN_SECONDS {
        findings.wrong.push("the clock of this machine is wrong: it shows a time in the past".into());
    }
}

fn limits(findings: &mut Findings) {
    use nix::sys::resource::{Resource, getrlimit};
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && hard < FILES_MIN
    {
        findings.wrong.push(format!("only {hard} files may be open at once: raise it (LimitNOFILE=65536 in systemd)"));
    }
}

fn ports(config: &Config, serving: bool, findings: &mut Findings) {
    for address in config.listen.iter().chain(&config.tls.listen) {
        if serving {
            continue;
        }
        match TcpListener::bind(address) {
            Ok(_) => findings.good.push(format!("{address} can be listened on")),
            Err(error) => findings.wrong.push(match error.kind() {
                io::ErrorKind::AddrInUse => format!("{address} is taken by another program"),
                io::ErrorKind::PermissionDenied => format!("{address} needs a right that this user lacks: AmbientCapabilities=CAP_NET_BIND_SERVICE in systemd, or a port above 1023"),
                io::ErrorKind::AddrNotAvailable => format!("{address} is no address of this machine"),
                _ => format!("{address} cannot be listened on: {error}"),
            }),
        }
    }
}

fn exposure(config: &Config, findings: &mut Findings) {
    let open = |address: &&SocketAddr| !address.ip().is_loopback();
    if let Some(address) = config.listen.iter().find(open)
        && config.proxies.is_empty()
        && !config.tls.redirect
    {
        findings.notes.push(format!("{address} takes plain HTTP from other machines: passphrases travel in the clear unless a proxy adds HTTPS (then name it in `proxies`)"));
    }
    let https = config.url.as_deref().is_some_and(|url| url.starts_with("https://"));
    if https && config.tls.listen.is_empty() && config.proxies.is_empty() {
        findings.wrong.push("`url` says https, but there is neither `tls.listen` nor a trusted proxy: cookies will not be marked secure. Set `proxies` to the address of your proxy".into());
    }
    if config
        .proxies
        .iter()
        .any(|network| network.has(IpAddr::from([0, 0, 0, 1])) && network.has(IpAddr::from([255, 255, 255, 254])))
    {
        findings.wrong.push("`proxies` trusts every address: anybody can pretend to come from anywhere".into());
    }
}

fn certificate(config: &Config, findings: &mut Findings) {
    let (Some(chain), Some(key)) = (&config.tls.certificate, &config.tls.key) else { return };
    let read = |path: &Path| fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()));
    let checked = read(chain).and_then(|chain| certified(&chain, &read(key)?));
    let certified = match checked {
        Ok(certified) => certified,
        Err(why) => return findings.wrong.push(why),
    };
    if fs::metadata(key).is_ok_and(|meta| meta.permissions().mode() & 0o004 != 0) {
        findings.wrong.push(format!("everybody on this machine may read the key {}: chmod 600 it", key.display()));
    }
    let Some(end) = certified.cert.first().and_then(|der| {
        x509_parser::parse_x509_certificate(der).ok().map(|(_, parsed)| parsed.validity().not_after.timestamp())
    }) else {
        return findings.wrong.push(format!("{} holds no certificate that can be read", chain.display()));
    };
    let days = (end - crate::house::clock().now().seconds()).div_euclid(86_400);
    let sentence = match days {
        ..0 => "the certificate has expired".to_owned(),
        0..CERTIFICATE_DAYS_MIN => format!("the certificate ends in {days} days: renew it"),
        _ => return findings.good.push(format!("the certificate is good for {days} days")),
    };
    findings.wrong.push(sentence);
}

async fn names(config: &Config, findings: &mut Findings) {
    for host in &config.acme.hosts {
        let found = tokio::net::lookup_host((host.as_str(), 443)).await.map(Iterator::count);
        match found {
            Ok(1..) => findings.good.push(format!("{host} has an address")),
            _ => findings.wrong.push(format!("{host} has no address in the DNS: no certificate can be fetched for it")),
        }
    }
    let at_443 = config.tls.listen.iter().any(|address| address.port() == 443);
    if !config.acme.hosts.is_empty() && !at_443 {
        findings.notes.push("certificates are proved on port 443: something must lead it to `tls.listen`".into());
    }
}

async fn database(config: &Config, findings: &mut Findings) {
    if !matches!(config.store, StoreChoice::Postgres(_)) {
        return;
    }
    match crate::house::rows(config, &config.data).await {
        Ok(_) => findings.good.push("the database answers".into()),
        Err(why) => findings.wrong.push(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Sources, load};

    async fn look(flags: &[(&str, &str)]) -> Findings {
        let flags = flags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        examine(&load(&Sources { flags, ..Sources::default() }).expect("good settings")).await
    }

    #[tokio::test]
    async fn what_is_wrong_is_said() {
        crate::tls::install_provider();
        let scratch = tempfile::tempdir().expect("a directory");
        let data = scratch.path().join("data").display().to_string();
        let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
        let taken = taken.local_addr().expect("an address").to_string();
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("listen", &taken)], "taken by another program"),
            (&[("listen", "192.0.2.1:80")], "no address of this machine"),
            (&[("url", "https://a.example")], "neither `tls.listen` nor a trusted proxy"),
            (&[("proxies", "0.0.0.0/0")], "trusts every address"),
            (
                &[("tls.certificate", "/nowhere/c.pem"), ("tls.key", "/nowhere/k.pem"), ("tls.listen", "127.0.0.1:0")],
                "/nowhere/c.pem cannot be read",
            ),
        ];
        for (flags, words) in cases {
            let flags: Vec<_> =
                [("data", data.as_str()), ("listen", "127.0.0.1:0")].iter().chain(flags.iter()).copied().collect();
            let findings = look(&flags).await;
            assert!(findings.wrong.iter().any(|sentence| sentence.contains(words)), "{words}: {findings:?}");
        }
    }

    #[tokio::test]
    async fn a_directory_that_others_may_enter_is_wrong() {
        let scratch = tempfile::tempdir().expect("a directory");
        let data = scratch.path().join("data");
        drop(DataDir::open(&data, true).expect("made"));
        let shown = data.display().to_string();
        let flags = [("data", shown.as_str()), ("listen", "127.0.0.1:0")];
        let before = look(&flags).await;
        assert!(!before.wrong.iter().any(|sentence| sentence.contains("others may look")), "{before:?}");
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("changed");
        assert!(look(&flags).await.wrong.iter().any(|sentence| sentence.contains("others may look")));
    }
}
