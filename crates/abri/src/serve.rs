//! `abri serve`: from the settings to the first answer, and from the signal to a clean end.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::command::socket;
use crate::config::Config;
use crate::data_dir::{DataDir, SOCKET_FILE};
use crate::house::House;
use crate::listen::front::Rules;
use crate::listen::{self, Front, Listener};
use crate::tls::{self, Certificates};

/// Open files that a server should be allowed.
const FILES_WANTED: u64 = 65_536;

/// Serves until told to stop.
pub async fn serve(config: Config) -> Result<(), String> {
    if let Some(why) = config.contradiction() {
        return Err(why);
    }
    raise_file_limit();
    let dir = DataDir::open(&config.data, true).map_err(|error| error.to_string())?;
    let socket_path = dir.path.join(SOCKET_FILE);
    let acme_dir = tls::acme::dir(&dir.path);
    let house = Arc::new(House::open(config, dir).await?);
    let config = &house.config;
    house.speak().await.map_err(told)?;

    let mut listeners = Vec::new();
    for (addresses, secure) in [(&config.listen, false), (&config.tls.listen, true)] {
        for address in addresses {
            listeners.push(listen::bind(*address, secure).map_err(|error| cannot_bind(*address, &error))?);
        }
    }
    let secure_port = listeners.iter().find(|listener| listener.secure()).map(|listener| listener.bound.port());
    let first = listeners.first().map(Listener::place).ok_or("nothing to listen on")?;
    let tls = start_tls(config, acme_dir)?;

    let commands =
        socket::listen(&socket_path, house.clone()).map_err(|error| format!("{}: {error}", socket_path.display()))?;
    let commands = tokio::spawn(commands);
    let upkeep = tokio::spawn({
        let house = house.clone();
        async move { house.upkeep().await }
    });

    let (stopper, stop) = watch::channel(false);
    let redirect = secure_port.filter(|_| config.tls.redirect);
    let rules = Rules {
        proxies: config.proxies.clone(),
        head_bytes_max: config.limits.head_bytes.max(8192),
        body_wait: Duration::from_secs(config.limits.body_seconds.max(1)),
        redirect,
    };
    let front = Front::new(house.doors(stop.clone()), rules);
    let mut ends = Signals::new()?;
    if house.identity.setup_needed().await.map_err(told)?
        && let Some(token) = house.identity.setup_token().await.map_err(told)?
    {
        say(&format!("set-up link: {}/~/setup#{token}", link_base(config, first)));
    }
    let limits = config.limits.clone();
    let maps = house.engine.maps();
    let serving = tokio::spawn(async move { listen::serve(listeners, front, tls, maps, &limits, stop).await });
    say(&format!("ready {}://{}", first.1, first.0));
    notify(NotifyState::Ready);
    tracing::info!(address = %first.0, version = env!("CARGO_PKG_VERSION"), "ready");

    ends.wait().await;
    tracing::info!("stopping");
    notify(NotifyState::Stopping);
    // An error means that serving has ended already.
    let _ = stopper.send(true);
    if !serving.await.map_err(told)? {
        tracing::warn!("some requests did not end in time and were cut off");
    }
    upkeep.abort();
    commands.abort();
    // A socket that is left behind does no harm: the next start replaces it.
    let _ = std::fs::remove_file(&socket_path);
    house.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Certificates from files, from ACME, or both; none when there is no HTTPS.
fn start_tls(config: &Config, acme_dir: std::path::PathBuf) -> Result<Option<Arc<rustls::ServerConfig>>, String> {
    if config.tls.listen.is_empty() {
        return Ok(None);
    }
    let certificates = Arc::new(Certificates::default());
    if let (Some(certificate), Some(key)) = (&config.tls.certificate, &config.tls.key) {
        let mut files = tls::files::Files::new(certificate.clone(), key.clone());
        files.refresh(&certificates)?;
        tokio::spawn(files.follow(certificates.clone()));
    }
    if !config.acme.hosts.is_empty() {
        let renewal = tls::acme::Renewal::new(config.acme.clone(), acme_dir, certificates.clone())?;
        let clock = crate::house::clock();
        tokio::spawn(async move { renewal.run(move || clock.now().seconds()).await });
    }
    Ok(Some(tls::server_config(certificates)))
}

/// What the set-up link begins with: the address people use, or one that works on this machine.
fn link_base(config: &Config, (bound, scheme): (SocketAddr, &str)) -> String {
    let reachable = match bound.ip() {
        ip if ip.is_unspecified() && ip.is_ipv4() => SocketAddr::from(([127, 0, 0, 1], bound.port())),
        ip if ip.is_unspecified() => SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, bound.port())),
        _ => bound,
    };
    config.url.clone().unwrap_or_else(|| format!("{scheme}://{reachable}"))
}

fn cannot_bind(address: SocketAddr, error: &std::io::Error) -> String {
    let hint = match error.kind() {
        std::io::ErrorKind::AddrInUse => ": another program listens there",
        std::io::ErrorKind::PermissionDenied if address.port() < 1024 => {
            ": ports below 1024 need a right (AmbientCapabilities=CAP_NET_BIND_SERVICE in systemd)"
        }
        std::io::ErrorKind::AddrNotAvailable => ": this machine does not have that address",
        _ => "",
    };
    format!("cannot listen on {address}{hint} ({error})")
}

/// A line on standard output, at once.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Nobody reads: nothing to be done about it, and no reason not to serve.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "the service manager could not be told");
    }
}

/// Lets the process open as many files as it may.
fn raise_file_limit() {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return };
    let wanted = FILES_WANTED.min(hard);
    if soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_err() {
        tracing::debug!("the limit of open files could not be raised");
    }
}

/// The signals that end a server.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Signals, String> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate()).map_err(told)?,
            interrupt: signal(SignalKind::interrupt()).map_err(told)?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}
