//! Accepting connections: limits, TLS, HTTP/1.1 and HTTP/2, and an end that loses nothing.

pub mod fragment;
pub mod front;
pub mod patience;
pub mod proxy;
pub mod send;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use abri_space::blob::maps::Maps;

use crate::config::Limits;
use crate::tls;

use fragment::{Seen, Watched};
pub use front::Front;
use send::PlainStream;

/// Connections the system may hold for us before we accept them.
const BACKLOG: i32 = 1024;
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A silent connection is asked whether it still lives after this time.
const KEEPALIVE: Duration = Duration::from_secs(60);
/// Wait after the system refused us a connection (no more file numbers).
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// Memory for reading and writing one HTTP/1.1 connection.
const BUFFER_BYTES: usize = 256 << 10;
/// Header fields in one request.
const HEADERS_MAX: usize = 128;
/// Requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 128;
/// What an HTTP/2 client may send ahead on one stream, and on all of a connection.
const STREAM_WINDOW_BYTES: u32 = 1 << 20;
const CONNECTION_WINDOW_BYTES: u32 = 4 << 20;

/// A bound address.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    secure: bool,
    /// The address it is bound to.
    pub bound: SocketAddr,
}

impl Listener {
    /// Whether it speaks TLS.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Its address and its scheme.
    pub fn place(&self) -> (SocketAddr, &'static str) {
        (self.bound, if self.secure { "https" } else { "http" })
    }
}

/// Binds an address; `secure` for HTTPS.
pub fn bind(address: SocketAddr, secure: bool) -> io::Result<Listener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    let socket = TcpListener::from_std(socket.into())?;
    Ok(Listener { bound: socket.local_addr()?, socket, secure })
}

/// What connections share.
struct Shared {
    front: Front,
    builder: auto::Builder<TokioExecutor>,
    tls: Option<TlsAcceptor>,
    room: Arc<Semaphore>,
    maps: Arc<Maps>,
    stop: watch::Receiver<bool>,
}

/// Serves until `stop` turns true, then gives requests under way `limits.stop_seconds` to end.
///
/// Returns whether all of them ended in time.
pub async fn serve(
    listeners: Vec<Listener>,
    front: Front,
    tls: Option<Arc<rustls::ServerConfig>>,
    maps: Arc<Maps>,
    limits: &Limits,
    mut stop: watch::Receiver<bool>,
) -> bool {
    let shared = Arc::new(Shared {
        front,
        builder: builder(limits),
        tls: tls.map(TlsAcceptor::from),
        maps,
        room: Arc::new(Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS))),
        stop: stop.clone(),
    });
    let graceful = Arc::new(GracefulShutdown::new());
    let loops: Vec<_> = listeners
        .into_iter()
        .map(|listener| tokio::spawn(accept(listener, shared.clone(), graceful.clone())))
        .collect();
    // An error means that the sender is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
    for accepting in loops {
        accepting.abort();
        // An error says that it was aborted, as it was.
        let _ = accepting.await;
    }
    match Arc::into_inner(graceful) {
        Some(graceful) => {
            tokio::time::timeout(Duration::from_secs(limits.stop_seconds), graceful.shutdown()).await.is_ok()
        }
        None => false,
    }
}

fn builder(limits: &Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.head_seconds.max(1)))
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEPALIVE)
        .keep_alive_timeout(Duration::from_secs(20))
        .max_header_list_size(limits.head_bytes.try_into().unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES);
    builder
}

async fn accept(listener: Listener, shared: Arc<Shared>, graceful: Arc<GracefulShutdown>) {
    loop {
        let Ok(permit) = shared.room.clone().acquire_owned().await else { return };
        let (stream, peer) = match listener.socket.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
        };
        set_up(&stream);
        let (shared, watcher, secure) = (shared.clone(), graceful.watcher(), listener.secure);
        tokio::spawn(async move {
            connection(stream, peer, secure, &shared, watcher).await;
            drop(permit);
        });
    }
}

fn set_up(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    // Neither is needed for correctness: a socket that is already dead shows it at its first read.
    let _ = stream.set_nodelay(true);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
}

async fn connection(stream: TcpStream, peer: SocketAddr, secure: bool, shared: &Shared, watcher: Watcher) {
    if !secure {
        return speak(PlainStream::new(stream, shared.maps.clone()), peer, false, shared, watcher).await;
    }
    let Some(acceptor) = &shared.tls else { return };
    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
        // The authority only wanted to see the certificate.
        Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(tls::ACME_ALPN) => {}
        Ok(Ok(stream)) => speak(stream, peer, true, shared, watcher).await,
        Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
        Err(_) => tracing::debug!("a TLS handshake took too long"),
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    secure: bool,
    shared: &Shared,
    watcher: Watcher,
) {
    let front = shared.front.clone();
    let fragment = Seen::default();
    let stream = Watched::new(stream, fragment.clone());
    let service = hyper::service::service_fn(move |request| {
        let (front, has_fragment) = (front.clone(), fragment.take());
        async move {
            Ok::<_, Infallible>(if has_fragment {
                front::fragment_refused()
            } else {
                front.answer(peer, secure, request).await
            })
        }
    });
    let connection = shared.builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    if *shared.stop.borrow() {
        return;
    }
    if let Err(error) = watcher.watch(connection).await {
        tracing::trace!(%error, "a connection ended");
    }
}
