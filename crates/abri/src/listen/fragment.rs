//! Notices request targets with a fragment (`DELETE /folder/#part`), which the HTTP library cuts off silently.
//!
//! Deleting the folder instead would be unsafe (litmus `delete_fragment`), so such a request is refused. Only what is
//! read at once and begins like a request is looked at: a body that happens to look so costs one refusal, never bytes.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest method looked for.
const METHOD_LEN_MAX: usize = 20;

/// Whether a request with a fragment was read and not yet answered.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<AtomicBool>);

impl Seen {
    /// Whether one was read; forgets it.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// A connection whose requests are looked at.
#[derive(Debug)]
pub struct Watched<S> {
    stream: S,
    seen: Seen,
}

impl<S> Watched<S> {
    /// Looks at what is read from `stream`.
    pub fn new(stream: S, seen: Seen) -> Self {
        Watched { stream, seen }
    }
}

/// Whether bytes begin with a request line whose target has a fragment.
fn has_fragment(bytes: &[u8]) -> bool {
    let Some(space) = bytes.iter().take(METHOD_LEN_MAX).position(|byte| !byte.is_ascii_uppercase()) else {
        return false;
    };
    if space == 0 || bytes.get(space..space + 2) != Some(b" /") {
        return false;
    }
    let target = &bytes[space + 1..];
    let Some(end) = target.iter().position(|byte| *byte <= b' ') else { return false };
    target[end..].starts_with(b" HTTP/1.") && target[..end].contains(&b'#')
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        if has_fragment(&buf.filled()[before..]) {
            self.seen.0.store(true, Ordering::Relaxed);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_targets_with_a_fragment_are_noticed() {
        let check = |bytes: &str, expected| assert_eq!(has_fragment(bytes.as_bytes()), expected, "{bytes:?}");
        check("DELETE /dav/frag/#ment HTTP/1.1\r\nHost: a\r\n", true);
        check("DELETE /dav/frag/%23ment HTTP/1.1\r\nHost: a\r\n", false);
        check("GET / HTTP/1.1\r\nX: #\r\n", false);
        check("GET /#\n", false);
        check("some #body", false);
        check("", false);
        check("PRI * HTTP/2.0\r\n", false);
    }
}
