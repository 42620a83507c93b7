//! From outcome to answer: one total function.

use abri_model::Error;
use abri_proto_dav::{DestinationError, ErrorBody, HeaderError, PathError, Precondition, XmlError};
use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};

use crate::answer::Answer;

/// What a verb comes to.
pub type Outcome = Result<Answer, Refusal>;

/// Everything this door can answer that is not success.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// What the house says.
    House(Error),
    /// What the house says, where a taken name or another state is a failed precondition of the request.
    Precondition(Error),
    /// A body that is not what the verb takes.
    Xml(XmlError),
    /// A header that is not what it should be.
    Header(HeaderError),
    /// A path that cannot be one of ours.
    Path(PathError),
    /// A destination that cannot be one of ours.
    Destination(DestinationError),
    /// A named rule was broken.
    Rule(StatusCode, Precondition, &'static str),
    /// The request asks for something that makes no sense; the text says what to change.
    Bad(String),
    /// The verb is not for this resource; these are.
    NotAllowed(&'static str),
    /// The body's type is not taken here.
    Media(&'static str),
    /// The conditions of the request do not hold.
    Failed,
    /// What is asked for is not among what is there (RFC 9110 §14.4): its size.
    Range(u64),
    /// Nothing changed since the asker's copy: its entity tag.
    NotModified(String),
    /// This server does not do that.
    NotImplemented(&'static str),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::House(error)
    }
}

impl From<XmlError> for Refusal {
    fn from(error: XmlError) -> Self {
        Refusal::Xml(error)
    }
}

impl From<HeaderError> for Refusal {
    fn from(error: HeaderError) -> Self {
        Refusal::Header(error)
    }
}

impl From<PathError> for Refusal {
    fn from(error: PathError) -> Self {
        Refusal::Path(error)
    }
}

impl From<DestinationError> for Refusal {
    fn from(error: DestinationError) -> Self {
        Refusal::Destination(error)
    }
}

/// What is told: a status, the class that clients know from sabre/dav, a rule, a sentence.
struct Told {
    status: StatusCode,
    exception: &'static str,
    rule: Option<Precondition>,
    message: String,
}

impl Refusal {
    /// The answer. `realm` names us where a login is needed.
    pub fn answer(self, realm: &str) -> Answer {
        let told = self.told();
        if told.status.is_server_error() {
            self.log(told.status);
        }
        let mut answer = match &self {
            Refusal::NotModified(_) => Response::new(Body::empty()),
            _ => {
                let body = ErrorBody { precondition: told.rule, exception: told.exception, message: &told.message };
                let mut answer = Response::new(Body::from(body.to_xml()));
                let kind = HeaderValue::from_static(abri_proto_dav::multistatus::CONTENT_TYPE);
                answer.headers_mut().insert(header::CONTENT_TYPE, kind);
                answer
            }
        };
        *answer.status_mut() = told.status;
        self.push_headers(&mut answer, realm);
        answer
    }

    /// The status alone, for rows of a multistatus.
    pub fn status(&self) -> StatusCode {
        self.told().status
    }

    fn push_headers(&self, answer: &mut Answer, realm: &str) {
        let headers = answer.headers_mut();
        let mut put = |name: header::HeaderName, text: String| {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        };
        match self {
            Refusal::House(Error::Unauthenticated) => {
                put(
                    header::WWW_AUTHENTICATE,
                    format!("Basic realm=\"{}\", charset=\"UTF-8\"", realm.replace(['"', '\\'], "")),
                );
            }
            Refusal::House(Error::Throttled { after_seconds }) => put(header::RETRY_AFTER, after_seconds.to_string()),
            Refusal::House(Error::Unavailable) => put(header::RETRY_AFTER, "5".to_owned()),
            Refusal::NotAllowed(allow) => put(header::ALLOW, (*allow).to_owned()),
            Refusal::Range(size) => put(header::CONTENT_RANGE, abri_proto_dav::range::unsatisfied_range(*size)),
            Refusal::NotModified(etag) => put(header::ETAG, format!("\"{etag}\"")),
            _ => {}
        }
    }

    /// Our own faults are logged once, here.
    fn log(&self, status: StatusCode) {
        if let Refusal::House(Error::Internal(cause)) | Refusal::Precondition(Error::Internal(cause)) = self {
            tracing::error!(status = status.as_u16(), cause = %cause, "a WebDAV request failed");
        }
    }

    fn told(&self) -> Told {
        let told =
            |status, exception, message: &str| Told { status, exception, rule: None, message: message.to_owned() };
        match self {
            Refusal::House(error) => house(error),
            Refusal::Precondition(error) => match error {
                Error::Exists | Error::Conflict { .. } => {
                    told(StatusCode::PRECONDITION_FAILED, PRECONDITION_FAILED, &error.to_string())
                }
                other => house(other),
            },
            Refusal::Xml(error) => Told {
                status: match error {
                    XmlError::TooLarge { what: "bytes", .. } => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::BAD_REQUEST,
                },
                exception: BAD_REQUEST,
                rule: matches!(error, XmlError::DocType { .. } | XmlError::Entity { .. })
                    .then_some(Precondition::NoExternalEntities),
                message: error.to_string(),
            },
            Refusal::Header(error) => told(StatusCode::BAD_REQUEST, BAD_REQUEST, &error.to_string()),
            Refusal::Path(error) => match error {
                PathError::TooLong { .. } => told(StatusCode::URI_TOO_LONG, BAD_REQUEST, &error.to_string()),
                _ => told(StatusCode::BAD_REQUEST, BAD_REQUEST, &error.to_string()),
            },
            Refusal::Destination(error) => match error {
                DestinationError::OtherHost { .. } => {
                    told(StatusCode::BAD_GATEWAY, r"Sabre\DAV\Exception\BadRequest", &error.to_string())
                }
                _ => told(StatusCode::BAD_REQUEST, BAD_REQUEST, &error.to_string()),
            },
            Refusal::Rule(status, rule, message) => Told {
                status: *status,
                exception: exception_of(*status),
                rule: Some(rule.clone()),
                message: (*message).to_owned(),
            },
            Refusal::Bad(message) => told(StatusCode::BAD_REQUEST, BAD_REQUEST, message),
            Refusal::NotAllowed(allow) => told(
                StatusCode::METHOD_NOT_ALLOWED,
                r"Sabre\DAV\Exception\MethodNotAllowed",
                &format!("this resource does not take this method: it takes {allow}"),
            ),
            Refusal::Media(message) => {
                told(StatusCode::UNSUPPORTED_MEDIA_TYPE, r"Sabre\DAV\Exception\UnsupportedMediaType", message)
            }
            Refusal::Failed => told(
                StatusCode::PRECONDITION_FAILED,
                PRECONDITION_FAILED,
                "the resource is not as the request's conditions say: read it again",
            ),
            Refusal::Range(size) => told(
                StatusCode::RANGE_NOT_SATISFIABLE,
                r"Sabre\DAV\Exception\RequestedRangeNotSatisfiable",
                &format!("the range is outside the {size} bytes there are"),
            ),
            Refusal::NotModified(_) => told(StatusCode::NOT_MODIFIED, "", ""),
            Refusal::NotImplemented(message) => {
                told(StatusCode::NOT_IMPLEMENTED, r"Sabre\DAV\Exception\NotImplemented", message)
            }
        }
    }
}

const BAD_REQUEST: &str = r"Sabre\DAV\Exception\BadRequest";
const PRECONDITION_FAILED: &str = r"Sabre\DAV\Exception\PreconditionFailed";

fn exception_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::FORBIDDEN => r"Sabre\DAV\Exception\Forbidden",
        StatusCode::CONFLICT => r"Sabre\DAV\Exception\Conflict",
        StatusCode::LOCKED => r"Sabre\DAV\Exception\Locked",
        StatusCode::INSUFFICIENT_STORAGE => r"Sabre\DAV\Exception\InsufficientStorage",
        _ => BAD_REQUEST,
    }
}

