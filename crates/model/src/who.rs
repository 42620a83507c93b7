//! Who asks, and what they may do: one grammar for owners, apps, links, shares and devices.
//!
//! A right is *doctype × verbs × values × selector*: the grammar of Cozy's permission documents.

use serde::{Deserialize, Serialize};

use crate::id::{Kind, SpaceId};

/// Who stands behind a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Principal {
    /// A person with an account.
    User {
        /// The account's name, unique in its organisation.
        name: String,
        /// The organisation's system space.
        organisation: SpaceId,
    },
    /// An app acting for a person.
    App {
        /// The person.
        user: String,
        /// The person's organisation.
        organisation: SpaceId,
        /// The app.
        slug: String,
    },
    /// Whoever holds a link.
    Link {
        /// The share behind the link.
        share: String,
    },
    /// The installation itself: followers, jobs and the command line.
    System {
        /// Which part of it, for the audit trail.
        part: String,
    },
}

/// What can be done to documents, as HTTP says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    /// Read.
    Get,
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change in part.
    Patch,
    /// Delete.
    Delete,
}

/// A set of verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verbs(u8);

impl Verbs {
    /// No verb.
    pub const NONE: Verbs = Verbs(0);
    /// Every verb.
    pub const ALL: Verbs = Verbs(0b1_1111);
    /// Reading only.
    pub const READ: Verbs = Verbs(1);

    /// The set of `verbs`.
    pub fn of(verbs: &[Verb]) -> Verbs {
        Verbs(verbs.iter().fold(0, |set, verb| set | 1 << *verb as u8))
    }

    /// Whether `verb` is in the set.
    pub fn has(self, verb: Verb) -> bool {
        self.0 & (1 << verb as u8) != 0
    }

    /// What is in either set.
    pub fn either(self, other: Verbs) -> Verbs {
        Verbs(self.0 | other.0)
    }

    /// Whether every verb of this set is in `other` too.
    pub fn within(self, other: Verbs) -> bool {
        self.0 & !other.0 == 0
    }

    /// What is in both sets.
    pub fn both(self, other: Verbs) -> Verbs {
        Verbs(self.0 & other.0)
    }

    /// The verbs of the set, in the order of [`Verb`].
    pub fn list(self) -> Vec<Verb> {
        [Verb::Get, Verb::Post, Verb::Put, Verb::Patch, Verb::Delete].into_iter().filter(|v| self.has(*v)).collect()
    }
}

/// Which documents of a kind a rule speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    /// The doctype; a trailing `.*` (after at least three parts) means every doctype below; `*` alone every one.
    #[serde(rename = "type")]
    pub kind: String,
    /// What may be done.
    #[serde(with = "verbs_serde", default = "verbs_serde::all")]
    pub verbs: Verbs,
    /// The values allowed: document ids when there is no selector; for `io.cozy.files` a directory's id means its whole tree. Empty: every document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The field whose value must be among `values`, by name, parts separated by dots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
}

/// What a [`Who`] may do in a space.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Right {
    /// Everything: the owner, and the system itself.
    All(AllRight),
    /// What the rules say; nothing else.
    Rules(Rules),
}

/// Marks the right to everything; written `"all"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllRight {
    /// Everything.
    All,
}

/// A list of rules; a deed is allowed when one of them allows it.
pub type Rules = Vec<Rule>;

/// Who asks: a principal, what the credential used allows, and how they came.
///
/// Made by `identity` (or by the binary for the system). What they may do in a given space is what this
/// right *and* that space's own grants allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Who.
    pub principal: Principal,
    /// What the credential allows at most.
    pub right: Right,
    /// How they came, for the audit trail and last-use notes: `session:ID`, `app-password:ID`, `cli`, `job`.
    pub via: String,
}

impl Right {
    /// The right to everything.
    pub const EVERYTHING: Right = Right::All(AllRight::All);
}

impl Who {
    /// The installation's own `part`, allowed everything.
    pub fn system(part: &str) -> Who {
        Who { principal: Principal::System { part: part.to_owned() }, right: Right::EVERYTHING, via: part.to_owned() }
    }

    /// The account behind this, if there is one: its name and organisation.
    pub fn account(&self) -> Option<(&str, SpaceId)> {
        match &self.principal {
            Principal::User { name, organisation } | Principal::App { user: name, organisation, .. } => {
                Some((name, *organisation))
            }
            _ => None,
        }
    }

