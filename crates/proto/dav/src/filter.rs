//! `oc:filter-files` and `oc:search-files`, the reports ownCloud and Nextcloud clients use on files.

use crate::element::Element;
use crate::name::{Ns, PropName};
use crate::propfind::read_prop;
use crate::sync::read_number;
use crate::xml::XmlError;

/// How many tags one filter may name.
pub const TAGS_MAX: usize = 64;

/// A request for the files below a folder that satisfy every rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterFiles {
    /// The properties wanted of each file.
    pub props: Vec<PropName>,
    /// Only favourites, or only others.
    pub favorite: Option<bool>,
    /// Only files that carry all these system tags, by id as sent.
    pub tags: Vec<String>,
    /// How many results at most.
    pub limit: Option<u64>,
    /// How many results to skip.
    pub offset: Option<u64>,
}

impl FilterFiles {
    pub(crate) fn read(root: &Element) -> Result<Self, XmlError> {
        let mut filter = Self { props: read_prop(root)?, ..Self::default() };
        let Some(rules) = root.child(&Ns::Owncloud, "filter-rules") else {
            let want = "oc:filter-rules";
            return Err(XmlError::Missing { inside: root.name.clone(), want, at: root.at });
        };
        for rule in rules.elements().filter(|rule| rule.name.ns == Ns::Owncloud) {
            let text = rule.text();
            match &*rule.name.local {
                "favorite" => filter.favorite = Some(matches!(text.trim_ascii(), "1" | "true" | "yes")),
                "systemtag" if filter.tags.len() >= TAGS_MAX => {
                    return Err(XmlError::TooLarge { what: "tags", max: TAGS_MAX });
                }
                "systemtag" => filter.tags.push(text.trim_ascii().to_owned()),
                _ => {}
            }
        }
        (filter.limit, filter.offset) = read_page(root)?;
        Ok(filter)
    }
}

/// A full-text search below a folder, as oCIS clients send it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchFiles {
    /// The properties wanted of each file.
    pub props: Vec<PropName>,
    /// What to look for; oCIS sends its query language, such as `name:"*x*"`.
    pub pattern: String,
    /// How many results at most.
    pub limit: Option<u64>,
    /// How many results to skip.
    pub offset: Option<u64>,
}

impl SearchFiles {
    pub(crate) fn read(root: &Element) -> Result<Self, XmlError> {
        let search = root.child(&Ns::Owncloud, "search");
        let Some(pattern) = search.and_then(|search| search.child(&Ns::Owncloud, "pattern")) else {
            let want = "oc:search with an oc:pattern";
            return Err(XmlError::Missing { inside: root.name.clone(), want, at: root.at });
        };
        let (limit, offset) = read_page(root)?;
        Ok(Self { props: read_prop(root)?, pattern: pattern.text().trim_ascii().to_owned(), limit, offset })
    }
}

fn read_page(root: &Element) -> Result<(Option<u64>, Option<u64>), XmlError> {
    let page = root.child(&Ns::Owncloud, "search");
    let number = |local| {
        let element = page.and_then(|page| page.child(&Ns::Owncloud, local));
        element.filter(|e| !e.text().trim_ascii().is_empty()).map(read_number).transpose()
    };
    Ok((number("limit")?, number("offset")?))
}