/// What the house says, as WebDAV says it.
fn house(error: &Error) -> Told {
    let (status, exception, rule) = match error {
        Error::NotFound => (StatusCode::NOT_FOUND, r"Sabre\DAV\Exception\NotFound", None),
        Error::NoParent | Error::NotDirectory | Error::Cycle => {
            (StatusCode::CONFLICT, r"Sabre\DAV\Exception\Conflict", None)
        }
        // RFC 4918 §9.3.1: MKCOL on what is there; elsewhere a taken name is a precondition.
        Error::Exists | Error::IsDirectory => {
            (StatusCode::METHOD_NOT_ALLOWED, r"Sabre\DAV\Exception\MethodNotAllowed", None)
        }
        Error::Conflict { .. } => (StatusCode::PRECONDITION_FAILED, PRECONDITION_FAILED, None),
        Error::Name(_) => (StatusCode::BAD_REQUEST, r"OCA\DAV\Connector\Sabre\Exception\InvalidPath", None),
        Error::Locked => {
            (StatusCode::LOCKED, r"Sabre\DAV\Exception\Locked", Some(Precondition::LockTokenSubmitted(Vec::new())))
        }
        Error::Quota { .. } => (
            StatusCode::INSUFFICIENT_STORAGE,
            r"Sabre\DAV\Exception\InsufficientStorage",
            Some(Precondition::QuotaNotExceeded),
        ),
        Error::StorageFull => (
            StatusCode::INSUFFICIENT_STORAGE,
            r"Sabre\DAV\Exception\InsufficientStorage",
            Some(Precondition::SufficientDiskSpace),
        ),
        Error::TooLarge { .. } => {
            (StatusCode::PAYLOAD_TOO_LARGE, r"OCA\DAV\Connector\Sabre\Exception\EntityTooLarge", None)
        }
        Error::Forbidden => (StatusCode::FORBIDDEN, r"Sabre\DAV\Exception\Forbidden", None),
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, r"Sabre\DAV\Exception\NotAuthenticated", None),
        Error::Throttled { .. } => {
            (StatusCode::TOO_MANY_REQUESTS, r"OCA\DAV\Connector\Sabre\Exception\TooManyRequests", None)
        }
        Error::Expired => {
            (StatusCode::FORBIDDEN, r"Sabre\DAV\Exception\InvalidSyncToken", Some(Precondition::ValidSyncToken))
        }
        Error::Checksum | Error::Invalid(_) | Error::Interrupted => (StatusCode::BAD_REQUEST, BAD_REQUEST, None),
        Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, r"Sabre\DAV\Exception\ServiceUnavailable", None),
        // What this version of the door does not know is our own fault.
        _ => (StatusCode::INTERNAL_SERVER_ERROR, r"Sabre\DAV\Exception", None),
    };
    let message = match error {
        // The words that ownCloud's servers say, and that its clients look for.
        Error::Checksum => "The computed checksum does not match the one received from the client.".to_owned(),
        other => other.to_string(),
    };
    Told { status, exception, rule, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_answer() {
        let check = |error: Error, status: u16| {
            assert_eq!(Refusal::House(error.clone()).status().as_u16(), status, "{error:?}")
        };
        check(Error::NotFound, 404);
        check(Error::NoParent, 409);
        check(Error::Exists, 405);
        check(Error::Conflict { current: None }, 412);
        check(Error::Name(abri_model::NameError::Empty), 400);
        check(Error::NotDirectory, 409);
        check(Error::IsDirectory, 405);
        check(Error::Cycle, 409);
        check(Error::Locked, 423);
        check(Error::Quota { needed_bytes: 2, free_bytes: 1 }, 507);
        check(Error::StorageFull, 507);
        check(Error::TooLarge { what: "x", limit: 1 }, 413);
        check(Error::Forbidden, 403);
        check(Error::Unauthenticated, 401);
        check(Error::Throttled { after_seconds: 9 }, 429);
        check(Error::Expired, 403);
        check(Error::Checksum, 400);
        check(Error::Invalid("x".into()), 400);
        check(Error::Interrupted, 400);
        check(Error::Unavailable, 503);
        check(Error::internal("disk on fire"), 500);
        assert_eq!(Refusal::Precondition(Error::Exists).status().as_u16(), 412);
        assert_eq!(Refusal::Failed.status().as_u16(), 412);
        assert_eq!(Refusal::Range(3).status().as_u16(), 416);
        assert_eq!(Refusal::NotModified("x".into()).status().as_u16(), 304);
        assert_eq!(Refusal::Media("x").status().as_u16(), 415);
        assert_eq!(Refusal::NotAllowed("GET").status().as_u16(), 405);
    }

    #[test]
    fn a_login_is_asked_for_in_the_words_clients_know() {
        let answer = Refusal::House(Error::Unauthenticated).answer("Abri");
        assert_eq!(answer.headers()[header::WWW_AUTHENTICATE], "Basic realm=\"Abri\", charset=\"UTF-8\"");
        let answer = Refusal::House(Error::Throttled { after_seconds: 9 }).answer("Abri");
        assert_eq!(answer.headers()[header::RETRY_AFTER], "9");
    }
}
