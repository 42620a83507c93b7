//! TLS: own certificate files, ACME against a test authority (pebble), and a trusted proxy in front.

use abri_house::dav::propfind;
use abri_house::stranger::until;
use abri_house::{Ask, House, Stranger};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A self-signed certificate for localhost: (certificate, key).
fn certificate(dir: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (cert, key) = (dir.join(format!("{name}.pem")), dir.join(format!("{name}.key")));
    Stranger::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj"])
        .arg(format!("/CN={name}"))
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&cert)
        .good();
    (cert, key)
}

/// A root and a certificate for localhost below it: (root, certificate, key). A strict client, as an ACME client should be,
/// takes no root for a server.
fn authority(dir: &Path) -> (PathBuf, PathBuf, PathBuf) {
    let (root, root_key) = certificate(dir, "root");
    let (request, cert, key, extensions) =
        (dir.join("leaf.csr"), dir.join("leaf.pem"), dir.join("leaf.key"), dir.join("leaf.ext"));
    fs::write(&extensions, "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
        .expect("extensions");
    Stranger::new("openssl")
        .args([
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
        ])
        .arg(&key)
        .arg("-out")
        .arg(&request)
        .good();
    Stranger::new("openssl")
        .args(["x509", "-req", "-days", "2", "-CAcreateserial", "-in"])
        .arg(&request)
        .arg("-CA")
        .arg(&root)
        .arg("-CAkey")
        .arg(&root_key)
        .arg("-extfile")
        .arg(&extensions)
        .arg("-out")
        .arg(&cert)
        .good();
    (root, cert, key)
}

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_string()
}

/// The status of a GET by curl, or its complaint.
fn curl(url: &str, args: &[&str]) -> Result<String, String> {
    let outcome = Stranger::new("curl")
        .args(["-sS", "-o", "/dev/null", "-w", "%{http_code} %{http_version}"])
        .args(args)
        .arg(url)
        .run();
    if outcome.status.success() { Ok(outcome.out) } else { Err(outcome.err) }
}

fn served_name(port: u16) -> String {
    let connected = Stranger::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-servername", "localhost", "-showcerts"])
        .run();
    Stranger::new("openssl").args(["x509", "-noout", "-issuer", "-serial"]).input(connected.out).run().out
}

#[test]
fn own_certificate_files() {
    let dir = tempfile::tempdir().expect("a directory");
    let (cert, key) = certificate(dir.path(), "one");
    let house = House::plan().tls_only(0).set("tls.certificate", &text(&cert)).set("tls.key", &text(&key)).open();
    assert!(house.said().iter().any(|line| line.starts_with("ready https://")), "{:?}", house.said());
    let port = house.address().port();
    let url = format!("https://localhost:{port}/remote.php/dav/files/ada/");
    let user = format!("ada:{}", house.ada.secret);
    let trust = text(&cert);
    let resolve = format!("localhost:{port}:127.0.0.1");
    let base = ["--cacert", &trust, "--resolve", &resolve, "-u", &user, "-X", "PROPFIND", "-H", "Depth: 0"];
    assert_eq!(curl(&url, &base), Ok("207 2".into()), "HTTP/2 by ALPN");
    assert_eq!(curl(&url, &[&base[..], &["--http1.1"]].concat()), Ok("207 1.1".into()));
    assert!(curl(&url, &["--resolve", &resolve]).is_err(), "a stranger's certificate is not trusted by itself");
    assert!(curl(&url, &[&base[..], &["--tls-max", "1.1"]].concat()).is_err(), "TLS 1.1 is refused");
    // Cookies over TLS carry the prefix that binds them to this host.
    let login = format!(r#"{{"name":"ada","passphrase":"{}","long_run":false}}"#, abri_house::house::PASSPHRASE);
    let head = Stranger::new("curl")
        .args([
            "-sS",
            "-i",
            "--cacert",
            &trust,
            "--resolve",
            &resolve,
            "-H",
            "Content-Type: application/json",
            "-H",
            "X-Abri-Shell: 1",
            "-d",
            &login,
        ])
        .arg(format!("https://localhost:{port}/auth/login"))
        .good();
    let lower = head.to_lowercase();
    assert!(lower.contains("__host-abri_session=") && lower.contains("secure"), "{head}");
    assert!(lower.contains("strict-transport-security"), "{head}");
    house.close();
}

/// Renewed files are taken up without a restart: nobody restarts a server because certbot ran.
#[test]
fn replaced_certificate_files_are_taken_up() {
    let dir = tempfile::tempdir().expect("a directory");
    let (cert, key) = certificate(dir.path(), "live");
    let house = House::plan().tls_only(0).set("tls.certificate", &text(&cert)).set("tls.key", &text(&key)).open();
    let before = served_name(house.address().port());
    assert!(before.contains("serial="), "{before}");
    let (new_cert, new_key) = certificate(dir.path(), "new");
    fs::rename(new_key, &key).expect("a new key");
    fs::rename(new_cert, &cert).expect("a new certificate");
    until("the new certificate is served", Duration::from_secs(60), || {
        let now = served_name(house.address().port());
        now.contains("serial=") && now != before
    });
    house.close();
}

#[test]
fn certificate_files_that_do_not_fit() {
    let dir = tempfile::tempdir().expect("a directory");
    let (cert, _) = certificate(dir.path(), "one");
    let (_, other_key) = certificate(dir.path(), "two");
    let house = House::open();
    let data = house.scratch("other");
    for (cert, key, says) in [
        (text(&cert), text(&other_key), "key"),
        (text(&cert), "/no/such/key".into(), "/no/such/key"),
        ("/no/such/cert".into(), text(&other_key), "/no/such/cert"),
    ] {
        let outcome = Stranger::new(abri_house::house::binary())
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--set",
                "tls.listen=127.0.0.1:0",
                "--set",
                &format!("tls.certificate={cert}"),
                "--set",
                &format!("tls.key={key}"),
                "--data",
            ])
            .arg(&data)
            .wait(Duration::from_secs(20))
            .run();
        assert!(!outcome.status.success() && outcome.err.contains(says), "{says}: {outcome}");
    }
    house.close();
}

