//! The binary as administrators meet it: started, asked, stopped, backed up and restored.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "seven herons over the quiet estuary\n";

/// A data directory of one's own.
struct Place {
    scratch: tempfile::TempDir,
    data: PathBuf,
}

impl Place {
    fn new() -> Place {
        let scratch = tempfile::tempdir().expect("a directory");
        let data = scratch.path().join("data");
        Place { scratch, data }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_abri"));
        command.args(words).arg("--data").arg(&self.data).env("ABRI_LOG", "warn").env_remove("ABRI_CONFIG");
        command
    }

    fn run(&self, words: &[&str], input: &str) -> Output {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("abri runs");
        // A command that reads nothing may have ended already.
        let _ = child.stdin.take().expect("stdin").write_all(input.as_bytes());
        child.wait_with_output().expect("abri ends")
    }

    /// What a command that must go well prints.
    #[track_caller]
    fn good(&self, words: &[&str], input: &str) -> String {
        let output = self.run(words, input);
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{words:?}: {} {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    /// What a command that must fail says.
    #[track_caller]
    fn bad(&self, words: &[&str], input: &str) -> String {
        let output = self.run(words, input);
        assert!(!output.status.success(), "{words:?} went well: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).expect("text")
    }

    fn add(&self, name: &str) {
        assert_eq!(self.good(&["user", "add", name], PASSPHRASE), "");
    }

    fn serve(&self, words: &[&str]) -> Server {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(words);
        let mut child = self
            .command(&all)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("abri runs");
        let mut said = Vec::new();
        for line in BufReader::new(child.stdout.take().expect("stdout")).lines() {
            said.push(line.expect("text"));
            if said.last().is_some_and(|line| line.starts_with("ready ")) {
                break;
            }
        }
        let ready = said.last().expect("it says something").clone();
        let address = ready
            .strip_prefix("ready http://")
            .unwrap_or_else(|| panic!("not ready: {said:?}"))
            .parse()
            .expect("an address");
        Server { child, said, address }
    }
}

struct Server {
    child: Child,
    said: Vec<String>,
    address: SocketAddr,
}

impl Server {
    fn signal(&self, signal: i32) {
        Command::new("kill").arg(format!("-{signal}")).arg(self.child.id().to_string()).status().expect("kill runs");
    }

    /// SIGTERM, and how it ended, and how long that took.
    fn stop(mut self) -> (bool, Duration) {
        let begun = Instant::now();
        self.signal(15);
        let status = self.child.wait().expect("it ends");
        (status.success(), begun.elapsed())
    }

    /// A request with these header lines; the whole answer.
    fn ask(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("it accepts");
        stream
            .write_all(
                format!(
                    "{head}\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    self.address,
                    body.len()
                )
                .as_bytes(),
            )
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `Authorization` of an app password.
fn basic(name: &str, secret: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let plain = format!("{name}:{secret}");
    let mut out = String::new();
    for piece in plain.as_bytes().chunks(3) {
        let bits = piece.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - piece.len()));
        for place in 0..4 {
            out.push(if place <= piece.len() {
                LETTERS[(bits >> (18 - 6 * place) & 63) as usize] as char
            } else {
                '='
            });
        }
    }
    format!("Authorization: Basic {out}")
}

fn put(server: &Server, auth: &str, path: &str, body: &str) {
    let answer = server.ask(&format!("PUT /remote.php/dav/files/ada/{path} HTTP/1.1\r\n{auth}"), body);
    assert!(answer.starts_with("HTTP/1.1 20"), "{answer}");
}

fn get(server: &Server, auth: &str, path: &str) -> String {
    let answer = server.ask(&format!("GET /remote.php/dav/files/ada/{path} HTTP/1.1\r\n{auth}"), "");
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").permissions().mode() & 0o777
}

#[test]
fn the_first_start_prints_the_link_once_and_one_line_when_it_answers() {
    let place = Place::new();
    let server = place.serve(&[]);
    assert_eq!(server.said.len(), 2, "{:?}", server.said);
    let link = server.said[0].strip_prefix("set-up link: ").expect("a link");
    let token = link.split_once("/~/setup#").expect("its form").1;
    assert!(link.starts_with(&format!("http://{}", server.address)));
    let answer = server.ask(&format!("GET /auth/setup?token={token} HTTP/1.1"), "");
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    assert!(server.stop().0);
    place.add("ada");
    let server = place.serve(&[]);
    assert_eq!(server.said.len(), 1, "no link once there is an account: {:?}", server.said);
}

#[test]
fn commands_work_before_the_first_start_while_serving_and_after() {
    let place = Place::new();
    place.add("ada");
    let server = place.serve(&[]);
    place.add("grace");
    let secret = place.good(&["app-password", "grace", "--label", "phone"], "");
    let secret = secret.trim();
    assert!(!secret.contains(char::is_whitespace));
    let asks =
        |server: &Server| server.ask(&format!("GET /settings/instance HTTP/1.1\r\n{}", basic("grace", secret)), "");
    assert!(asks(&server).starts_with("HTTP/1.1 200"));
    assert_eq!(place.good(&["user", "disable", "grace"], ""), "");
    assert!(asks(&server).starts_with("HTTP/1.1 401"), "at once");
    assert!(place.good(&["user", "list"], "").contains("grace\tgrace\t0 of none\tdisabled"));
    place.good(&["user", "enable", "grace"], "");
    assert!(asks(&server).starts_with("HTTP/1.1 200"));
    place.good(&["user", "quota", "grace", "10GiB"], "");
    place.good(&["user", "passwd", "grace"], "nine quiet otters by the river bank\n");
    let space = place.good(&["space", "add", "Family", "--member", "ada", "--member", "grace"], "");
    assert_eq!(space.trim().len(), 16);
    assert!(server.stop().0);
    assert!(place.good(&["user", "list"], "").contains("grace\tgrace\t0 of 10GiB"));
    assert!(place.good(&["space", "list"], "").contains("shared\tFamily"));
    assert_eq!(place.good(&["check"], ""), "");
    assert_eq!(place.good(&["rebuild"], ""), "");
}

#[test]
fn what_cannot_be_done_is_said_in_a_sentence() {
    let place = Place::new();
    assert!(place.bad(&["check"], "").contains("there is no data directory"));
    place.add("ada");
    let cases: &[(&[&str], &str, &str)] = &[
        (&["user", "add", "ada"], PASSPHRASE, "there is an account of this name already"),
        (&["user", "add", "bob"], "", "a passphrase is needed on standard input"),
        (&["user", "add", "bob"], "1234\n", "passphrase"),
        (&["user", "add", "b/b"], PASSPHRASE, "name"),
        (&["user", "passwd", "nobody"], PASSPHRASE, "there is no account nobody"),
        (&["app-password", "nobody"], "", "there is no account nobody"),
        (&["space", "add", "Family", "--member", "nobody"], "", "there is no account nobody"),
        (&["user", "list", "--organisation", "choir.example"], "", "no organisation has the host name"),
        (&["backup", "/proc/abri-backup"], "", "/proc"),
        (&["restore", "/nowhere"], "", "is no backup"),
        (&["check", "--set", "colour=blue"], "", "there is no key `colour`"),
        (&["serve", "--set", "tls.redirect=true"], "", "tls.listen"),
    ];
    for (words, input, why) in cases {
        let said = place.bad(words, input);
        assert!(said.contains(why), "{words:?}: {said}");
    }
}

#[test]
fn organisations_are_apart_and_found_by_host() {
    let place = Place::new();
    place.add("ada");
    place.good(&["organisation", "add", "The choir", "--host", "cloud.choir.example"], "");
    assert_eq!(
        place.good(
            &["user", "add", "ada", "--organisation", "cloud.choir.example", "--public-name", "Another Ada"],
            PASSPHRASE
        ),
        ""
    );
    assert!(place.good(&["organisation", "list"], "").contains("The choir\tcloud.choir.example"));
    assert!(place.good(&["user", "list", "--organisation", "cloud.choir.example"], "").contains("Another Ada"));
    let secret = place.good(&["app-password", "ada", "--organisation", "cloud.choir.example"], "");
    let server = place.serve(&[]);
    let ask = |host: &str| {
        let mut stream = TcpStream::connect(server.address).expect("it accepts");
        let auth = basic("ada", secret.trim());
        stream
            .write_all(
                format!("GET /settings/instance HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{auth}\r\n\r\n")
                    .as_bytes(),
            )
            .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    assert!(ask("cloud.choir.example").contains("Another Ada"));
    assert!(ask("cloud.choir.example:8443").contains("Another Ada"));
    assert!(ask("elsewhere.example").starts_with("HTTP/1.1 401"));
}

#[test]
fn a_backup_taken_while_serving_comes_back_and_clients_start_anew() {
    let place = Place::new();
    place.add("ada");
    let secret = place.good(&["app-password", "ada"], "");
    let auth = basic("ada", secret.trim());
    let server = place.serve(&[]);
    let big = "0123456789abcdef".repeat(20_000);
    put(&server, &auth, "small.txt", "kept");
    put(&server, &auth, "big.bin", &big);
    let backup = place.path("backup").display().to_string();
    place.good(&["backup", &backup], "");
    put(&server, &auth, "small.txt", "changed after");
    let second = place.path("second").display().to_string();
    place.good(&["backup", &second, "--link-from", &backup], "");
    let cursor = server.ask(&format!("GET /files/_changes?since=now HTTP/1.1\r\n{auth}"), "");
    let cursor =
        cursor.split("last_seq\":\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a cursor").to_owned();
    assert!(place.bad(&["restore", &backup, "--replace"], "").contains("in use"), "not under a running server");
    assert!(server.stop().0);

    assert!(place.bad(&["restore", &backup], "").contains("--replace"));
    place.good(&["restore", &backup, "--replace"], "");
    assert_eq!(place.good(&["check"], ""), "");
    let server = place.serve(&[]);
    assert_eq!(get(&server, &auth, "small.txt"), "kept");
    assert_eq!(get(&server, &auth, "big.bin"), big);
    let answer = server.ask(&format!("GET /files/_changes?since={cursor} HTTP/1.1\r\n{auth}"), "");
    assert!(answer.starts_with("HTTP/1.1 410"), "the old cursor has expired: {answer}");
    drop(server);

    // Into a new directory, from the second one.
    let other = Place::new();
    other.good(&["restore", &second], "");
    assert_eq!(other.good(&["check"], ""), "");
    let server = other.serve(&[]);
    assert_eq!(get(&server, &auth, "small.txt"), "changed after");
    assert_eq!(get(&server, &auth, "big.bin"), big);

    // A backup that was cut off is none.
    fs::remove_file(place.path("backup").join("abri-backup.json")).expect("removed");
    assert!(other.bad(&["restore", &backup, "--replace"], "").contains("cut off"));
}

#[test]
fn what_is_not_a_backup_is_not_overwritten() {
    let place = Place::new();
    place.add("ada");
    let dir = place.path("holiday");
    fs::create_dir(&dir).expect("made");
    fs::write(dir.join("photo.jpg"), "x").expect("written");
    assert!(place.bad(&["backup", &dir.display().to_string()], "").contains("is not empty and is no backup"));
    assert!(dir.join("photo.jpg").exists());
}

#[test]
fn everything_in_the_data_directory_is_its_owners_alone() {
    let place = Place::new();
    place.add("ada");
    let server = place.serve(&[]);
    assert_eq!(mode(&place.data), 0o700);
    assert_eq!(mode(&place.data.join("abri.sock")), 0o600);
    assert!(server.stop().0);
    assert!(!place.data.join("abri.sock").exists());
}

#[test]
fn a_data_directory_may_be_very_deep() {
    let mut place = Place::new();
    place.data = place.path(&"deep/".repeat(30)).join("data");
    place.add("ada");
    let server = place.serve(&[]);
    place.add("grace");
    assert!(place.good(&["user", "list"], "").contains("grace"));
    assert!(server.stop().0);
}

#[test]
fn a_second_server_is_refused_and_a_killed_one_leaves_no_trace() {
    let place = Place::new();
    place.add("ada");
    let mut server = place.serve(&[]);
    let said = place.bad(&["serve", "--listen", "127.0.0.1:0"], "");
    assert!(said.contains("in use"), "{said}");
    server.child.kill().expect("killed");
    server.child.wait().expect("gone");
    drop(server);
    let server = place.serve(&[]);
    place.add("grace");
    assert!(server.stop().0);
}

#[test]
fn an_upload_under_way_at_a_stop_is_finished() {
    let place = Place::new();
    place.add("ada");
    let secret = place.good(&["app-password", "ada"], "");
    let auth = basic("ada", secret.trim());
    let server = place.serve(&[]);
    let mut stream = TcpStream::connect(server.address).expect("it accepts");
    let head = format!(
        "PUT /remote.php/dav/files/ada/slow.txt HTTP/1.1\r\nHost: x\r\n{auth}\r\nContent-Length: 10\r\n\r\n01234"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    server.signal(15);
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(b"56789").expect("it still listens to what it began");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 201");
    let (good, took) = server.stop();
    assert!(good && took < Duration::from_secs(10), "{took:?}");
    let server = place.serve(&[]);
    assert_eq!(get(&server, &auth, "slow.txt"), "0123456789");
}

#[test]
fn an_upload_that_does_not_end_is_cut_off_and_leaves_nothing() {
    let place = Place::new();
    place.add("ada");
    let secret = place.good(&["app-password", "ada"], "");
    let auth = basic("ada", secret.trim());
    let server = place.serve(&["--set", "limits.stop_seconds=1"]);
    let mut stream = TcpStream::connect(server.address).expect("it accepts");
    let head = format!(
        "PUT /remote.php/dav/files/ada/never.txt HTTP/1.1\r\nHost: x\r\n{auth}\r\nContent-Length: 10\r\n\r\n01234"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    // An open bell does not keep the server from stopping either.
    let mut bell = TcpStream::connect(server.address).expect("it accepts");
    bell.write_all(format!("GET /realtime/bell HTTP/1.1\r\nHost: x\r\n{auth}\r\n\r\n").as_bytes()).expect("sent");
    let mut first = [0; 15];
    bell.read_exact(&mut first).expect("it rings at once");
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let (good, took) = server.stop();
    assert!(good && took < Duration::from_secs(8), "{took:?}");
    let server = place.serve(&[]);
    let answer = server.ask(&format!("GET /remote.php/dav/files/ada/never.txt HTTP/1.1\r\n{auth}"), "");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(server.stop().0);
    assert_eq!(place.good(&["check"], ""), "");
}

#[test]
fn https_by_own_certificate_with_plain_http_leading_there() {
    let place = Place::new();
    place.add("ada");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, key) = (place.path("c.pem"), place.path("k.pem"));
    fs::write(&certificate, made.cert.pem()).expect("written");
    fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
    let set = |name: &str, value: &str| format!("{name}={value}");
    let words = [
        set("tls.listen", &format!("127.0.0.1:{port}")),
        set("tls.certificate", &certificate.display().to_string()),
        set("tls.key", &key.display().to_string()),
        set("tls.redirect", "true"),
    ];
    let words: Vec<&str> = words.iter().flat_map(|word| ["--set", word.as_str()]).collect();
    let server = place.serve(&words);
    let answer = server.ask("GET /x?y HTTP/1.1", "");
    assert!(
        answer.starts_with("HTTP/1.1 308") && answer.contains(&format!("location: https://127.0.0.1:{port}/x?y")),
        "{answer}"
    );

    let login = format!("{{\"name\":\"ada\",\"passphrase\":\"{}\"}}", PASSPHRASE.trim());
    let curl = |words: &[&str]| {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--cacert"]).arg(&certificate).args(words);
        let output = command.output().expect("curl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let url = |path: &str| format!("https://localhost:{port}{path}");
    for (version, line) in [("--http1.1", "HTTP/1.1 200"), ("--http2", "HTTP/2 200")] {
        let answer = curl(&[version, "--data", &login, &url("/auth/login")]);
        assert!(answer.starts_with(line), "{answer}");
        assert!(answer.contains("__Host-abri_session=") && answer.contains("; Secure"), "{answer}");
        assert!(answer.to_ascii_lowercase().contains("strict-transport-security: max-age"), "{answer}");
    }
    assert!(curl(&[&url("/")]).contains(&format!("script-src https://localhost:{port}/assets/")));
    assert!(server.stop().0);
}

#[test]
fn settings_come_from_file_environment_and_command_line() {
    let place = Place::new();
    let file = place.path("abri.toml");
    fs::write(&file, "log = \"error\"\n[limits]\nconnections = 7\n").expect("written");
    let shown = place
        .command(&["config", "--set", "files.trash_days=3"])
        .arg("--config")
        .arg(&file)
        .env("ABRI_LIMITS_THREADS", "2")
        .output()
        .expect("runs");
    let shown = String::from_utf8(shown.stdout).expect("text");
    for line in ["connections = 7", "threads = 2", "trash_days = 3"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    fs::write(&file, "[limits]\nconections = 7\n").expect("written");
    let refused = place.command(&["config"]).arg("--config").arg(&file).output().expect("runs");
    assert!(!refused.status.success());
    assert!(
        String::from_utf8_lossy(&refused.stderr)
            .contains("no key `limits.conections`: did you mean `limits.connections`?")
    );
}

#[test]
fn help_teaches() {
    let place = Place::new();
    for words in [
        &["--help"][..],
        &["serve", "--help"],
        &["user", "add", "--help"],
        &["backup", "--help"],
        &["restore", "--help"],
    ] {
        let help = place.good(words, "");
        assert!(help.contains("abri "), "{words:?}: {help}");
    }
    assert!(place.good(&["serve", "--help"], "").contains("Examples:"));
}
