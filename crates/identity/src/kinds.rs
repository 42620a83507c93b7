//! The doctypes of identity: all of them only for the system.

use abri_data::{Access, Doctype, Doctypes, IndexKey};
use abri_model::Kind;
use serde_json::Value;

pub(crate) const ACCOUNTS: &str = "abri.accounts";
pub(crate) const CREDENTIALS: &str = "abri.credentials";
pub(crate) const SESSIONS: &str = "abri.sessions";
pub(crate) const APP_PASSWORDS: &str = "abri.app-passwords";
pub(crate) const TOKENS: &str = "abri.tokens";
pub(crate) const AUDIT: &str = "abri.audit";
pub(crate) const GROUPS: &str = "abri.groups";

pub(crate) const ACCOUNTS_ADMIN: &str = "abri.accounts/admin";
pub(crate) const SESSIONS_BY_ACCOUNT: &str = "abri.sessions/account";
pub(crate) const SESSIONS_BY_END: &str = "abri.sessions/expires";
pub(crate) const APP_PASSWORDS_BY_ACCOUNT: &str = "abri.app-passwords/account";
pub(crate) const APP_PASSWORDS_BY_HASH: &str = "abri.app-passwords/hash";
pub(crate) const TOKENS_BY_END: &str = "abri.tokens/expires";
pub(crate) const TOKENS_BY_ACCOUNT: &str = "abri.tokens/account";
pub(crate) const AUDIT_BY_ACCOUNT: &str = "abri.audit/account";
pub(crate) const AUDIT_BY_RING: &str = "abri.audit/ring";
pub(crate) const GROUPS_BY_MEMBER: &str = "abri.groups/member";

/// Adds identity's doctypes: the binary does it before it builds [`abri_data::Data`].
pub fn register(doctypes: Doctypes) -> Doctypes {
    TABLE.iter().fold(doctypes, |doctypes, entry| doctypes.with(Entry(entry)))
}

/// An index and the fields its keys are made of; kept only for documents that have the first of them.
type Index = (&'static str, &'static [&'static str]);

struct Of {
    kind: &'static str,
    names: &'static [&'static str],
    indexes: &'static [Index],
}

static TABLE: [Of; 6] = [
    Of { kind: ACCOUNTS, names: &[ACCOUNTS_ADMIN], indexes: &[] },
    Of { kind: CREDENTIALS, names: &[], indexes: &[] },
    Of {
        kind: SESSIONS,
        names: &[SESSIONS_BY_ACCOUNT, SESSIONS_BY_END],
        indexes: &[(SESSIONS_BY_ACCOUNT, &["account", "created"]), (SESSIONS_BY_END, &["expires"])],
    },
    Of {
        kind: APP_PASSWORDS,
        names: &[APP_PASSWORDS_BY_ACCOUNT, APP_PASSWORDS_BY_HASH],
        indexes: &[(APP_PASSWORDS_BY_ACCOUNT, &["account", "created"]), (APP_PASSWORDS_BY_HASH, &["hash"])],
    },
    Of {
        kind: TOKENS,
        names: &[TOKENS_BY_ACCOUNT, TOKENS_BY_END],
        indexes: &[(TOKENS_BY_ACCOUNT, &["account", "created"]), (TOKENS_BY_END, &["expires"])],
    },
    Of {
        kind: AUDIT,
        names: &[AUDIT_BY_ACCOUNT, AUDIT_BY_RING],
        indexes: &[(AUDIT_BY_ACCOUNT, &["account", "number"]), (AUDIT_BY_RING, &["account", "ring", "number"])],
    },
];

struct Entry(&'static Of);

impl Doctype for Entry {
    fn kind(&self) -> Kind {
        Kind::known(self.0.kind)
    }

    fn indexes(&self) -> &'static [&'static str] {
        self.0.names
    }

    fn keys(&self, doc: &Value) -> Vec<IndexKey> {
        let key =
            |(index, fields): &Index| IndexKey::new(index, fields.iter().map(|field| doc[*field].clone()).collect());
        let mut keys: Vec<IndexKey> = self.0.indexes.iter().map(key).collect();
        let administers = doc["admin"] == Value::Bool(true) && doc["disabled"] != Value::Bool(true);
        if self.0.kind == ACCOUNTS && administers {
            keys.push(IndexKey::new(ACCOUNTS_ADMIN, Vec::new()));
        }
        keys
    }

    fn access(&self) -> Access {
        Access::System
    }
}
