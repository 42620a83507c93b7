//! The session's cookie.

use abri_identity::{Connection, NewSession};
use http::{HeaderValue, header};

use crate::json::Answer;

/// Adds the cookie of a new session to an answer.
pub(crate) fn opened(answer: Answer, session: &NewSession, connection: &Connection) -> Answer {
    add(answer, &connection.set_cookie(Some(&session.cookie_value), session.max_age_seconds))
}

/// Adds the cookie's end to an answer.
pub(crate) fn ended(answer: Answer, connection: &Connection) -> Answer {
    add(answer, &connection.set_cookie(None, None))
}

fn add(mut answer: Answer, cookie: &str) -> Answer {
    // A cookie of ours is always a header value.
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
