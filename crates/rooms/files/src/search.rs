//! Finding files by what their rows say (RFC 5323 basics). Searching in texts is another part's work.

use std::sync::Arc;

use abri_data::{Node, NodeKind};
use abri_model::{Millis, NodeId, Result};

use crate::list::{Sort, SortBy};
use crate::meta::Meta;
use crate::tree::Tree;

/// Most hits returned at once.
const HITS_MAX: usize = 10_000;

/// A search below a directory.
#[derive(Clone, Debug)]
pub struct Query {
    /// Where to look.
    pub dir: NodeId,
    /// How deep: 1 for the children.
    pub depth: usize,
    /// What a hit is like.
    pub filter: Filter,
    /// The order of the hits; absent: as they are met, folder by folder.
    pub sort: Option<Sort>,
    /// Hits to leave out at the start.
    pub offset: usize,
    /// Most hits wanted.
    pub limit: usize,
}

/// What a hit is like.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Anything.
    All,
    /// All of these.
    And(Vec<Filter>),
    /// One of these.
    Or(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// The name is like a pattern.
    Name(Pattern),
    /// The media type is like a pattern.
    Mime(Pattern),
    /// A file, or a directory.
    Kind(NodeKind),
    /// The node of this number.
    Id(i64),
    /// A number compares so.
    Number(Field, Compare, i64),
    /// The asker starred it, or not.
    Starred(bool),
    /// It has this tag.
    Tag(String),
}

/// A number of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Bytes.
    Size,
    /// When its content changed, in seconds.
    Modified,
    /// When it was made, in seconds.
    Created,
    /// When it reached this server, in seconds.
    Uploaded,
}

/// How numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Equal.
    Equal,
    /// More or equal.
    MoreOrEqual,
    /// More.
    More,
}

/// A pattern of texts, without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

/// A piece of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Text(String),
    /// Any characters, also none.
    Any,
    /// One character.
    One,
}

/// Something found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// What.
    pub node: Arc<Node>,
    /// The names from where the search began.
    pub path: Vec<String>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    /// The hits.
    pub hits: Vec<Hit>,
    /// Whether the search stopped at a limit before it had looked everywhere.
    pub is_partial: bool,
}

impl Pattern {
    /// A pattern of pieces.
    pub fn new(pieces: impl IntoIterator<Item = Piece>) -> Pattern {
        Pattern(
            pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) => Piece::Text(fold(&text)),
                    other => other,
                })
                .collect(),
        )
    }

    /// Exactly this text.
    pub fn exactly(text: &str) -> Pattern {
        Pattern::new([Piece::Text(text.to_owned())])
    }

    /// This text anywhere.
    pub fn containing(text: &str) -> Pattern {
        Pattern::new([Piece::Any, Piece::Text(text.to_owned()), Piece::Any])
    }

    /// Whether a text is like this. Linear in practice: after an `Any`, the first place that fits is taken.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = fold(text).chars().collect();
        let pieces: Vec<Unit> = self
            .0
            .iter()
            .flat_map(|piece| match piece {
                Piece::Text(text) => text.chars().map(Unit::Char).collect(),
                Piece::Any => vec![Unit::Any],
                Piece::One => vec![Unit::One],
            })
            .collect();
        glob(&pieces, &text)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Unit {
    Char(char),
    One,
    Any,
}

/// Wildcard matching with one backtrack point: at most pattern × text steps.
fn glob(pattern: &[Unit], text: &[char]) -> bool {
    let (mut p, mut t, mut back) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(Unit::Any) => {
                back = Some((p, t));
                p += 1;
            }
            Some(Unit::One) => (p, t) = (p + 1, t + 1),
            Some(Unit::Char(c)) if *c == text[t] => (p, t) = (p + 1, t + 1),
            _ => match back {
                Some((bp, bt)) => {
                    back = Some((bp, bt + 1));
                    (p, t) = (bp + 1, bt + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|unit| *unit == Unit::Any)
}

fn fold(text: &str) -> String {
    abri_model::name::nfc(text).to_lowercase()
}

impl Compare {
    fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Compare::Less => left < right,
            Compare::LessOrEqual => left <= right,
            Compare::Equal => left == right,
            Compare::MoreOrEqual => left >= right,
            Compare::More => left > right,
        }
    }
}

