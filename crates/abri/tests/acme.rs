//! Certificates by ACME against a real authority: pebble (Debian's package `pebble`), on loopback.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use abri::config::{Acme, Limits};
use abri::listen::front::{Doors, Rules};
use abri::listen::{self, Front};
use abri::tls::{self, Certificates, acme::Renewal};
use axum::Router;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

const HOST: &str = "cloud.abri.test";

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(program: &str, args: &[&str]) -> Running {
    let child = Command::new(program)
        .args(args)
        .env("PEBBLE_VA_NOSLEEP", "1")
        .env("PEBBLE_WFE_NONCEREJECT", "20")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    Running(child.unwrap_or_else(|error| panic!("{program} cannot be run ({error}): install the package pebble")))
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    StdListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

fn client(root: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(root).expect("a root");
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// The answer to a GET by TLS: head and body.
async fn get(address: SocketAddr, host: &str, path: &str, client: Arc<ClientConfig>) -> io::Result<String> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut stream = tokio_rustls::TlsConnector::from(client).connect(name, stream).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer).await {
        // Some servers close without the TLS farewell.
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
        _ => {}
    }
    String::from_utf8(answer).map_err(io::Error::other)
}

async fn until<T>(mut attempt: impl AsyncFnMut() -> io::Result<T>) -> T {
    let mut last = None;
    for _ in 0..200 {
        match attempt().await {
            Ok(value) => return value,
            Err(error) => last = Some(error),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("still failing: {last:?}")
}

/// An authority that reaches `HOST` at `tls_port` of this machine; its directory's address and the file with its root.
fn authority(dir: &Path, tls_port: u16) -> (Vec<Running>, u16, u16, CertificateDer<'static>) {
    let (directory, management, dns, dns_management) = (free_port(), free_port(), free_port(), free_port());
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    fs::write(dir.join("pebble.pem"), own.cert.pem()).expect("written");
    fs::write(dir.join("pebble.key"), own.signing_key.serialize_pem()).expect("written");
    let config = serde_json::json!({"pebble": {
        "listenAddress": format!("127.0.0.1:{directory}"), "managementListenAddress": format!("127.0.0.1:{management}"),
        "certificate": dir.join("pebble.pem"), "privateKey": dir.join("pebble.key"), "httpPort": 1, "tlsPort": tls_port, "ocspResponderURL": "",
    }});
    fs::write(dir.join("pebble.json"), config.to_string()).expect("written");
    let dns_address = format!("127.0.0.1:{dns}");
    let dns_management = format!("127.0.0.1:{dns_management}");
    let names = run(
        "pebble-challtestsrv",
        &[
            "-dns01",
            &dns_address,
            "-management",
            &dns_management,
            "-http01",
            "",
            "-https01",
            "",
            "-tlsalpn01",
            "",
            "-defaultIPv6",
            "",
        ],
    );
    let pebble =
        run("pebble", &["-config", &dir.join("pebble.json").display().to_string(), "-dnsserver", &dns_address]);
    (vec![names, pebble], directory, management, own.cert.der().clone())
}

#[tokio::test]
async fn a_certificate_is_fetched_used_kept_and_renewed() {
    tls::install_provider();
    let scratch = tempfile::tempdir().expect("a directory");
    let listener = listen::bind(([127, 0, 0, 1], 0).into(), true).expect("a port");
    let bound = listener.bound;
    let (_running, directory, management, own_root) = authority(scratch.path(), bound.port());

    let certificates = Arc::new(Certificates::default());
    let hello = || Router::new().fallback(|| async { "hello from abri" });
    let doors = Doors { dav: hello(), nextcloud: hello(), cozy: hello(), realtime: hello(), web: hello() };
    let (stopper, stop) = watch::channel(false);
    let limits = Limits { connections: 10, head_seconds: 5, head_bytes: 65536, stop_seconds: 5, ..Limits::default() };
    let front = Front::new(
        doors,
        Rules {
            proxies: Vec::new(),
            head_bytes_max: limits.head_bytes,
            body_wait: Duration::from_secs(5),
            redirect: None,
        },
    );
    let config = tls::server_config(certificates.clone());
    let server = tokio::spawn(async move {
        listen::serve(vec![listener], front, Some(config), Default::default(), &limits, stop).await
    });

    let acme = Acme {
        hosts: vec![HOST.into()],
        contact: Some("mailto:admin@abri.test".into()),
        directory: format!("https://localhost:{directory}/dir"),
        root: Some(scratch.path().join("pebble.pem")),
    };
    let kept = tls::acme::dir(scratch.path());
    let renewal = Renewal::new(acme.clone(), kept.clone(), certificates.clone()).expect("a renewal");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs() as i64;
    assert!(renewal.is_due(HOST, now), "nothing is there yet");
    let own_client = client(own_root);
    until(async || get(([127, 0, 0, 1], directory).into(), "localhost", "/dir", own_client.clone()).await).await;
    until(async || renewal.fetch(HOST).await.map_err(io::Error::other)).await;

    let roots = get(([127, 0, 0, 1], management).into(), "localhost", "/roots/0", own_client)
        .await
        .expect("the authority's root");
    let root = CertificateDer::from_pem_slice(roots.as_bytes()).expect("PEM");
    let trusting = client(root);
    let answer = get(bound, HOST, "/", trusting.clone()).await.expect("served with the new certificate");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello from abri"), "{answer}");

    assert!(!renewal.is_due(HOST, now), "it is fresh");
    assert!(renewal.is_due(HOST, now + 5 * 365 * 86_400), "a third of its life is left, or less");
    assert!(renewal.fetch("other.abri.test").await.is_err(), "names that nobody configured are not asked for");
    assert!(get(bound, "other.abri.test", "/", trusting.clone()).await.is_err(), "nor served");

    use std::os::unix::fs::PermissionsExt;
    for name in ["account.json", &format!("{HOST}.pem")] {
        assert_eq!(fs::metadata(kept.join(name)).expect(name).permissions().mode() & 0o777, 0o600, "{name}");
    }
    // A restart uses what was kept, and a renewal the account that was kept.
    let again = Arc::new(Certificates::default());
    let renewal = Renewal::new(acme, kept.clone(), again).expect("a renewal");
    assert!(!renewal.is_due(HOST, now));
    let account = fs::read(kept.join("account.json")).expect("kept");
    let former = fs::read(kept.join(format!("{HOST}.pem"))).expect("kept");
    until(async || renewal.fetch(HOST).await.map_err(io::Error::other)).await;
    assert_eq!(fs::read(kept.join("account.json")).expect("kept"), account);
    assert_ne!(fs::read(kept.join(format!("{HOST}.pem"))).expect("kept"), former);

    stopper.send(true).expect("the server listens");
    assert!(server.await.expect("no panic"), "nothing was under way");
}
