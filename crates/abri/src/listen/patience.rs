//! A request's body that does not wait for ever: a sender that falls silent is cut off.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body whose sender may pause for a while and no longer.
pub struct Patient<B> {
    body: B,
    wait: Duration,
    silence: Pin<Box<Sleep>>,
    is_silent: bool,
}

impl<B> Patient<B> {
    /// `body`, cut off after `wait` without a byte.
    pub fn new(body: B, wait: Duration) -> Patient<B> {
        Patient { body, wait, silence: Box::pin(sleep(wait)), is_silent: false }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Patient<B>
where
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.is_silent = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        if !self.is_silent {
            self.is_silent = true;
            let end = Instant::now() + self.wait;
            self.silence.as_mut().reset(end);
        }
        ready!(self.silence.as_mut().poll(cx));
        Poll::Ready(Some(Err("the sender fell silent".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    /// A body of which nothing ever comes.
    struct Silent;

    impl Body for Silent {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn silence_ends_a_body_and_bytes_do_not() {
        let whole = Patient::new(Full::new(Bytes::from_static(b"all")), Duration::from_millis(10)).collect().await;
        assert_eq!(whole.expect("whole").to_bytes(), "all");
        let cut = Patient::new(Silent, Duration::from_millis(10)).collect().await;
        assert!(cut.is_err());
    }
}