/// A test authority (pebble) on loopback; killed at the end.
struct Authority {
    child: Child,
    directory: String,
    root: PathBuf,
    management: u16,
}

/// A port that was free a moment ago. pebble cannot choose one itself.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port()
}

impl Authority {
    fn start(dir: &Path, tls_port: u16) -> Authority {
        let (root, cert, key) = authority(dir);
        let (port, management) = (free_port(), free_port());
        let config = dir.join("pebble.json");
        let json = format!(
            r#"{{"pebble":{{"listenAddress":"127.0.0.1:{port}","managementListenAddress":"127.0.0.1:{management}","certificate":"{}","privateKey":"{}","httpPort":{},"tlsPort":{tls_port},"ocspResponderURL":"","externalAccountBindingRequired":false,"certificateValidityPeriod":86400}}}}"#,
            text(&cert),
            text(&key),
            free_port()
        );
        fs::write(&config, json).expect("a config");
        let log = fs::File::create(dir.join("pebble.log")).expect("a log");
        let child = Command::new("pebble")
            .arg("-config")
            .arg(&config)
            // It would wait at random before it validates, and refuse 5 % of nonces: good for clients, slow for us.
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", "5")
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("pebble can be run: `make test` installs it");
        let mut authority = Authority { child, directory: format!("https://localhost:{port}/dir"), root, management };
        let trust = text(&authority.root);
        until("pebble answers", Duration::from_secs(30), || {
            assert!(
                authority.child.try_wait().expect("our child").is_none(),
                "pebble ended: {}",
                fs::read_to_string(dir.join("pebble.log")).unwrap_or_default()
            );
            curl(&authority.directory, &["--cacert", &trust]).is_ok()
        });
        authority
    }

    /// The root that signs what this authority gives out.
    fn issuing_root(&self, dir: &Path) -> PathBuf {
        let path = dir.join("issuing-root.pem");
        Stranger::new("curl")
            .args(["-sS", "--cacert", &text(&self.root), "-o", &text(&path)])
            .arg(format!("https://localhost:{}/roots/0", self.management))
            .good();
        path
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn acme_by_tls_alpn() {
    let dir = tempfile::tempdir().expect("a directory");
    // The authority calls back on the port it was told, so this one is chosen beforehand.
    let port = free_port();
    let authority = Authority::start(dir.path(), port);
    let mut house = House::plan()
        .tls_only(port)
        .set("acme.hosts", "localhost")
        .set("acme.directory", &authority.directory)
        .set("acme.root", &text(&authority.root))
        .set("acme.contact", "mailto:ada@example.org")
        .open();
    let root = text(&authority.issuing_root(dir.path()));
    let url = format!("https://localhost:{port}/public/status");
    let resolve = format!("localhost:{port}:127.0.0.1");
    let answers = |why: &str| {
        until(why, Duration::from_secs(60), || {
            curl(&url, &["--cacert", &root, "--resolve", &resolve]).is_ok_and(|said| said.starts_with("200"))
        });
    };
    answers("a certificate is got");
    let first = served_name(port);
    // Kept over a restart: authorities count requests.
    house.restart();
    answers("the certificate is kept");
    assert_eq!(served_name(port), first, "the same certificate after a restart");
    house.close();
}

/// Behind a proxy: its word counts only if it is trusted.
#[test]
fn a_trusted_proxy() {
    let via = |house: &House| {
        let answer = house.ask_bare(
            Ask::new("POST", "/auth/login")
                .header("Host", "cloud.example.org")
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "cloud.example.org")
                .header("X-Forwarded-For", "203.0.113.9")
                .header("Content-Type", "application/json")
                .header("X-Abri-Shell", "1")
                .body(format!(r#"{{"name":"ada","passphrase":"{}","long_run":false}}"#, abri_house::house::PASSPHRASE)),
        );
        answer.expect(&[200], "a login").must_header("set-cookie").to_string()
    };
    let plain = House::open();
    let cookie = via(&plain);
    assert!(!cookie.contains("Secure"), "a stranger's X-Forwarded-Proto is not believed: {cookie}");
    plain.close();
    let trusting = House::plan().set("proxies", "127.0.0.1").open();
    let cookie = via(&trusting);
    assert!(
        cookie.contains("__Host-abri_session") && cookie.contains("Secure"),
        "the trusted proxy's word counts: {cookie}"
    );
    // Guessing is counted by the guesser's address, not by the proxy's: others are not locked out with it.
    for number in 0..60 {
        trusting.ask_bare(
            propfind(&trusting.ada.files(), "0", "<d:getetag/>")
                .header("X-Forwarded-For", "203.0.113.66")
                .basic("ada", &format!("guess {number}")),
        );
    }
    let other = propfind(&trusting.ada.files(), "0", "<d:getetag/>").header("X-Forwarded-For", "198.51.100.7");
    trusting.ask(other).expect(&[207], "somebody from elsewhere");
    trusting.close();
}
