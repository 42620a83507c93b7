//! `Prefer` (RFC 7240, RFC 8144) and Microsoft's older `Brief`.

use crate::header::{members, trim};

/// What a client would like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefer {
    /// Leave out properties that are not there (`return=minimal`, `Brief: t`).
    pub is_minimal: bool,
    /// Answer with the new state (`return=representation`).
    pub wants_representation: bool,
    /// Leave out the collection itself (`depth-noroot`).
    pub wants_no_root: bool,
}

impl Prefer {
    /// Returns the wishes in the two headers; unknown ones are ignored, as they must be.
    pub fn parse(prefer: Option<&str>, brief: Option<&str>) -> Self {
        let mut wishes = Self::default();
        for member in members(prefer.unwrap_or("")) {
            let wish = trim(member.split(';').next().unwrap_or("")).to_ascii_lowercase();
            match wish.replace([' ', '"'], "").as_str() {
                "return=minimal" | "return-minimal" => wishes.is_minimal = true,
                "return=representation" | "return-representation" => wishes.wants_representation = true,
                "depth-noroot" => wishes.wants_no_root = true,
                _ => {}
            }
        }
        wishes.is_minimal |= brief.is_some_and(|brief| trim(brief).eq_ignore_ascii_case("t"));
        wishes
    }
}
