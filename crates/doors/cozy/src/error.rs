//! From outcome to answer: one total function.

use abri_model::Error;
use axum::response::IntoResponse;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::json::{self, Answer};

/// What a handler comes to.
pub(crate) type Outcome = Result<Answer, Refusal>;

/// Everything this door can answer that is not success.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// What the house says.
    House(Error),
    /// What the house says about one parameter of the request.
    Parameter(&'static str, Error),
    /// There is an account of this name.
    NameTaken,
    /// The present passphrase is not the one given.
    WrongPassphrase,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::House(error)
    }
}

/// What is told: a status, a stable word, a sentence, the parameter it is about.
struct Told {
    status: StatusCode,
    code: &'static str,
    detail: String,
    parameter: Option<&'static str>,
}

impl Refusal {
    /// The status and the error object.
    pub fn to_json(&self) -> (StatusCode, Value) {
        let told = self.told();
        let mut error = json!({
            "status": told.status.as_u16().to_string(),
            "title": told.status.canonical_reason().unwrap_or("Error"),
            "code": told.code,
            "detail": told.detail,
        });
        if let Some(parameter) = told.parameter {
            error["source"] = json!({ "parameter": parameter });
        }
        (told.status, error)
    }

    /// Our own faults are logged once, here.
    pub fn log(&self) {
        if let Refusal::House(Error::Internal(cause)) | Refusal::Parameter(_, Error::Internal(cause)) = self {
            tracing::error!(%cause, "a request of the JSON API failed");
        }
    }

    fn told(&self) -> Told {
        let told = |status, code, detail: String| Told { status, code, detail, parameter: None };
        match self {
            Refusal::House(error) => house(error),
            Refusal::Parameter(parameter, error) => Told { parameter: Some(parameter), ..house(error) },
            Refusal::NameTaken => told(
                StatusCode::CONFLICT,
                "name_taken",
                "there is an account of this name already: choose another".into(),
            ),
            Refusal::WrongPassphrase => {
                told(StatusCode::FORBIDDEN, "unauthenticated", "the present passphrase is another one".into())
            }
        }
    }
}

/// What the house's outcomes mean here.
fn house(error: &Error) -> Told {
    let (status, code) = match error {
        Error::NotFound => (StatusCode::NOT_FOUND, "missing"),
        Error::NoParent => (StatusCode::NOT_FOUND, "no_parent"),
        Error::Exists => (StatusCode::CONFLICT, "exists"),
        Error::Conflict { .. } => (StatusCode::PRECONDITION_FAILED, "conflict"),
        Error::WeakPassphrase(_) => (StatusCode::UNPROCESSABLE_ENTITY, "weak_passphrase"),
        Error::Name(_) | Error::AccountName(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_name"),
        Error::NotDirectory | Error::IsDirectory => (StatusCode::UNPROCESSABLE_ENTITY, "bad_request"),
        Error::Cycle => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_cycle"),
        Error::Locked => (StatusCode::LOCKED, "locked"),
        Error::Quota { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "quota"),
        Error::StorageFull => (StatusCode::INSUFFICIENT_STORAGE, "quota"),
        Error::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Error::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
        Error::Throttled { .. } => (StatusCode::TOO_MANY_REQUESTS, "throttled"),
        Error::Expired => (StatusCode::GONE, "expired"),
        Error::Checksum => (StatusCode::PRECONDITION_FAILED, "checksum"),
        Error::Invalid(_) | Error::Interrupted => (StatusCode::BAD_REQUEST, "bad_request"),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        // The model may grow outcomes; until they have a row here they are faults of ours.
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    };
    Told { status, code, detail: error.to_string(), parameter: None }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Answer {
        self.log();
        let (status, error) = self.to_json();
        let mut answer = json::answer(status, &json!({ "errors": [error] }));
        let wait = match &self {
            Refusal::House(Error::Throttled { after_seconds }) => Some(*after_seconds),
            Refusal::House(Error::Unavailable) => Some(5),
            _ => None,
        };
        if let Some(seconds) = wait {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if let Refusal::House(Error::Unauthenticated) = self {
            // Not Basic: a browser would open its own dialog over the login screen.
            answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use abri_model::Name;

    use super::*;

    #[test]
    fn every_outcome_has_its_answer() {
        let bad_name = Name::parse("a/b").expect_err("a slash");
        let cases: Vec<(Refusal, &str)> = vec![
            (Error::NotFound.into(), "404 missing"),
            (Error::NoParent.into(), "404 no_parent"),
            (Error::Exists.into(), "409 exists"),
            (Error::Conflict { current: None }.into(), "412 conflict"),
            (Error::Name(bad_name).into(), "422 invalid_name"),
            (Error::NotDirectory.into(), "422 bad_request"),
            (Error::IsDirectory.into(), "422 bad_request"),
            (Error::Cycle.into(), "422 invalid_cycle"),
            (Error::Locked.into(), "423 locked"),
            (Error::Quota { needed_bytes: 2, free_bytes: 1 }.into(), "413 quota"),
            (Error::StorageFull.into(), "507 quota"),
            (Error::TooLarge { what: "it", limit: 1 }.into(), "413 too_large"),
            (Error::Forbidden.into(), "403 forbidden"),
            (Error::Unauthenticated.into(), "401 unauthenticated"),
            (Error::Throttled { after_seconds: 7 }.into(), "429 throttled"),
            (Error::Expired.into(), "410 expired"),
            (Error::Checksum.into(), "412 checksum"),
            (Error::invalid("what to change").into(), "400 bad_request"),
            (Error::Interrupted.into(), "400 bad_request"),
            (Error::Unavailable.into(), "503 unavailable"),
            (Error::internal("secret cause").into(), "500 internal"),
            (Error::WeakPassphrase("longer".into()).into(), "422 weak_passphrase"),
            (Error::AccountName("other".into()).into(), "422 invalid_name"),
            (Refusal::NameTaken, "409 name_taken"),
            (Refusal::WrongPassphrase, "403 unauthenticated"),
        ];
        for (refusal, expected) in cases {
            let (status, error) = refusal.to_json();
            assert_eq!(format!("{} {}", status.as_u16(), error["code"].as_str().unwrap_or_default()), expected);
            assert_eq!(error["status"], status.as_u16().to_string(), "a status is a text");
            assert!(!error["detail"].as_str().unwrap_or_default().contains("secret"), "causes are for the log");
        }
        assert_eq!(Refusal::Parameter("Name", Error::Exists).to_json().1["source"]["parameter"], "Name");
    }

    #[test]
    fn waits_are_told() {
        let answer = Refusal::from(Error::Throttled { after_seconds: 7 }).into_response();
        assert_eq!(answer.headers()["retry-after"], "7");
        let answer = Refusal::from(Error::Unauthenticated).into_response();
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    }
}
