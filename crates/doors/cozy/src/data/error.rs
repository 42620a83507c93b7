//! From outcome to answer, in CouchDB's words.

use abri_model::{Error, Kind};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::error::Refusal;
use crate::json::{self, Answer};

/// What a handler of `/data` comes to.
pub(crate) type Outcome = Result<Answer, Fault>;

/// A refusal in CouchDB's shape.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What the house says.
    House(Error),
    /// A refusal that was made before it was known that this is `/data`.
    Refusal(Refusal),
    /// A kind that is reached by calls of its own.
    Reserved(Kind),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::House(error)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        match refusal {
            Refusal::House(error) | Refusal::Parameter(_, error) => Fault::House(error),
            other => Fault::Refusal(other),
        }
    }
}

/// The status and the word for an outcome.
fn word(error: &Error) -> (StatusCode, &'static str) {
    match error {
        Error::NotFound | Error::NoParent => (StatusCode::NOT_FOUND, "not_found"),
        Error::Exists | Error::Conflict { .. } => (StatusCode::CONFLICT, "conflict"),
        Error::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthorized"),
        Error::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
        Error::Expired => (StatusCode::GONE, "expired"),
        Error::TooLarge { .. } | Error::Quota { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Error::StorageFull => (StatusCode::INSUFFICIENT_STORAGE, "insufficient_storage"),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal_server_error"),
        // Everything else is something wrong with what was sent.
        _ => (StatusCode::BAD_REQUEST, "bad_request"),
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Fault::Refusal(refusal) => refusal.into_response(),
            Fault::Reserved(kind) => {
                let message = format!("code=403, message=reserved doctype {kind} unreadable");
                json::plain(StatusCode::FORBIDDEN, &json!({ "error": message }))
            }
            Fault::House(error) => {
                if let Error::Internal(cause) = &error {
                    tracing::error!(%cause, "a request for documents failed");
                }
                let (status, word) = word(&error);
                let reason = if matches!(error, Error::NotFound) { "missing".to_owned() } else { error.to_string() };
                json::plain(status, &json!({ "error": word, "reason": reason }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_have_the_words_of_couchdb() {
        let cases = [
            (Error::NotFound, "404 not_found"),
            (Error::Conflict { current: None }, "409 conflict"),
            (Error::Forbidden, "403 forbidden"),
            (Error::Unauthenticated, "401 unauthorized"),
            (Error::invalid("x"), "400 bad_request"),
            (Error::Expired, "410 expired"),
            (Error::TooLarge { what: "it", limit: 1 }, "413 too_large"),
            (Error::internal("x"), "500 internal_server_error"),
        ];
        for (error, expected) in cases {
            let (status, word) = word(&error);
            assert_eq!(format!("{} {word}", status.as_u16()), expected);
        }
    }
}
