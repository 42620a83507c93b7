//! A plain connection that lets the kernel send files: pieces of mapped chunks are not read by us at all.
//!
//! HTTP hands its buffers to [`AsyncWrite::poll_write_vectored`]. A buffer that is a piece of a mapped chunk is sent by
//! `sendfile(2)`, which saves a copy of every byte; what goes before it (a head, an ending) is marked as unfinished so
//! that both travel together. Everything else is written as usual.

use std::io::{self, IoSlice};
use std::os::fd::AsRawFd;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use abri_space::blob::maps::Maps;
use nix::sys::socket::{MsgFlags, sendmsg};
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

/// Below this many bytes a copy costs less than asking where the bytes are.
const SEND_BYTES_MIN: usize = 32 << 10;
/// Buffers looked at and sent together.
const BUFFERS_MAX: usize = 32;

/// A connection without TLS.
#[derive(Debug)]
pub struct PlainStream {
    stream: TcpStream,
    maps: Arc<Maps>,
}

impl PlainStream {
    /// Wraps a connection; pieces of `maps` are recognised.
    pub fn new(stream: TcpStream, maps: Arc<Maps>) -> PlainStream {
        PlainStream { stream, maps }
    }

    /// Tries `send` whenever the connection takes bytes, until it does something.
    fn poll_send(&self, cx: &mut Context<'_>, send: impl Fn() -> io::Result<usize>) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match self.stream.try_io(Interest::WRITABLE, &send) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }

    fn poll_file(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Option<Poll<io::Result<usize>>> {
        if bytes.len() < SEND_BYTES_MIN {
            return None;
        }
        let (mapping, offset) = self.maps.file_of(bytes)?;
        let offset = libc::off_t::try_from(offset).ok()?;
        Some(self.poll_send(cx, || {
            let mut at = offset;
            Ok(nix::sys::sendfile::sendfile(&self.stream, mapping.file(), Some(&mut at), bytes.len())?)
        }))
    }
}

impl AsyncRead for PlainStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for PlainStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.poll_file(cx, buf) {
            Some(sent) => sent,
            None => Pin::new(&mut self.stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let bufs = &bufs[..bufs.len().min(BUFFERS_MAX)];
        let file = |buf: &IoSlice<'_>| buf.len() >= SEND_BYTES_MIN && self.maps.file_of(buf).is_some();
        match bufs.iter().position(file) {
            None => Pin::new(&mut self.stream).poll_write_vectored(cx, bufs),
            Some(0) => match self.poll_file(cx, &bufs[0]) {
                Some(sent) => sent,
                None => Pin::new(&mut self.stream).poll_write(cx, &bufs[0]),
            },
            Some(before) => {
                let before = &bufs[..before];
                self.poll_send(cx, || {
                    let flags = MsgFlags::from_bits_retain(libc::MSG_MORE) | MsgFlags::MSG_NOSIGNAL;
                    Ok(sendmsg::<()>(self.stream.as_raw_fd(), before, &[], flags, None)?)
                })
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
