//! Documents between their stored text and what clients see: with `_id`, `_rev` and `_type`.

use abri_data::Doc;
use abri_model::{Error, Kind, Result, Rev};
use serde_json::{Map, Value};

use super::Fault;

/// What is not stored in a body, because it stands beside it.
const VIRTUAL: [&str; 5] = ["_id", "_rev", "_type", "_deleted", "_revisions"];

/// The kind that a path names; files have calls of their own.
pub(crate) fn kind(text: &str) -> Result<Kind, Fault> {
    let kind = Kind::parse(text).ok_or_else(|| {
        Error::invalid(format!("{text:?} is not a doctype: lower-case letters, digits, dots, dashes and underscores"))
    })?;
    if kind.as_str() == Kind::FILES { Err(Fault::Reserved(kind)) } else { Ok(kind) }
}

/// A document as clients see it.
pub(crate) fn shown(doc: &Doc) -> Result<Value> {
    let mut map: Map<String, Value> =
        if doc.deleted { Map::new() } else { serde_json::from_str(&doc.body).map_err(Error::internal)? };
    map.insert("_id".into(), doc.key.id.as_str().into());
    map.insert("_rev".into(), doc.rev.to_string().into());
    if doc.deleted {
        map.insert("_deleted".into(), true.into());
    } else {
        map.insert("_type".into(), doc.key.kind.as_str().into());
    }
    Ok(Value::Object(map))
}

/// What a client sent: the id and revision it names, and the text to be stored.
pub(crate) struct Sent {
    pub id: Option<String>,
    pub rev: Option<Rev>,
    pub text: String,
}

/// Reads a document that was sent.
pub(crate) fn read(value: Value) -> Result<Sent> {
    let Value::Object(mut map) = value else { return Err(Error::invalid("a document must be a JSON object")) };
    let text = |map: &Map<String, Value>, name: &str| match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(Error::invalid(format!("{name} must be a text"))),
    };
    let id = text(&map, "_id")?;
    let rev = match text(&map, "_rev")? {
        Some(text) => Some(revision(&text)?),
        None => None,
    };
    for name in VIRTUAL {
        map.remove(name);
    }
    if let Some(name) = map.keys().find(|name| name.starts_with('_')) {
        return Err(Error::invalid(format!("{name} is not a field that a document may have")));
    }
    Ok(Sent { id, rev, text: Value::Object(map).to_string() })
}

/// Reads a revision.
pub(crate) fn revision(text: &str) -> Result<Rev> {
    Rev::parse(text.trim_matches('"')).ok_or_else(|| Error::invalid(format!("{text:?} is not a revision")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_beside_a_body_is_taken_out_of_it() {
        let rev = format!("1-{}", "a".repeat(32));
        let sent = read(json!({ "_id": "x", "_rev": rev, "_type": "io.cozy.todos", "label": "buy" })).expect("good");
        assert_eq!(
            (sent.id.as_deref(), sent.rev.map(|rev| rev.to_string()), sent.text.as_str()),
            (Some("x"), Some(rev), "{\"label\":\"buy\"}")
        );
        for bad in [json!([]), json!({ "_rev": "2" }), json!({ "_id": 7 }), json!({ "_attachments": {} })] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
