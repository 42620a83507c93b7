//! `SEARCH` bodies with `DAV:basicsearch` (RFC 5323).

use crate::depth::Depth;
use crate::element::Element;
use crate::name::{Ns, PropName};
use crate::propfind::read_names;
use crate::sync::read_limit;
use crate::xml::{self, XmlError};

/// How many conditions one search may combine.
pub const CONDITIONS_MAX: usize = 256;
/// How many scopes one search may name.
pub const SCOPES_MAX: usize = 16;
/// How many properties one search may sort by.
pub const ORDERS_MAX: usize = 16;

/// A search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRequest {
    /// The properties wanted of each result.
    pub select: Select,
    /// Where to look.
    pub scopes: Vec<Scope>,
    /// What must hold; nothing means everything matches.
    pub condition: Option<Condition>,
    /// How to sort, most important first.
    pub order: Vec<Order>,
    /// How many results at most.
    pub limit: Option<u64>,
    /// How many results to skip (`nc:firstresult`, Nextcloud's addition to `DAV:limit`).
    pub offset: Option<u64>,
}

/// The properties wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Select {
    /// The usual ones.
    AllProp,
    /// These.
    Prop(Vec<PropName>),
}

/// A place to look in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// As sent: relative to the collection searched (`/files/anna`), a path, or a URI.
    pub href: String,
    /// How deep.
    pub depth: Depth,
}

/// A property to sort by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The property.
    pub prop: PropName,
    /// Largest first.
    pub is_descending: bool,
}

/// What a result must satisfy (RFC 5323 §5.5 and on).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A property compares so with a literal.
    Compare {
        /// How.
        operator: Operator,
        /// The property.
        prop: PropName,
        /// The literal as sent.
        literal: String,
        /// Upper and lower case are the same; `caseless="yes"`, or `no`, or unsaid.
        is_caseless: Option<bool>,
    },
    /// The content has these words.
    Contains(String),
    /// It is a collection.
    IsCollection,
    /// It has this property.
    IsDefined(PropName),
}

/// How a property is compared with a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Like a pattern: `%` is anything, `_` one character, `\` makes the next one plain ([`like`]).
    Like,
}

impl SearchRequest {
    /// Returns the search the body asks for.
    pub fn parse(body: &[u8], body_bytes_max: usize) -> Result<Self, XmlError> {
        let root = xml::read_root(body, body_bytes_max, "DAV:searchrequest")?;
        if !root.is(&Ns::Dav, "searchrequest") {
            return Err(XmlError::Root { want: "DAV:searchrequest", got: root.name });
        }
        let search = need(&root, "basicsearch", "DAV:basicsearch, the only grammar known here")?;
        let mut budget = CONDITIONS_MAX;
        Ok(Self {
            select: read_select(need(search, "select", "DAV:select")?)?,
            scopes: read_scopes(need(search, "from", "DAV:from")?)?,
            condition: match search.child(&Ns::Dav, "where").and_then(|e| e.elements().next()) {
                Some(condition) => Some(read_condition(condition, &mut budget)?),
                None => None,
            },
            order: search.child(&Ns::Dav, "orderby").map_or(Ok(Vec::new()), read_order)?,
            limit: read_limit(search)?,
            offset: read_offset(search)?,
        })
    }
}

fn read_offset(search: &Element) -> Result<Option<u64>, XmlError> {
    let first = search.child(&Ns::Dav, "limit").and_then(|limit| limit.child(&Ns::Nextcloud, "firstresult"));
    first.map(crate::sync::read_number).transpose()
}

fn need<'e>(parent: &'e Element, local: &str, want: &'static str) -> Result<&'e Element, XmlError> {
    let missing = || XmlError::Missing { inside: parent.name.clone(), want, at: parent.at };
    parent.child(&Ns::Dav, local).ok_or_else(missing)
}

fn read_select(select: &Element) -> Result<Select, XmlError> {
    match select.child(&Ns::Dav, "prop") {
        Some(prop) => read_names(prop).map(Select::Prop),
        None => Ok(Select::AllProp),
    }
}

