//! Who is logged in, in the words clients look for.

use abri_files::Quota;
use abri_identity::Session;
use serde_json::{Value, json};

/// What stands for "no limit".
const UNLIMITED: i64 = -3;

/// The data of `cloud/user`. `id` is the name in DAV paths.
pub fn user(session: &Session, quota: Quota) -> Value {
    let account = &session.account;
    let used = i64::try_from(quota.used).unwrap_or(i64::MAX);
    let free = quota.free.map(|free| i64::try_from(free).unwrap_or(i64::MAX));
    let total = free.map(|free| free.saturating_add(used));
    let relative = match total {
        Some(total) if total > 0 => (used as f64 / total as f64 * 10_000.0).round() / 100.0,
        _ => 0.0,
    };
    json!({
        "id": account.name,
        "enabled": true,
        "display-name": account.public_name,
        "displayname": account.public_name,
        "email": account.email,
        "quota": {
            "free": free.unwrap_or(UNLIMITED),
            "used": used,
            "total": total.unwrap_or(UNLIMITED),
            "relative": relative,
            "quota": total.unwrap_or(UNLIMITED),
        },
        "groups": [],
        "language": account.locale,
        "locale": account.locale,
        "backendCapabilities": { "setDisplayName": false, "setPassword": false },
    })
}