impl Filter {
    /// Whether a node is like this, for an asker.
    pub fn holds(&self, node: &Node, asker: &str) -> bool {
        match self {
            Filter::All => true,
            Filter::And(all) => all.iter().all(|filter| filter.holds(node, asker)),
            Filter::Or(any) => any.iter().any(|filter| filter.holds(node, asker)),
            Filter::Not(filter) => !filter.holds(node, asker),
            Filter::Name(pattern) => pattern.matches(&node.name),
            Filter::Mime(pattern) => !node.is_directory() && pattern.matches(&node.mime),
            Filter::Kind(kind) => node.kind == *kind,
            Filter::Id(id) => node.id.0 == *id,
            Filter::Number(field, compare, value) => compare.holds(field.of(node), *value),
            Filter::Starred(on) => (node.meta.is_some() && Meta::of(node).is_starred_by(asker)) == *on,
            Filter::Tag(tag) => node.meta.is_some() && Meta::of(node).tags.contains(tag),
        }
    }
}

impl Field {
    fn of(self, node: &Node) -> i64 {
        let seconds = |time: Millis| time.seconds();
        match self {
            Field::Size => node.size,
            Field::Modified => seconds(node.mtime),
            Field::Created => seconds(node.created),
            Field::Uploaded => seconds(node.uploaded),
        }
    }
}

impl Tree {
    /// Looks below a directory, node by node, up to the policy's limit.
    pub async fn search(&self, query: &Query) -> Result<Hits> {
        let asker = self.asker();
        let wanted = query.offset.saturating_add(query.limit).min(HITS_MAX);
        let (mut found, mut names, mut looked) = (Hits::default(), Vec::<String>::new(), 0);
        let mut walk = self.walk(query.dir, query.depth.min(Tree::DEPTH_MAX));
        while let Some(step) = walk.next().await? {
            looked += 1;
            if looked > self.room.policy.search_nodes_max {
                found.is_partial = true;
                break;
            }
            names.truncate(step.depth - 1);
            names.push(step.node.name.clone());
            if !query.filter.holds(&step.node, &asker) {
                continue;
            }
            found.hits.push(Hit { node: step.node, path: names.clone() });
            match &query.sort {
                None if found.hits.len() >= wanted => {
                    found.is_partial = wanted == HITS_MAX;
                    break;
                }
                Some(sort) if found.hits.len() >= 2 * wanted.max(1) => keep_best(&mut found.hits, sort, wanted),
                _ => {}
            }
        }
        if let Some(sort) = &query.sort {
            keep_best(&mut found.hits, sort, wanted);
        }
        found.hits.drain(..query.offset.min(found.hits.len()));
        Ok(found)
    }
}

fn keep_best(hits: &mut Vec<Hit>, sort: &Sort, count: usize) {
    hits.sort_by(|a, b| {
        let order = match sort.by {
            SortBy::Name => a.node.key.cmp(&b.node.key),
            SortBy::UpdatedAt => a.node.mtime.cmp(&b.node.mtime),
            SortBy::Size => a.node.size.cmp(&b.node.size),
        };
        if sort.is_descending { order.reverse() } else { order }
    });
    hits.truncate(count);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_know_wildcards_and_no_case() {
        let like = |pieces: Vec<Piece>, text: &str| Pattern::new(pieces).matches(text);
        let text = |t: &str| Piece::Text(t.into());
        assert!(like(vec![Piece::Any, text("été"), Piece::Any], "Vacances d'Été 2024.jpg"));
        assert!(like(vec![text("image/"), Piece::Any], "image/png"));
        assert!(!like(vec![text("image/"), Piece::Any], "video/mp4"));
        assert!(like(vec![text("a"), Piece::One, text("c")], "ABC"));
        assert!(!like(vec![text("a"), Piece::One, text("c")], "AC"));
        assert!(like(vec![Piece::Any, text("ab"), Piece::Any, text("ab")], "abxabab"));
        assert!(Pattern::exactly("").matches(""));
    }
}
