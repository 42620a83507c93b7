//! A server of one's own: spawned, killed, restarted and checked.

use crate::http::{Answer, Ask, Line};
use crate::stranger::{Stranger, ends_within};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The passphrase of every account of the tests.
pub const PASSPHRASE: &str = "seven herons over the quiet estuary";
/// How long a server may take to say `ready`. Far above what is measured by the bench: here it only ends a hang.
pub const READY_WAIT: Duration = Duration::from_secs(60);
/// How long a graceful stop may take.
pub const STOP_WAIT: Duration = Duration::from_secs(30);

/// Where the binary under test is: `ABRI_BIN`, or beside the tests in the target directory.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("ABRI_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a test knows where it is");
    let profile = test.parent().and_then(Path::parent).expect("tests stand in target/PROFILE/deps");
    let path = profile.join("abri");
    assert!(path.exists(), "{} is not built: `cargo build -p abri`, or set ABRI_BIN", path.display());
    path
}

/// An account and its app password.
#[derive(Clone, Debug)]
pub struct Account {
    /// Login and DAV name.
    pub name: String,
    /// An app password.
    pub secret: String,
}

impl Account {
    /// The account's own files, as Nextcloud clients address them.
    pub fn files(&self) -> String {
        format!("/remote.php/dav/files/{}/", self.name)
    }

    /// The account's chunked uploads.
    pub fn uploads(&self) -> String {
        format!("/remote.php/dav/uploads/{}/", self.name)
    }
}

/// How a server is to be started.
#[derive(Debug, Default)]
pub struct Plan {
    args: Vec<String>,
    env: Vec<(String, String)>,
    data: Option<PathBuf>,
    listen: Option<String>,
    bare: bool,
}

