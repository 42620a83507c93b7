//! Field values that documents left: so that one who follows by a selector is told that a document left it.
//!
//! Kept as entries of an index, written in the commit that changed the document. A tombstone has no entries: it remembers them
//! in its body, which nobody is shown.

use std::collections::BTreeSet;

use abri_model::{DocKey, Result};
use abri_space::{Doc, KeyEntry, KeyRange, collate};
use serde_json::{Value, json};

use crate::standing::text_of;

/// The index; a kind can never be called so.
const INDEX: &str = "/left";
/// Most values remembered of one document; past it, further ones are not announced.
const VALUES_MAX: usize = 64;
/// Longest value remembered, in bytes: longer ones are texts, not what selectors ask for.
const VALUE_LEN_MAX: usize = 256;
/// Deepest field looked at.
const DEPTH_MAX: usize = 3;

/// Fields and values, as selectors see them.
pub(crate) type Fields = BTreeSet<(String, String)>;

/// Every field and value of a document that a selector could ask for.
pub(crate) fn fields(doc: &Value) -> Fields {
    let mut out = Fields::new();
    if let Value::Object(members) = doc {
        for (name, value) in members {
            collect(name, value, 1, &mut out);
        }
    }
    out
}

fn collect(path: &str, value: &Value, depth: usize, out: &mut Fields) {
    if out.len() >= VALUES_MAX {
        return;
    }
    if let Some(text) = text_of(value).filter(|text| text.len() <= VALUE_LEN_MAX) {
        out.insert((path.to_owned(), text));
    }
    match value {
        Value::Array(items) if depth < DEPTH_MAX => items.iter().for_each(|item| collect(path, item, depth + 1, out)),
        Value::Object(members) if depth < DEPTH_MAX => {
            members.iter().for_each(|(name, member)| collect(&format!("{path}.{name}"), member, depth + 1, out));
        }
        _ => {}
    }
}

/// The values that a document left before.
pub(crate) async fn left(raw: &abri_space::Space, doc: &Doc) -> Result<Fields> {
    if doc.deleted {
        return Ok(serde_json::from_str(&doc.body).unwrap_or_default());
    }
    if doc.rev.generation == 1 {
        return Ok(Fields::new());
    }
    let key = &doc.key;
    let prefix = collate::encode(&[json!(key.kind.as_str()), json!(key.id)]);
    let entries = raw.find(INDEX, KeyRange::prefix(&prefix), VALUES_MAX).await?;
    Ok(entries.iter().filter_map(|(entry, _)| decode(entry.get(prefix.len()..)?)).collect())
}

/// The body of a tombstone that remembers `values`.
pub(crate) fn tombstone(values: &Fields) -> String {
    if values.is_empty() {
        return String::new();
    }
    let values: Vec<&(String, String)> = values.iter().take(VALUES_MAX).collect();
    serde_json::to_string(&values).unwrap_or_default()
}

/// The entries that remember `values` of document `key`.
pub(crate) fn entries(key: &DocKey, values: &Fields) -> Vec<KeyEntry> {
    values
        .iter()
        .take(VALUES_MAX)
        .map(|(field, value)| {
            let mut bytes = collate::encode(&[json!(key.kind.as_str()), json!(key.id)]);
            bytes.extend_from_slice(field.as_bytes());
            bytes.push(0);
            bytes.extend_from_slice(value.as_bytes());
            KeyEntry { index: INDEX.to_owned(), key: bytes.into() }
        })
        .collect()
}

fn decode(rest: &[u8]) -> Option<(String, String)> {
    let (field, value) = std::str::from_utf8(rest).ok()?.split_once('\0')?;
    Some((field.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_what_selectors_can_ask_for() {
        let doc = json!({"done": false, "n": 3, "tags": ["a", "b"], "by": {"id": "x", "deep": {"er": 1}}, "none": null,
            "refs": [{"type": "io.cozy.photos.albums", "id": "7"}]});
        let texts: Vec<String> = fields(&doc).into_iter().map(|(field, value)| format!("{field}={value}")).collect();
        assert_eq!(
            texts,
            [
                "by.deep.er=1",
                "by.id=x",
                "done=false",
                "n=3",
                "refs=io.cozy.photos.albums/7",
                "refs.id=7",
                "refs.type=io.cozy.photos.albums",
                "tags=a",
                "tags=b"
            ]
        );
    }

    #[test]
    fn a_value_is_read_back_as_it_was_remembered() {
        let key = DocKey::new(&abri_model::Kind::known("com.example.a"), "1");
        let values = Fields::from([("done".to_owned(), "false".to_owned())]);
        let prefix = collate::encode(&[json!("com.example.a"), json!("1")]);
        let entries = entries(&key, &values);
        assert_eq!(decode(&entries[0].key[prefix.len()..]), Some(("done".to_owned(), "false".to_owned())));
    }
}
