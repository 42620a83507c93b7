//! The binary `abri`: reads the command line and the settings, then serves or does a command.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use abri::cli::{Cli, Common, Named, OrganisationVerb, SpaceVerb, UserVerb, Verb};
use abri::command::{self, Command, Line, Out, doctor, restore, socket, space, user};
use abri::config::{self, Config, Sources};
use abri::data_dir::{DataDir, OpenError, SOCKET_FILE};
use abri::house::House;
use abri::{log, serve, tls};
use clap::Parser;

/// How long a command waits for another process to let go of the data, or for a server to become ready.
const WAIT: Duration = Duration::from_secs(20);
/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Longest passphrase read from standard input, in bytes.
const PASSPHRASE_BYTES_MAX: usize = 4096;

fn main() -> ExitCode {
    // What is written is for its owner alone, whatever the caller's habit.
    nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o077));
    keep_memory_flat();
    tls::install_provider();
    let cli = Cli::parse();
    match run(cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("abri: {why}");
            ExitCode::FAILURE
        }
    }
}

/// Tells the allocator to give large blocks back to the system when they are freed.
///
/// By default glibc learns to keep them: each thread that once computed a slow hash of a passphrase (19 MiB) would hold
/// that memory for ever.
#[allow(unsafe_code)]
fn keep_memory_flat() {
    const LARGE_BYTES: i32 = 1 << 20;
    const ARENAS: i32 = 4;
    #[cfg(target_env = "gnu")]
    // SAFETY: called before any other thread exists; both only set parameters of the allocator.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
    }
}

/// Does what was asked; whether all went well.
fn run(cli: Cli) -> Result<bool, String> {
    let mut sources = sources(cli.common);
    if let Verb::Serve { listen } = &cli.verb
        && !listen.is_empty()
    {
        sources.flags.push(("listen".into(), listen.join(",")));
    }
    if let Verb::Config { sample, page } = cli.verb {
        let text = match (sample, page) {
            (true, _) => config::page::sample(),
            (_, true) => config::page::markdown(),
            _ => config::page::effective(&config::load(&sources)?),
        };
        // A reader that has seen enough is no fault.
        let _ = std::io::stdout().write_all(text.as_bytes());
        return Ok(true);
    }
    let config = config::load(&sources)?;
    log::start(&config)?;
    let runtime = runtime(&config)?;
    let done = runtime.block_on(act(cli.verb, config));
    // Whatever still runs in blocking threads holds nothing that must be written.
    runtime.shutdown_timeout(Duration::from_secs(2));
    done
}

fn sources(common: Common) -> Sources {
    let mut sources = Sources::of_process();
    if common.config.is_some() {
        sources.file = common.config;
    }
    sources.flags = common.set;
    if let Some(data) = common.data {
        sources.flags.push(("data".into(), data.display().to_string()));
    }
    sources
}

fn runtime(config: &Config) -> Result<tokio::runtime::Runtime, String> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if config.limits.threads > 0 {
        builder.worker_threads(config.limits.threads);
    }
    builder.thread_name("abri").enable_all().build().map_err(|error| format!("no threads: {error}"))
}

async fn act(verb: Verb, config: Config) -> Result<bool, String> {
    let command = match verb {
        Verb::Serve { .. } => return serve::serve(config).await.map(|()| true),
        Verb::Restore { source, replace } => return restore::restore(&config, &source, replace).await.map(|()| true),
        Verb::Doctor => return Ok(doctor::doctor(&config).await),
        Verb::Config { .. } => return Ok(true),
        other => command_of(other, &config)?,
    };
    perform(config, command).await
}

fn named(named: Named) -> user::Named {
    user::Named { name: named.name, organisation: named.organisation }
}

