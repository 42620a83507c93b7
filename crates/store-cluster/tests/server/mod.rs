//! A PostgreSQL of our own, for one test, thrown away after it.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A running server on a socket in a directory of its own.
pub struct Server {
    directory: TempDir,
    programs: PathBuf,
}

impl Server {
    /// Starts one; `None`, said aloud, on a machine without PostgreSQL.
    pub fn start() -> Option<Server> {
        let Some(programs) = programs() else {
            eprintln!("no PostgreSQL on this machine: nothing tested");
            return None;
        };
        let directory = tempfile::Builder::new().prefix("pg").tempdir().unwrap();
        if is_root() {
            chown(directory.path(), Some(id("-u")), Some(id("-g"))).unwrap();
        }
        let server = Server { directory, programs };
        let data = server.data();
        server.run("initdb", &["-D", &data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "-N"]);
        server.begin();
        Some(server)
    }

    /// Where to connect.
    pub fn url(&self) -> String {
        format!("host={} user=postgres dbname=postgres", self.directory.path().display())
    }

    fn data(&self) -> String {
        self.directory.path().join("data").display().to_string()
    }

    fn begin(&self) {
        let options =
            format!("-k {} -c listen_addresses= -c fsync=off -c max_connections=60", self.directory.path().display());
        let log = self.directory.path().join("log").display().to_string();
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-l", &log, "-o", &options, "start"]);
    }

    /// Kills the server and starts it again.
    #[allow(dead_code, reason = "not every test is so cruel")]
    pub fn crash(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
        self.begin();
    }

    /// Runs a statement.
    #[allow(dead_code, reason = "not every test needs one")]
    pub fn psql(&self, statement: &str) -> String {
        let socket = self.directory.path().display().to_string();
        self.run("psql", &["-h", &socket, "-U", "postgres", "-d", "postgres", "-Atc", statement])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> String {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            // PostgreSQL refuses to run as root.
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // Output goes to a file: the server would keep a pipe open for ever.
        let told = tempfile::tempfile().unwrap();
        let streams = (told.try_clone().unwrap(), told.try_clone().unwrap());
        let status = command.args(arguments).current_dir("/").stdout(streams.0).stderr(streams.1).status().unwrap();
        let told = std::io::read_to_string({
            let mut told = told;
            std::io::Seek::rewind(&mut told).unwrap();
            told
        })
        .unwrap();
        assert!(status.success(), "{arguments:?}: {told}");
        told
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }
}

/// The newest version Debian has installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let newest = versions.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok()).max()?;
    Some(Path::new("/usr/lib/postgresql").join(newest.to_string()).join("bin"))
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

fn id(which: &str) -> u32 {
    let told = Command::new("id").args([which, "postgres"]).output().unwrap();
    String::from_utf8(told.stdout).unwrap().trim().parse().unwrap()
}
