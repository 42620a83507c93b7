//! How rights are judged: what the credential allows *and* what the space allows, document by document.
//!
//! Pure: whoever asks brings the document. Files need the tree (a directory's right covers everything below), so they
//! bring the lineage of the node too.

use std::collections::BTreeSet;

use abri_model::{Kind, NodeId, Right, Rule, Verb, Who};
use abri_space::Node;
use serde_json::{Value, json};

use crate::doctype::Access;

/// Names of the two roots in rules about files.
pub const ROOT_NAME: &str = "io.cozy.files.root-dir";
/// See [`ROOT_NAME`].
pub const TRASH_NAME: &str = "io.cozy.files.trash-dir";

/// What someone may do in a space.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What the credential allows at most.
    pub(crate) credential: Right,
    /// What the space allows: as owner, member or by grants.
    pub(crate) space: Right,
    /// Whether it is the installation itself.
    pub(crate) system: bool,
    /// Whether members and grants may be changed.
    pub(crate) manage: bool,
}

/// How far a right reaches a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cover {
    /// Not at all.
    No,
    /// This node, perhaps not what is below.
    Only,
    /// This node and everything below, now and later.
    Whole,
}

/// Whether documents of a kind are within reach, as far as can be said without looking at one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// None of them.
    None,
    /// Some of them: look.
    Some,
    /// All of them.
    All,
}

/// A node and the directories above it, for judging.
pub struct Lineage<'a> {
    /// The node itself.
    pub node: &'a Node,
    /// The ids of the directories above, and its own.
    pub ids: &'a [NodeId],
    /// The space's root.
    pub root: NodeId,
    /// The space's trash.
    pub trash: NodeId,
}

impl Standing {
    /// The standing of `who` in a space that allows them `space`.
    pub fn new(who: &Who, space: Right, manage: bool) -> Standing {
        let system = matches!(who.principal, abri_model::Principal::System { .. });
        Standing { credential: who.right.clone(), space, system, manage }
    }

    /// Whether there is nothing to judge: everything is allowed.
    pub fn is_everything(&self) -> bool {
        matches!((&self.credential, &self.space), (Right::All(_), Right::All(_)))
    }

    /// Whether no document and no node can be within reach.
    pub fn is_nothing(&self) -> bool {
        let empty = |right: &Right| matches!(right, Right::Rules(rules) if rules.is_empty());
        empty(&self.credential) || empty(&self.space)
    }

    /// Whether `verb` on a kind of this access is possible at all.
    pub fn may_access(&self, access: Access, verb: Verb) -> bool {
        match access {
            Access::Free => true,
            Access::ReadOnly => self.system || verb == Verb::Get,
            Access::System => self.system,
        }
    }

    /// How far `verb` reaches into documents of `kind`.
    pub fn reach(&self, verb: Verb, kind: &Kind) -> Reach {
        let one = |right: &Right| match right {
            Right::All(_) => Reach::All,
            Right::Rules(rules) => {
                rules.iter().filter(|rule| touches(rule, verb, kind)).fold(Reach::None, |reach, rule| {
                    if rule.values.is_empty() {
                        Reach::All
                    } else if reach == Reach::None {
                        Reach::Some
                    } else {
                        reach
                    }
                })
            }
        };
        match (one(&self.credential), one(&self.space)) {
            (Reach::None, _) | (_, Reach::None) => Reach::None,
            (Reach::All, Reach::All) => Reach::All,
            _ => Reach::Some,
        }
    }

    /// Whether `verb` is allowed on document `id` of `kind` with this body.
    pub fn may(&self, verb: Verb, kind: &Kind, id: &str, body: &Value) -> bool {
        self.both(|rules| {
            rules.iter().filter(|rule| touches(rule, verb, kind)).any(|rule| match &rule.selector {
                _ if rule.values.is_empty() => true,
                None => rule.values.iter().any(|value| value == id),
                Some(selector) => field_texts(body, selector).iter().any(|text| rule.values.contains(text)),
            })
        })
    }

    /// Whether `verb` may have been allowed on document `id` by what it is (its id) or by one of the field values it `left`.
    pub fn might_have(
        &self,
        verb: Verb,
        kind: &Kind,
        id: &str,
        now: &Value,
        left: &BTreeSet<(String, String)>,
    ) -> bool {
        self.both(|rules| {
            rules.iter().filter(|rule| touches(rule, verb, kind)).any(|rule| match &rule.selector {
                _ if rule.values.is_empty() => true,
                None => rule.values.iter().any(|value| value == id),
                Some(selector) => rule.values.iter().any(|value| {
                    left.contains(&(selector.clone(), value.clone())) || field_texts(now, selector).contains(value)
                }),
            })
        })
    }