fn read_scopes(from: &Element) -> Result<Vec<Scope>, XmlError> {
    let mut scopes = Vec::new();
    for scope in from.elements().filter(|e| e.is(&Ns::Dav, "scope")) {
        if scopes.len() >= SCOPES_MAX {
            return Err(XmlError::TooLarge { what: "scopes", max: SCOPES_MAX });
        }
        let href = need(scope, "href", "DAV:href")?.text().trim_ascii().to_owned();
        let depth = match scope.child(&Ns::Dav, "depth") {
            None => Depth::Infinity,
            Some(depth) => Depth::read(&depth.text()).ok_or_else(|| XmlError::Unexpected {
                inside: depth.name.clone(),
                want: "0, 1 or infinity",
                at: depth.at,
            })?,
        };
        scopes.push(Scope { href, depth });
    }
    if scopes.is_empty() {
        return Err(XmlError::Missing { inside: from.name.clone(), want: "DAV:scope", at: from.at });
    }
    Ok(scopes)
}

fn read_condition(element: &Element, budget: &mut usize) -> Result<Condition, XmlError> {
    *budget = budget.checked_sub(1).ok_or(XmlError::TooLarge { what: "conditions", max: CONDITIONS_MAX })?;
    let unknown = || XmlError::Unexpected {
        inside: element.name.clone(),
        want: "an operator of DAV:basicsearch with its operands",
        at: element.at,
    };
    if element.name.ns != Ns::Dav {
        return Err(unknown());
    }
    let all = |budget: &mut usize| -> Result<Vec<Condition>, XmlError> {
        element.elements().map(|e| read_condition(e, budget)).collect()
    };
    let operator = match &*element.name.local {
        "and" => return all(budget).map(Condition::And),
        "or" => return all(budget).map(Condition::Or),
        "not" => {
            let inner = element.elements().next().ok_or_else(unknown)?;
            return Ok(Condition::Not(Box::new(read_condition(inner, budget)?)));
        }
        "contains" => return Ok(Condition::Contains(element.text().trim_ascii().to_owned())),
        "is-collection" => return Ok(Condition::IsCollection),
        "is-defined" => return Ok(Condition::IsDefined(read_operand(element)?)),
        "eq" => Operator::Eq,
        "lt" => Operator::Lt,
        "lte" => Operator::Lte,
        "gt" => Operator::Gt,
        "gte" => Operator::Gte,
        "like" => Operator::Like,
        _ => return Err(unknown()),
    };
    let literal = element.child(&Ns::Dav, "literal").or_else(|| element.child(&Ns::Dav, "typed-literal"));
    Ok(Condition::Compare {
        operator,
        prop: read_operand(element)?,
        literal: literal.ok_or_else(unknown)?.text().into_owned(),
        is_caseless: element.attribute("caseless").map(|value| matches!(value, "yes" | "1" | "true")),
    })
}

fn read_operand(element: &Element) -> Result<PropName, XmlError> {
    let prop = need(element, "prop", "DAV:prop that names a property")?;
    let name = prop.elements().next().map(|e| e.name.clone());
    name.ok_or_else(|| XmlError::Missing { inside: prop.name.clone(), want: "a property", at: prop.at })
}

fn read_order(orderby: &Element) -> Result<Vec<Order>, XmlError> {
    let mut orders = Vec::new();
    for order in orderby.elements().filter(|e| e.is(&Ns::Dav, "order")) {
        if orders.len() >= ORDERS_MAX {
            return Err(XmlError::TooLarge { what: "orders", max: ORDERS_MAX });
        }
        let is_descending = order.child(&Ns::Dav, "descending").is_some();
        orders.push(Order { prop: read_operand(order)?, is_descending });
    }
    Ok(orders)
}

/// One piece of a `like` pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LikePart {
    /// Exactly this text.
    Text(String),
    /// Any one character.
    One,
    /// Any text, also none.
    Any,
}

/// Returns the pieces of a `like` pattern (RFC 5323 §5.14); neighbouring `%` are one.
pub fn like(pattern: &str) -> Vec<LikePart> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let plain = match c {
            '%' if parts.last() == Some(&LikePart::Any) => continue,
            '%' => {
                parts.push(LikePart::Any);
                continue;
            }
            '_' => {
                parts.push(LikePart::One);
                continue;
            }
            '\\' => chars.next().unwrap_or('\\'),
            c => c,
        };
        match parts.last_mut() {
            Some(LikePart::Text(text)) => text.push(plain),
            _ => parts.push(LikePart::Text(plain.into())),
        }
    }
    parts
}
