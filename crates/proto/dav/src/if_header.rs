//! `If` (RFC 4918 §10.4), the header that proves a client knows the locks, and `Lock-Token` (§10.5).

use crate::etag::EntityTag;
use crate::header::{HeaderError, trim};

/// How many bytes the header may have.
pub const HEADER_BYTES_MAX: usize = 16 * 1_024;
/// How many conditions the header may hold.
pub const CONDITIONS_MAX: usize = 256;

/// The header: true if any of its lists is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct If {
    /// The lists, in order.
    pub lists: Vec<List>,
}

/// A list: true if each of its conditions is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The resource it speaks of, as sent; nothing means the one the request is for.
    pub resource: Option<String>,
    /// The conditions, at least one.
    pub conditions: Vec<Condition>,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `Not` stood before it.
    pub is_negated: bool,
    /// What is asked.
    pub test: Test,
}

/// What a condition asks of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// It is locked with this token (`DAV:no-lock` never is one).
    Token(String),
    /// It has this entity tag.
    ETag(EntityTag),
}

/// What a resource is like, for [`If::evaluate`].
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Its entity tag, if it exists.
    pub etag: Option<EntityTag>,
    /// The tokens of the locks that cover it, also from above.
    pub lock_tokens: Vec<String>,
}

impl If {
    /// Returns the header's lists.
    pub fn parse(value: &str) -> Result<Self, HeaderError> {
        if value.len() > HEADER_BYTES_MAX {
            return Err(HeaderError::new("If", "a shorter value"));
        }
        Reader { value, at: 0, conditions: 0 }.read()
    }

    /// Says whether the header is true; `state` is asked for each resource named, nothing being the request's own.
    ///
    /// Entity tags are compared weakly, which §10.4.4 leaves open.
    pub fn evaluate(&self, mut state: impl FnMut(Option<&str>) -> State) -> bool {
        self.lists.iter().any(|list| {
            let state = state(list.resource.as_deref());
            list.conditions.iter().all(|condition| condition.is_negated != condition.test.holds(&state))
        })
    }

    /// Returns the tokens submitted, also in a `Not` (§10.4.1), `DAV:no-lock` left out.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().flat_map(|list| &list.conditions).filter_map(|condition| match &condition.test {
            Test::Token(token) if token != "DAV:no-lock" => Some(token.as_str()),
            _ => None,
        })
    }

    /// Returns the resources named, as sent.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().filter_map(|list| list.resource.as_deref())
    }
}

impl Test {
    fn holds(&self, state: &State) -> bool {
        match self {
            Self::Token(token) => state.lock_tokens.iter().any(|held| held == token),
            Self::ETag(tag) => state.etag.as_ref().is_some_and(|etag| etag.matches_weakly(tag)),
        }
    }
}

/// Returns the token of a `Lock-Token` header (RFC 4918 §10.5); the npm client `webdav` forgets the angle brackets.
pub fn parse_lock_token(value: &str) -> Result<String, HeaderError> {
    let value = trim(value);
    let token = value.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(value);
    let is_plain = |c: char| c > ' ' && !matches!(c, '<' | '>' | '"' | '\u{7F}');
    // A token is a URI; a bare word is a mistake worth telling.
    if !token.contains(':') || value.len() > HEADER_BYTES_MAX || !token.chars().all(is_plain) {
        return Err(HeaderError::new("Lock-Token", "<the token that LOCK answered>"));
    }
    Ok(token.to_owned())
}

struct Reader<'v> {
    value: &'v str,
    at: usize,
    conditions: usize,
}

impl<'v> Reader<'v> {
    /// `If = 1*No-tag-list | 1*(Resource-Tag 1*List)`
    fn read(mut self) -> Result<If, HeaderError> {
        let mut lists = Vec::new();
        let mut resource: Option<&str> = None;
        let mut has_untagged = false;
        loop {
            match self.peek() {
                None if lists.is_empty() => {
                    return Err(self.refusal("at least one list in parentheses"));
                }
                None => return Ok(If { lists }),
                Some(b'(') => {
                    has_untagged |= resource.is_none();
                    let conditions = self.list()?;
                    lists.push(List { resource: resource.map(str::to_owned), conditions });
                }
                Some(b'<') if has_untagged => {
                    return Err(self.refusal("a resource before every list, or before none"));
                }
                Some(b'<') => {
                    resource = Some(self.bracketed('>')?);
                    if self.peek() != Some(b'(') {
                        return Err(self.refusal("a list in parentheses after each resource"));
                    }
                }
                Some(_) => {
                    return Err(self.refusal("lists in parentheses, resources in angle brackets"));
                }
            }
        }
    }

    /// `List = "(" 1*(["Not"] (State-token | "[" entity-tag "]")) ")"`
    fn list(&mut self) -> Result<Vec<Condition>, HeaderError> {
        self.at += 1;
        let mut conditions = Vec::new();
        loop {
            let is_negated = self.take_not();
            let test = match self.peek() {
                Some(b')') if !is_negated && !conditions.is_empty() => {
                    self.at += 1;
                    return Ok(conditions);
                }
                Some(b'<') => Test::Token(self.bracketed('>')?.to_owned()),
                Some(b'[') => Test::ETag(self.entity_tag()?),
                _ => {
                    return Err(self.refusal("<token> or [\"etag\"] conditions, then a closing parenthesis"));
                }
            };
            self.conditions += 1;
            if self.conditions > CONDITIONS_MAX {
                return Err(self.refusal("fewer conditions"));
            }
            conditions.push(Condition { is_negated, test });
        }
    }

    fn take_not(&mut self) -> bool {
        self.peek();
        let is_not = self.value.as_bytes()[self.at..].get(..3).is_some_and(|word| word.eq_ignore_ascii_case(b"not"));
        if is_not {
            self.at += 3;
        }
        is_not
    }

    fn entity_tag(&mut self) -> Result<EntityTag, HeaderError> {
        // a tag may hold ']' between its quotes
        let rest = &self.value[self.at..];
        let quoted = rest.find('"').and_then(|open| Some(open + 1 + rest[open + 1..].find('"')? + 1));
        let unquoted = rest.find(']').filter(|end| !rest[..*end].contains('"'));
        let inside = match (unquoted, quoted) {
            (Some(end), _) => &rest[1..end],
            (None, Some(end)) => &rest[1..end],
            (None, None) => return Err(self.refusal("[\"etag\"]")),
        };
        let tag = EntityTag::parse(inside).ok_or_else(|| self.refusal("[\"etag\"]"))?;
        self.at += 1 + inside.len();
        if self.peek() != Some(b']') {
            return Err(self.refusal("] after the etag"));
        }
        self.at += 1;
        Ok(tag)
    }

    /// Returns what stands between the bracket here and `end`.
    fn bracketed(&mut self, end: char) -> Result<&'v str, HeaderError> {
        let inside = self.value[self.at + 1..].split_once(end).map(|(inside, _)| inside);
        let inside = inside.filter(|inside| !inside.is_empty() && !inside.contains(['<', ' ']));
        let inside = inside.ok_or_else(|| self.refusal("a URI between < and >"))?;
        self.at += inside.len() + 2;
        Ok(inside)
    }

    /// Returns the next byte that is no whitespace.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.value.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn refusal(&self, want: &'static str) -> HeaderError {
        HeaderError { header: "If", want, at: self.at }
    }
}