    /// The name written into histories and versions as author.
    pub fn author(&self) -> String {
        match &self.principal {
            Principal::User { name, .. } => name.clone(),
            Principal::App { user, slug, .. } => format!("{user} ({slug})"),
            Principal::Link { share } => format!("link {share}"),
            Principal::System { part } => part.clone(),
        }
    }
}

impl Right {
    /// Whether this right allows nothing that `other` does not allow, as far as the rules alone can tell.
    ///
    /// Never true wrongly. It may be false for a file below a directory that `other` names: only the tree knows that.
    pub fn within(&self, other: &Right) -> bool {
        match (self, other) {
            (_, Right::All(_)) => true,
            (Right::All(_), Right::Rules(_)) => false,
            (Right::Rules(mine), Right::Rules(theirs)) => mine.iter().all(|rule| rule.within_any(theirs)),
        }
    }
}

impl Rule {
    /// A rule about every document of `kind`.
    pub fn of(kind: impl Into<String>, verbs: Verbs) -> Rule {
        Rule { kind: kind.into(), verbs, values: Vec::new(), selector: None }
    }

    /// The same rule about some documents only.
    pub fn only(self, values: impl IntoIterator<Item = impl Into<String>>) -> Rule {
        Rule { values: values.into_iter().map(Into::into).collect(), ..self }
    }

    /// The same rule, its values being those of field `selector`.
    pub fn by(self, selector: impl Into<String>) -> Rule {
        Rule { selector: Some(selector.into()), ..self }
    }

    /// Whether everything this rule allows is allowed by one of `others`, verb by verb and value by value.
    pub fn within_any(&self, others: &[Rule]) -> bool {
        self.verbs.list().into_iter().all(|verb| {
            let fits = |value: Option<&String>| {
                others.iter().any(|other| {
                    other.verbs.has(verb)
                        && self.kind_within(other)
                        && match value {
                            _ if other.values.is_empty() => true,
                            None => false,
                            Some(value) => other.selector == self.selector && other.values.contains(value),
                        }
                })
            };
            if self.values.is_empty() { fits(None) } else { self.values.iter().all(|value| fits(Some(value))) }
        })
    }

    /// Whether every kind this rule covers is covered by `other`.
    fn kind_within(&self, other: &Rule) -> bool {
        if other.kind == "*" {
            return true;
        }
        match self.kind.strip_suffix(".*") {
            Some(prefix) => match other.kind.strip_suffix(".*") {
                Some(theirs) if theirs.split('.').count() >= 3 => {
                    prefix.strip_prefix(theirs).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                }
                _ => false,
            },
            None => Kind::parse(&self.kind).is_some_and(|kind| other.covers_kind(&kind)),
        }
    }

    /// Whether the rule speaks of documents of `kind`.
    ///
    /// A wildcard needs at least three parts before the star (`io.cozy.bank.*`), as cozy-stack requires.
    pub fn covers_kind(&self, kind: &Kind) -> bool {
        if self.kind == "*" || self.kind == kind.as_str() {
            return true;
        }
        match self.kind.strip_suffix(".*") {
            Some(prefix) if prefix.split('.').count() >= 3 => {
                kind.as_str().strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            _ => false,
        }
    }
}

/// Written as a list of words; the full set as `["ALL"]`.
impl Serialize for Verbs {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        verbs_serde::serialize(self, s)
    }
}

impl<'de> Deserialize<'de> for Verbs {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Verbs, D::Error> {
        verbs_serde::deserialize(d)
    }
}

mod verbs_serde {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Verb, Verbs};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Word {
        Verb(Verb),
        Text(String),
    }

    pub fn all() -> Verbs {
        Verbs::ALL
    }

    pub fn serialize<S: Serializer>(verbs: &Verbs, s: S) -> Result<S::Ok, S::Error> {
        if *verbs == Verbs::ALL { ["ALL"].serialize(s) } else { verbs.list().serialize(s) }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Verbs, D::Error> {
        let words: Vec<Word> = Vec::deserialize(d)?;
        let mut verbs = Verbs::NONE;
        for word in words {
            verbs = match word {
                Word::Verb(verb) => Verbs(verbs.0 | Verbs::of(&[verb]).0),
                Word::Text(text) if text == "ALL" => Verbs::ALL,
                Word::Text(text) => {
                    return Err(serde::de::Error::custom(format!(
                        "{text:?} is not a verb: use GET, POST, PUT, PATCH, DELETE or ALL"
                    )));
                }
            };
        }
        Ok(verbs)
    }
}