impl Plan {
    /// Further arguments of `abri serve`.
    pub fn args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Plan {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// An environment variable of the server.
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Plan {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The data directory, when it must be a certain one.
    pub fn data(mut self, data: &Path) -> Plan {
        self.data = Some(data.into());
        self
    }

    /// HTTPS only, on this port; 0 means any.
    pub fn tls_only(mut self, port: u16) -> Plan {
        self.listen = Some(String::new());
        self.args(["--set".to_string(), "listen=".into(), "--set".into(), format!("tls.listen=127.0.0.1:{port}")])
    }

    /// Settings by their names.
    pub fn set(self, key: &str, value: &str) -> Plan {
        self.args(["--set".to_string(), format!("{key}={value}")])
    }

    /// No account: the server offers its set-up link.
    pub fn bare(mut self) -> Plan {
        self.bare = true;
        self
    }

    /// The server, started and answering.
    #[track_caller]
    pub fn open(self) -> House {
        let scratch = tempfile::Builder::new().prefix("abri-house-").tempdir().expect("a temporary directory");
        let data = self.data.unwrap_or_else(|| scratch.path().join("data"));
        let mut house = House {
            ada: Account { name: "ada".into(), secret: String::new() },
            data,
            args: self.args,
            env: self.env,
            listen: self.listen.unwrap_or_else(|| "127.0.0.1:0".into()),
            child: None,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            said: Vec::new(),
            closed: false,
            scratch,
        };
        if !self.bare {
            house.ada = house.account("ada", &["--admin"]);
        }
        house.start();
        house
    }
}

/// A running server, its data and its first account (`ada`).
#[derive(Debug)]
pub struct House {
    /// The first account, an administrator.
    pub ada: Account,
    data: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    listen: String,
    child: Option<Child>,
    address: SocketAddr,
    said: Vec<String>,
    closed: bool,
    scratch: TempDir,
}

impl House {
    /// A server with one account, on a free port.
    #[track_caller]
    pub fn open() -> House {
        Plan::default().open()
    }

    /// A server to be started otherwise than usual.
    pub fn plan() -> Plan {
        Plan::default()
    }

    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT` and this path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A directory for the test, gone at the end.
    pub fn scratch(&self, name: &str) -> PathBuf {
        let dir = self.scratch.path().join(name);
        std::fs::create_dir_all(&dir).expect("a scratch directory");
        dir
    }

    /// What the server printed before it was ready.
    pub fn said(&self) -> &[String] {
        &self.said
    }

    /// The process id of the running server.
    pub fn pid(&self) -> i32 {
        self.child.as_ref().expect("the server runs").id() as i32
    }

    /// The words after `abri` with the data directory added, ready to run.
    pub fn abri(&self, words: &[&str]) -> Stranger {
        Stranger::new(binary()).args(words).arg("--data").arg(&self.data).env("ABRI_LOG", "warn")
    }

    /// A new account with an app password.
    #[track_caller]
    pub fn account(&self, name: &str, options: &[&str]) -> Account {
        let mut words = vec!["user", "add", name];
        words.extend(options);
        self.abri(&words).input(format!("{PASSPHRASE}\n")).good();
        Account { name: name.into(), secret: self.app_password(name) }
    }

    /// A new app password of an account.
    #[track_caller]
    pub fn app_password(&self, name: &str) -> String {
        let out = self.abri(&["app-password", name]).good();
        let secret = out.trim();
        assert!(!secret.is_empty() && !secret.contains(char::is_whitespace), "one app password, alone: {out:?}");
        secret.into()
    }

    /// A new shared space of these members; its path under `/dav/spaces/`.
    #[track_caller]
    pub fn shared_space(&self, name: &str, members: &[&str]) -> String {
        let mut words = vec!["space", "add", name];
        for member in members {
            words.extend(["--member", member]);
        }
        let out = self.abri(&words).good();
        let id = out.trim();
        assert!(!id.is_empty() && !id.contains(char::is_whitespace), "one id, alone: {out:?}");
        format!("/dav/spaces/{id}/")
    }

    /// Starts the server, which must not be running, and waits for `ready`.
    #[track_caller]
    pub fn start(&mut self) {
        if let Err(why) = self.try_start() {
            panic!("{why}\n{}", self.log_tail());
        }
    }

    /// Starts the server; an `Err` says how it ended instead of becoming ready.
    pub fn try_start(&mut self) -> Result<(), String> {
        assert!(self.child.is_none(), "the server runs already");
        let log = File::options().create(true).append(true).open(self.log()).expect("a log file");
        let mut command = Command::new(binary());
        command.args(["serve", "--data"]).arg(&self.data).args(&self.args);
        if !self.listen.is_empty() {
            command.args(["--listen", &self.listen]);
        }
        command.env("ABRI_LOG", std::env::var("ABRI_LOG").unwrap_or_else(|_| "info".into()));
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("abri can be run");
        let lines = lines_of(child.stdout.take().expect("stdout was piped"));
        self.said.clear();
        let deadline = Instant::now() + READY_WAIT;
        loop {
            match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    let ready = line.strip_prefix("ready ").map(str::to_owned);
                    self.said.push(line);
                    if let Some(url) = ready {
                        self.address = address_of(&url);
                        self.child = Some(child);
                        return Ok(());
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    let status = ends_within(&mut child, STOP_WAIT);
                    return Err(format!(
                        "the server ended before it was ready: {status:?}, having said {:?}",
                        self.said
                    ));
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(format!("the server is not ready after {READY_WAIT:?}, having said {:?}", self.said));
                }
            }
        }
    }

    /// Environment variables for the next starts, in the place of the former ones.
    pub fn preload(&mut self, env: &[(&str, String)]) {
        self.env = env.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect();
    }

    /// SIGKILL, and back when the process is gone.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("the server runs");
        child.kill().expect("our own child can be killed");
        child.wait().expect("our own child can be waited for");
    }

    /// Sends a signal without waiting.
    pub fn signal(&self, signal: i32) {
        // SAFETY: kill(2) takes two numbers; the pid is of our own child, not yet waited for.
        #[allow(unsafe_code)]
        let sent = unsafe { libc::kill(self.pid(), signal) };
        assert_eq!(sent, 0, "the server can be signalled");
    }

    /// Waits for a server that is expected to end by itself.
    #[track_caller]
    pub fn ends(&mut self, wait: Duration) -> std::process::ExitStatus {
        let mut child = self.child.take().expect("the server runs");
        let Some(status) = ends_within(&mut child, wait) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the server did not end within {wait:?}\n{}", self.log_tail());
        };
        status
    }

    /// Has the server ended by itself?
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().expect("a child can be waited for").is_some())
    }

    /// A graceful stop: SIGTERM, and the exit must be clean and in time.
    #[track_caller]
    pub fn stop(&mut self) {
        self.signal(libc::SIGTERM);
        let status = self.ends(STOP_WAIT);
        assert!(status.success(), "a graceful stop ends well, not with {status}\n{}", self.log_tail());
    }

    /// A graceful stop and a start.
    #[track_caller]
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// `abri check` must be silent and happy.
    #[track_caller]
    pub fn check(&self) {
        let outcome = self.abri(&["check"]).wait(Duration::from_secs(300)).run();
        assert!(
            outcome.status.success() && outcome.out.is_empty() && outcome.err.is_empty(),
            "abri check must be silent: {outcome}"
        );
    }

    /// The end of every test: graceful stop, silent check.
    #[track_caller]
    pub fn close(mut self) {
        if self.child.is_some() {
            self.stop();
        }
        self.check();
        self.closed = true;
    }

    /// A connection to the server.
    #[track_caller]
    pub fn line(&self) -> Line {
        Line::open(self.address).expect("the server accepts connections")
    }

    /// A request with the first account's app password, on a connection of its own.
    #[track_caller]
    pub fn ask(&self, ask: Ask) -> Answer {
        self.ask_as(&self.ada, ask)
    }

    /// A request with an account's app password, on a connection of its own.
    #[track_caller]
    pub fn ask_as(&self, who: &Account, ask: Ask) -> Answer {
        self.ask_bare(ask.basic(&who.name, &who.secret))
    }

    /// A request as it stands, on a connection of its own.
    #[track_caller]
    pub fn ask_bare(&self, ask: Ask) -> Answer {
        let shown = format!("{} {}", ask.method, ask.target);
        self.line().ask(&ask).unwrap_or_else(|cause| panic!("{shown}: no answer ({cause})\n{}", self.log_tail()))
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.scratch.path().join("abri.err")
    }

    /// The last lines the server logged.
    pub fn log_tail(&self) -> String {
        let text = std::fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(30);
        format!("--- the server's last words\n{}", lines[from..].join("\n"))
    }

    /// Resident memory of the server in KiB: now, and the most so far.
    pub fn memory_kib(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("a process has a status");
        let field = |name: &str| {
            status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .and_then(|rest| rest.trim_matches(|at: char| !at.is_ascii_digit()).parse().ok())
                .expect("the kernel tells memory in kB")
        };
        (field("VmRSS:"), field("VmHWM:"))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("{}", self.log_tail());
            if std::env::var_os("ABRI_KEEP").is_some() {
                let kept = std::mem::replace(&mut self.scratch, tempfile::tempdir().expect("a temporary directory"));
                eprintln!("--- kept: {}", kept.keep().display());
            }
        } else {
            assert!(self.closed, "a test ends with House::close, which runs `abri check`");
        }
    }
}

/// The lines of a pipe, read in the background so that the writer never blocks.
fn lines_of(pipe: impl std::io::Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // Nobody listens any more after `ready`; the pipe must be drained all the same.
            let _ = send.send(line);
        }
    });
    receive
}

fn address_of(url: &str) -> SocketAddr {
    let host = url.trim().trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
    host.to_socket_addrs()
        .ok()
        .and_then(|mut found| found.next())
        .unwrap_or_else(|| panic!("`ready` is followed by a URL, not {url:?}"))
}