/// The command that the words mean; asks for what they leave out.
fn command_of(verb: Verb, config: &Config) -> Result<Command, String> {
    Ok(match verb {
        Verb::User(UserVerb::Add { name, admin, public_name, quota, locale, organisation }) => {
            Command::UserAdd(user::Add {
                name,
                organisation,
                admin,
                public_name,
                locale: locale.unwrap_or_else(|| config.accounts.locale.clone()),
                quota: quota.map_or(config.accounts.quota, |quota| quota.0),
                passphrase: passphrase()?,
            })
        }
        Verb::User(UserVerb::List { organisation }) => Command::UserList { organisation },
        Verb::User(UserVerb::Passwd(user)) => Command::UserPasswd { user: named(user), passphrase: passphrase()? },
        Verb::User(UserVerb::Disable(user)) => Command::UserDisable { user: named(user), disabled: true },
        Verb::User(UserVerb::Enable(user)) => Command::UserDisable { user: named(user), disabled: false },
        Verb::User(UserVerb::Quota { named: user, quota }) => Command::UserQuota { user: named(user), quota: quota.0 },
        Verb::AppPassword { name, label, organisation } => {
            Command::AppPassword { user: user::Named { name, organisation }, label }
        }
        Verb::Space(SpaceVerb::Add { name, members, quota, organisation }) => {
            Command::SpaceAdd(space::Add { name, members, organisation, quota: quota.and_then(|quota| quota.0) })
        }
        Verb::Space(SpaceVerb::List { organisation }) => Command::SpaceList { organisation },
        Verb::Organisation(OrganisationVerb::Add { name, hosts }) => Command::OrganisationAdd { name, hosts },
        Verb::Organisation(OrganisationVerb::List) => Command::OrganisationList,
        Verb::Check => Command::Check,
        Verb::Rebuild => Command::Rebuild,
        Verb::Backup { target, link_from } => {
            Command::Backup { target: absolute(&target)?, link_from: link_from.map(|dir| absolute(&dir)).transpose()? }
        }
        Verb::Serve { .. } | Verb::Restore { .. } | Verb::Doctor | Verb::Config { .. } => {
            return Err("this is done without a command".into());
        }
    })
}

fn absolute(path: &std::path::Path) -> Result<std::path::PathBuf, String> {
    std::path::absolute(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// A passphrase: asked for twice at a terminal, else the first line of standard input.
fn passphrase() -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        let ask = |prompt: &str| {
            rpassword::prompt_password(prompt).map_err(|error| format!("the passphrase cannot be read: {error}"))
        };
        let first = ask("Passphrase: ")?;
        if first != ask("Once more: ")? {
            return Err("the two passphrases are not the same".into());
        }
        return Ok(first);
    }
    let mut line = String::new();
    std::io::Read::take(std::io::stdin().lock(), PASSPHRASE_BYTES_MAX as u64)
        .read_line(&mut line)
        .map_err(|error| format!("the passphrase cannot be read: {error}"))?;
    let line = line.trim_end_matches(['\n', '\r']);
    if line.is_empty() { Err("a passphrase is needed on standard input".into()) } else { Ok(line.to_owned()) }
}

/// Does a command in the running server, or here when there is none.
async fn perform(config: Config, command: Command) -> Result<bool, String> {
    let socket_path = config.data.join(SOCKET_FILE);
    let may_make = !matches!(
        command,
        Command::Check
            | Command::Rebuild
            | Command::Backup { .. }
            | Command::UserList { .. }
            | Command::SpaceList { .. }
    );
    let begun = Instant::now();
    loop {
        match socket::send(&socket_path, &command).await {
            Ok(Some(lines)) => return show(lines).await,
            Ok(None) => {}
            Err(error) => return Err(format!("the server cannot be reached by {}: {error}", socket_path.display())),
        }
        match DataDir::open(&config.data, may_make) {
            Ok(dir) => return here(config, dir, command).await,
            Err(OpenError::Busy(_)) if begun.elapsed() < WAIT => tokio::time::sleep(LOOK_EVERY).await,
            Err(error) => return Err(error.to_string()),
        }
    }
}

async fn here(config: Config, dir: DataDir, command: Command) -> Result<bool, String> {
    let house = House::open(config, dir).await?;
    let (out, lines) = Out::new();
    let (shown, ()) = tokio::join!(show(lines), async {
        command::run(command, &house, &out).await;
        drop(out);
    });
    house.close().await;
    shown
}

/// Shows what a command says; whether it ended well.
async fn show(mut lines: tokio::sync::mpsc::Receiver<Line>) -> Result<bool, String> {
    while let Some(line) = lines.recv().await {
        match line {
            // A reader that has seen enough is no fault of the command.
            Line::Out(text) => drop(writeln!(std::io::stdout(), "{text}")),
            Line::Err(text) => eprintln!("abri: {text}"),
            Line::End(good) => return Ok(good),
        }
    }
    Err("the server stopped before the command was done".into())
}