    /// How far `verb` reaches this node.
    pub fn cover(&self, verb: Verb, at: &Lineage<'_>) -> Cover {
        let one = |right: &Right| match right {
            Right::All(_) => Cover::Whole,
            Right::Rules(rules) => cover_by(rules, verb, at),
        };
        one(&self.credential).min(one(&self.space))
    }

    /// The directories and files that rules about files name, for `verb`.
    pub fn tree_values(&self, verb: Verb, root: NodeId, trash: NodeId) -> BTreeSet<NodeId> {
        let files = Kind::known(Kind::FILES);
        let rules = [&self.credential, &self.space].into_iter().filter_map(|right| match right {
            Right::All(_) => None,
            Right::Rules(rules) => Some(rules),
        });
        rules
            .flatten()
            .filter(|rule| touches(rule, verb, &files) && rule.selector.is_none())
            .flat_map(|rule| rule.values.iter().filter_map(|value| node_of(value, root, trash)))
            .collect()
    }

    fn both(&self, allows: impl Fn(&[Rule]) -> bool) -> bool {
        [&self.credential, &self.space].into_iter().all(|right| match right {
            Right::All(_) => true,
            Right::Rules(rules) => allows(rules),
        })
    }
}

fn touches(rule: &Rule, verb: Verb, kind: &Kind) -> bool {
    rule.verbs.has(verb) && rule.covers_kind(kind)
}

fn cover_by(rules: &[Rule], verb: Verb, at: &Lineage<'_>) -> Cover {
    let files = Kind::known(Kind::FILES);
    let mut cover = Cover::No;
    for rule in rules.iter().filter(|rule| touches(rule, verb, &files)) {
        match &rule.selector {
            _ if rule.values.is_empty() => return Cover::Whole,
            None => {
                let named = |value: &String| node_of(value, at.root, at.trash).is_some_and(|id| at.ids.contains(&id));
                if rule.values.iter().any(named) {
                    return Cover::Whole;
                }
            }
            Some(selector) => {
                let shown = node_value(at.node);
                if field_texts(&shown, selector).iter().any(|text| rule.values.contains(text)) {
                    cover = Cover::Only;
                }
            }
        }
    }
    cover
}

/// The node a rule's value names.
pub fn node_of(value: &str, root: NodeId, trash: NodeId) -> Option<NodeId> {
    match value {
        ROOT_NAME => Some(root),
        TRASH_NAME => Some(trash),
        hex => NodeId::from_hex(hex),
    }
}

/// A node as a document, as far as selectors can ask: what it is, and what rooms keep with it.
pub fn node_value(node: &Node) -> Value {
    let mut doc = match node.meta.as_deref().map(serde_json::from_str) {
        Some(Ok(Value::Object(members))) => members,
        _ => serde_json::Map::new(),
    };
    doc.insert("type".into(), json!(if node.is_directory() { "directory" } else { "file" }));
    doc.insert("name".into(), json!(node.name));
    doc.insert("dir_id".into(), json!(node.parent.to_hex()));
    doc.insert("mime".into(), json!(node.mime));
    doc.insert("executable".into(), json!(node.flags.executable()));
    Value::Object(doc)
}

/// How many parts a selector may have.
const SELECTOR_PARTS_MAX: usize = 8;

/// The texts that a selector sees in a document: the field's value, or each of a list's.
///
/// Numbers and booleans count as they are written; a reference (an object with `type` and `id`) counts as `type/id`.
pub fn field_texts(doc: &Value, selector: &str) -> Vec<String> {
    let mut here = vec![doc];
    for part in selector.split('.').take(SELECTOR_PARTS_MAX) {
        here = here.into_iter().filter_map(|value| value.get(part)).flat_map(each).collect();
    }
    here.into_iter().filter_map(text_of).collect()
}

fn each(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// A value as a rule writes it.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Object(members) => match (members.get("type"), members.get("id")) {
            (Some(Value::String(kind)), Some(Value::String(id))) => Some(format!("{kind}/{id}")),
            _ => None,
        },
        Value::Null | Value::Array(_) => None,
    }
}
