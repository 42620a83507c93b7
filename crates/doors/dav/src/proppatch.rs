//! PROPPATCH: all changes or none (RFC 4918 §9.2).

use abri_files::MetaPatch;
use abri_model::{Error, Millis};
use abri_proto_dav::multistatus::PropStat;
use abri_proto_dav::{Multistatus, Precondition, PropChange, PropName, PropValue, PropertyUpdate, date, upload};
use axum::body::Body;

use crate::answer::{href_of, multistatus};
use crate::area::Base;
use crate::door::Door;
use crate::error::{Outcome, Refusal};
use crate::plan::Prop;
use crate::precondition::guard;
use crate::properties::{key_of, text_of};
use crate::request::{Asked, XML_BYTES_MAX, read_body};

/// What becomes of one change.
enum Fate {
    Done,
    /// The property is the server's.
    Protected,
    /// The value is none.
    Malformed,
}

/// Answers PROPPATCH.
pub async fn proppatch(door: &Door, asked: &Asked, base: &Base, body: Body) -> Outcome {
    let update = PropertyUpdate::parse(&read_body(body, XML_BYTES_MAX).await?, XML_BYTES_MAX)?;
    let tree = door.tree(&asked.session, &base.which).await?;
    let names = base.names(&asked.path);
    let found = tree.find(names).await?;
    let guarded = guard(door, asked, &tree, &found, false).await?;
    let node = found.node().ok_or(Error::NotFound)?;
    let mut patch = MetaPatch::default();
    let fates: Vec<Fate> = update.0.iter().map(|change| apply(&mut patch, change, node.is_directory())).collect();
    let href = href_of(&base.href(&asked.path), names, node.is_directory());
    if fates.iter().all(|fate| matches!(fate, Fate::Done)) {
        tree.patch(node.id, patch, guarded.condition, guarded.tokens).await.map_err(Refusal::Precondition)?;
    }
    Ok(multistatus(answer(&href, &update, &fates)))
}

fn answer(href: &str, update: &PropertyUpdate, fates: &[Fate]) -> Vec<u8> {
    let names = |wanted: fn(&Fate) -> bool| -> Vec<&PropName> {
        update.0.iter().zip(fates).filter(|(_, fate)| wanted(fate)).map(|(change, _)| change.name()).collect()
    };
    let done = names(|fate| matches!(fate, Fate::Done));
    let protected = names(|fate| matches!(fate, Fate::Protected));
    let malformed = names(|fate| matches!(fate, Fate::Malformed));
    let all_done = protected.is_empty() && malformed.is_empty();
    let rule = Precondition::CannotModifyProtectedProperty;
    let groups = [
        PropStat { status: if all_done { 200 } else { 424 }, names: &done, precondition: None },
        PropStat { status: 403, names: &protected, precondition: Some(&rule) },
        PropStat { status: 409, names: &malformed, precondition: None },
    ];
    let groups: Vec<PropStat<'_>> = groups.into_iter().filter(|group| !group.names.is_empty()).collect();
    let mut body = Multistatus::new(false);
    body.response(href).end_with(&groups);
    body.end()
}

fn apply(patch: &mut MetaPatch, change: &PropChange, is_directory: bool) -> Fate {
    match change {
        PropChange::Set(name, value) => set(patch, name, value, is_directory),
        PropChange::Remove(name) => remove(patch, name),
    }
}

fn set(patch: &mut MetaPatch, name: &PropName, value: &PropValue, is_directory: bool) -> Fate {
    let text = value.text.trim();
    let instant =
        |seconds: Option<i64>| seconds.filter(|s| (0..=upload::TIME_S_MAX).contains(s)).map(|s| Millis(s * 1000));
    match Prop::of(name) {
        Prop::Dead => patch.properties.push((key_of(name), Some(text_of(value)))),
        Prop::Favorite => patch.starred = Some(matches!(text, "1" | "true")),
        Prop::LastModified => match instant(read_time(text)) {
            Some(time) => patch.mtime = Some(time),
            None => return Fate::Malformed,
        },
        Prop::CreationDate | Prop::CreationTime => match instant(read_time(text)) {
            Some(time) => patch.created = Some(time),
            None => return Fate::Malformed,
        },
        Prop::Tags => patch.tags = Some(tags(&value.xml)),
        Prop::Executable if !is_directory => match text {
            "T" | "F" => patch.executable = Some(text == "T"),
            _ => return Fate::Malformed,
        },
        // Clients that restore a tree send what the former server had said. Nothing is lost by saying yes.
        Prop::ETag => {}
        _ => return Fate::Protected,
    }
    Fate::Done
}

fn remove(patch: &mut MetaPatch, name: &PropName) -> Fate {
    match Prop::of(name) {
        Prop::Dead => patch.properties.push((key_of(name), None)),
        Prop::Favorite => patch.starred = Some(false),
        Prop::Tags => patch.tags = Some(Vec::new()),
        Prop::Executable => patch.executable = Some(false),
        _ => return Fate::Protected,
    }
    Fate::Done
}

/// Seconds, as rclone sends them, or any date.
fn read_time(text: &str) -> Option<i64> {
    let whole = text.split('.').next().unwrap_or_default();
    whole.parse().ok().or_else(|| date::parse_any(text))
}

/// The tags in `<oc:tag>a</oc:tag><oc:tag>b</oc:tag>`, as rewritten by the reader of the body.
fn tags(xml: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find("tag") {
        let Some((_, inside)) = rest[at..].split_once('>') else { break };
        let Some((text, after)) = inside.split_once("</") else { break };
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        if !text.trim().is_empty() {
            tags.push(text.trim().to_owned());
        }
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_in_seconds_and_as_dates() {
        assert_eq!(read_time("1700000000"), Some(1_700_000_000));
        assert_eq!(read_time("1700000000.5"), Some(1_700_000_000));
        assert_eq!(read_time("Tue, 14 Nov 2023 22:13:20 GMT"), Some(1_700_000_000));
        assert_eq!(read_time("soon"), None);
    }

    #[test]
    fn tags_are_read() {
        assert_eq!(
            tags("<x:tag xmlns:x=\"http://owncloud.org/ns\">a &amp; b</x:tag><x:tag xmlns:x=\"urn\">c</x:tag>"),
            ["a & b", "c"]
        );
        assert!(tags("").is_empty());
    }
}
