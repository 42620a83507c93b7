//! Other people's programs: run with a limit of time, everything they say captured.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What is to be run.
#[derive(Debug)]
pub struct Stranger {
    name: String,
    command: Command,
    input: Vec<u8>,
    wait: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub out: String,
    /// What it complained about.
    pub err: String,
}

impl Stranger {
    /// A program from the `PATH`, or by its full path. A missing program fails the test: `make test` installs them.
    pub fn new(program: impl AsRef<OsStr>) -> Stranger {
        let program = program.as_ref();
        Stranger {
            name: Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned(),
            command: Command::new(program),
            input: Vec::new(),
            wait: Duration::from_secs(120),
        }
    }

    /// One argument more.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Stranger {
        self.command.arg(arg);
        self
    }

    /// Several arguments more.
    pub fn args<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(mut self, args: I) -> Stranger {
        self.command.args(args);
        self
    }

    /// An environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Stranger {
        self.command.env(name, value);
        self
    }

    /// The directory to run in.
    pub fn cwd(mut self, dir: &Path) -> Stranger {
        self.command.current_dir(dir);
        self
    }

    /// What it reads on standard input.
    pub fn input(mut self, text: impl Into<Vec<u8>>) -> Stranger {
        self.input = text.into();
        self
    }

    /// How long it may take.
    pub fn wait(mut self, wait: Duration) -> Stranger {
        self.wait = wait;
        self
    }

    /// Runs it to its end; the test fails when it takes longer than it may.
    #[track_caller]
    pub fn run(mut self) -> Outcome {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|cause| {
            panic!("{} cannot be run ({cause}): `make test` installs what the tests need", self.name)
        });
        let mut stdin = child.stdin.take().expect("stdin was piped");
        let input = std::mem::take(&mut self.input);
        // A program that never reads its input closes the pipe; that is its right.
        std::thread::spawn(move || stdin.write_all(&input));
        let out = gather(child.stdout.take().expect("stdout was piped"));
        let err = gather(child.stderr.take().expect("stderr was piped"));
        let status = ends_within(&mut child, self.wait);
        if status.is_none() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let patience = Duration::from_secs(10);
        let out = out.recv_timeout(patience).unwrap_or_default();
        let err = err.recv_timeout(patience).unwrap_or_default();
        let Some(status) = status else {
            panic!("{} took longer than {:?}\n--- out\n{out}\n--- err\n{err}", self.name, self.wait);
        };
        Outcome { status, out, err }
    }

    /// Runs it to a good end and returns what it printed.
    #[track_caller]
    pub fn good(self) -> String {
        let name = self.name.clone();
        let outcome = self.run();
        assert!(outcome.status.success(), "{name} failed: {outcome}");
        outcome.out
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{}\n--- out\n{}\n--- err\n{}", self.status, self.out, self.err)
    }
}

fn gather(mut pipe: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receive
}

/// The exit status, if the child ends in time.
pub fn ends_within(child: &mut Child, wait: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + wait;
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return Some(status);
        }
        if Instant::now() > deadline {
            return None;
        }
        std::thread::sleep(POLL);
    }
}

/// How often a condition is looked at again.
pub const POLL: Duration = Duration::from_millis(2);

/// Looks until `done` says yes; the test fails when it does not within `wait`.
#[track_caller]
pub fn until(what: &str, wait: Duration, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + wait;
    while !done() {
        assert!(Instant::now() < deadline, "{what}: not within {wait:?}");
        std::thread::sleep(POLL);
    }
}
