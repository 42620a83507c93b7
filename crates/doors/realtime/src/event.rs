//! What clients of Cozy's websocket say and hear.

use serde::Deserialize;
use serde_json::{Value, json};

/// What a client says.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "method", content = "payload", rename_all = "UPPERCASE")]
pub(crate) enum Said {
    /// A token.
    Auth(String),
    /// What it wants to hear of.
    Subscribe(Topic),
    /// What it wants to hear of no more.
    Unsubscribe(Topic),
}

/// A doctype, or one document of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(crate) struct Topic {
    /// The doctype.
    #[serde(rename = "type")]
    pub kind: String,
    /// The document.
    #[serde(default)]
    pub id: Option<String>,
}

impl Topic {
    /// Whether it speaks of this document.
    pub fn covers(&self, kind: &str, id: &str) -> bool {
        self.kind == kind && self.id.as_ref().is_none_or(|wanted| wanted == id)
    }
}

/// What happened to a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Created,
    Updated,
    Deleted,
}

impl Event {
    /// The message about a document.
    pub fn about(self, kind: &str, id: &str, doc: &Value) -> String {
        let word = match self {
            Event::Created => "CREATED",
            Event::Updated => "UPDATED",
            Event::Deleted => "DELETED",
        };
        json!({ "event": word, "payload": { "type": kind, "id": id, "doc": doc } }).to_string()
    }
}

/// A complaint, in Cozy's shape.
pub(crate) fn complaint(status: &str, code: &str, title: &str, said: &str) -> String {
    json!({ "event": "error", "payload": { "status": status, "code": code, "title": title, "source": said } })
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cozy_realtime_sends_is_understood() {
        let read = |text: &str| serde_json::from_str::<Said>(text).ok();
        assert_eq!(read(r#"{"method":"AUTH","payload":"t"}"#), Some(Said::Auth("t".into())));
        assert_eq!(
            read(r#"{"method":"SUBSCRIBE","payload":{"type":"io.cozy.files"}}"#),
            Some(Said::Subscribe(Topic { kind: "io.cozy.files".into(), id: None }))
        );
        assert_eq!(
            read(r#"{"method":"UNSUBSCRIBE","payload":{"type":"io.cozy.files","id":"x"}}"#),
            Some(Said::Unsubscribe(Topic { kind: "io.cozy.files".into(), id: Some("x".into()) }))
        );
        assert_eq!(read(r#"{"method":"SHOUT","payload":"x"}"#), None);
    }

    #[test]
    fn topics_cover_a_doctype_or_one_document() {
        let all = Topic { kind: "a.b".into(), id: None };
        let one = Topic { kind: "a.b".into(), id: Some("x".into()) };
        assert!(all.covers("a.b", "y") && one.covers("a.b", "x"));
        assert!(!one.covers("a.b", "y") && !all.covers("a.c", "x"));
    }
}
