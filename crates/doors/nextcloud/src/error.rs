//! From outcome to answer: one total function for uploads, one for OCS.

use abri_model::Error;
use abri_proto_dav::{ErrorBody, HeaderError, PathError, Precondition, XmlError, multistatus};
use axum::body::Body;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

/// An answer.
pub type Answer = Response<Body>;
/// What a verb comes to.
pub type Outcome = Result<Answer, Refusal>;

/// Everything this door can answer that is not success.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// What the house says.
    House(Error),
    /// The conditions of the request do not hold.
    Failed,
    /// The verb is not for this resource; these are.
    NotAllowed(&'static str),
    /// The request makes no sense; the text says what to change.
    Bad(String),
    /// A body that is too large or none of the kind wanted.
    Xml(XmlError),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Refusal::House(error)
    }
}

impl From<HeaderError> for Refusal {
    fn from(error: HeaderError) -> Self {
        Refusal::Bad(error.to_string())
    }
}

impl From<PathError> for Refusal {
    fn from(error: PathError) -> Self {
        Refusal::Bad(error.to_string())
    }
}

impl From<XmlError> for Refusal {
    fn from(error: XmlError) -> Self {
        Refusal::Xml(error)
    }
}

impl Refusal {
    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::House(error) => status_of(error),
            Refusal::Failed => StatusCode::PRECONDITION_FAILED,
            Refusal::NotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::Bad(_) => StatusCode::BAD_REQUEST,
            Refusal::Xml(XmlError::TooLarge { what: "bytes", .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Xml(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// What to tell the person.
    pub fn message(&self) -> String {
        match self {
            // The words that ownCloud's servers say, and that its clients look for.
            Refusal::House(Error::Checksum) => {
                "The computed checksum does not match the one received from the client.".to_owned()
            }
            Refusal::House(error) => error.to_string(),
            Refusal::Failed => "the file is not as the request's conditions say: look again".to_owned(),
            Refusal::NotAllowed(allow) => format!("this resource does not take this method: it takes {allow}"),
            Refusal::Bad(message) => message.clone(),
            Refusal::Xml(error) => error.to_string(),
        }
    }

    /// The answer, as WebDAV clients read it. `realm` names us where a login is needed.
    pub fn answer(&self, realm: &str) -> Answer {
        let status = self.status();
        if let Refusal::House(Error::Internal(cause)) = self {
            tracing::error!(status = status.as_u16(), cause = %cause, "an upload failed");
        }
        let rule = match self {
            Refusal::House(Error::Quota { .. }) => Some(Precondition::QuotaNotExceeded),
            Refusal::House(Error::StorageFull) => Some(Precondition::SufficientDiskSpace),
            Refusal::House(Error::Locked) => Some(Precondition::LockTokenSubmitted(Vec::new())),
            _ => None,
        };
        let message = self.message();
        let body = ErrorBody { precondition: rule, exception: exception_of(status), message: &message };
        let mut answer = Response::new(Body::from(body.to_xml()));
        *answer.status_mut() = status;
        answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(multistatus::CONTENT_TYPE));
        self.push_headers(&mut answer, realm);
        answer
    }

    /// Puts what goes with a status.
    pub fn push_headers(&self, answer: &mut Answer, realm: &str) {
        let mut put = |name: HeaderName, text: String| {
            if let Ok(value) = HeaderValue::try_from(text) {
                answer.headers_mut().insert(name, value);
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
            _ => {}
        }
    }
}

fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::NotFound => StatusCode::NOT_FOUND,
        Error::NoParent | Error::NotDirectory | Error::Cycle => StatusCode::CONFLICT,
        // MKCOL of an upload that is there: Android goes on with it.
        Error::Exists | Error::IsDirectory => StatusCode::METHOD_NOT_ALLOWED,
        Error::Conflict { .. } => StatusCode::PRECONDITION_FAILED,
        Error::Name(_) | Error::Checksum | Error::Invalid(_) | Error::Interrupted => StatusCode::BAD_REQUEST,
        Error::Locked => StatusCode::LOCKED,
        Error::Quota { .. } | Error::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
        Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Expired => StatusCode::GONE,
        Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        // What this version of the door does not know is our own fault.
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn exception_of(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => r"Sabre\DAV\Exception\NotAuthenticated",
        403 => r"Sabre\DAV\Exception\Forbidden",
        404 => r"Sabre\DAV\Exception\NotFound",
        405 => r"Sabre\DAV\Exception\MethodNotAllowed",
        409 => r"Sabre\DAV\Exception\Conflict",
        412 => r"Sabre\DAV\Exception\PreconditionFailed",
        423 => r"Sabre\DAV\Exception\Locked",
        503 => r"Sabre\DAV\Exception\ServiceUnavailable",
        507 => r"Sabre\DAV\Exception\InsufficientStorage",
        500.. => r"Sabre\DAV\Exception",
        _ => r"Sabre\DAV\Exception\BadRequest",
    }
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
        check(Error::Expired, 410);
        check(Error::Checksum, 400);
        check(Error::Invalid("x".into()), 400);
        check(Error::Interrupted, 400);
        check(Error::Unavailable, 503);
        check(Error::internal("disk on fire"), 500);
        assert_eq!(Refusal::Failed.status().as_u16(), 412);
    }
}
