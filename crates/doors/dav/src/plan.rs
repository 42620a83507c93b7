//! Which properties are wanted, worked out once before the first resource is told.

use abri_proto_dav::{Ns, PropName, Propfind};

/// A property that is computed (RFC 4918 §4.1), or a dead one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prop {
    /// `DAV:resourcetype`
    ResourceType,
    /// `DAV:displayname`
    DisplayName,
    /// `DAV:getcontentlength`
    ContentLength,
    /// `DAV:getcontenttype`
    ContentType,
    /// `DAV:getlastmodified`
    LastModified,
    /// `DAV:creationdate`
    CreationDate,
    /// `DAV:getetag`
    ETag,
    /// `DAV:supportedlock`
    SupportedLock,
    /// `DAV:lockdiscovery`
    LockDiscovery,
    /// `DAV:quota-used-bytes` (RFC 4331)
    QuotaUsed,
    /// `DAV:quota-available-bytes` (RFC 4331)
    QuotaAvailable,
    /// `DAV:sync-token` (RFC 6578 §4)
    SyncToken,
    /// `DAV:supported-report-set` (RFC 3253 §3.1.5)
    SupportedReports,
    /// `DAV:supported-method-set` is dead weight for clients; not offered. `DAV:current-user-principal` (RFC 5397)
    CurrentUserPrincipal,
    /// `DAV:owner` (RFC 3744 §5.1)
    Owner,
    /// `http://apache.org/dav/props/ executable`
    Executable,
    /// `oc:id`
    OcId,
    /// `oc:fileid`
    FileId,
    /// `oc:permissions`
    Permissions,
    /// `oc:size`
    Size,
    /// `oc:checksums`
    Checksums,
    /// `oc:favorite`
    Favorite,
    /// `oc:tags`
    Tags,
    /// `oc:owner-id`
    OwnerId,
    /// `oc:owner-display-name`
    OwnerName,
    /// `oc:share-types`: empty until there are shares.
    ShareTypes,
    /// `oc:data-fingerprint`
    Fingerprint,
    /// `oc:comments-unread`
    CommentsUnread,
    /// `nc:creation_time`
    CreationTime,
    /// `nc:upload_time`
    UploadTime,
    /// `nc:has-preview`
    HasPreview,
    /// `nc:is-encrypted`
    IsEncrypted,
    /// `nc:mount-type`
    MountType,
    /// `nc:is-mount-root`
    IsMountRoot,
    /// `nc:hidden`
    Hidden,
    /// `nc:lock`
    NcLock,
    /// `nc:lock-owner` and the same shown.
    NcLockOwner,
    /// `nc:lock-owner-type`
    NcLockOwnerType,
    /// `nc:lock-time`
    NcLockTime,
    /// `nc:lock-timeout`
    NcLockTimeout,
    /// `nc:lock-token`
    NcLockToken,
    /// `nc:sharees`, `nc:system-tags`, `nc:share-attributes`: there and empty.
    Empty,
    /// Kept as it was set, if it was.
    Dead,
}

/// What a `PROPFIND` or its like wants of each resource.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The properties, in the order asked.
    pub props: Vec<(Prop, PropName)>,
    /// Whether all dead properties are wanted too.
    pub all_dead: bool,
    /// Whether only names are wanted.
    pub names_only: bool,
    /// Whether what is not there goes without saying.
    pub is_minimal: bool,
    /// Whether hashes of contents are needed: they are read a page at a time.
    pub needs_contents: bool,
    /// Whether locks are needed.
    pub needs_locks: bool,
    /// Whether the quota is needed.
    pub needs_quota: bool,
    /// Whether what is kept with nodes must be read.
    pub needs_meta: bool,
}

/// What `allprop` means: RFC 4918 §15's own.
const ALL: [(Prop, PropName); 11] = [
    (Prop::ResourceType, PropName::dav("resourcetype")),
    (Prop::LastModified, PropName::dav("getlastmodified")),
    (Prop::ContentLength, PropName::dav("getcontentlength")),
    (Prop::ContentType, PropName::dav("getcontenttype")),
    (Prop::ETag, PropName::dav("getetag")),
    (Prop::CreationDate, PropName::dav("creationdate")),
    (Prop::DisplayName, PropName::dav("displayname")),
    (Prop::SupportedLock, PropName::dav("supportedlock")),
    (Prop::LockDiscovery, PropName::dav("lockdiscovery")),
    // Not asked of us by RFC 4331, but generic clients read the quota from here.
    (Prop::QuotaUsed, PropName::dav("quota-used-bytes")),
    (Prop::QuotaAvailable, PropName::dav("quota-available-bytes")),
];

/// What `propname` tells besides those.
const MORE: [PropName; 15] = [
    PropName::dav("sync-token"),
    PropName::dav("supported-report-set"),
    PropName::dav("current-user-principal"),
    PropName::dav("owner"),
    PropName::oc("id"),
    PropName::oc("fileid"),
    PropName::oc("permissions"),
    PropName::oc("size"),
    PropName::oc("checksums"),
    PropName::oc("favorite"),
    PropName::oc("tags"),
    PropName::oc("owner-id"),
    PropName::oc("owner-display-name"),
    PropName::nc("creation_time"),
    PropName::nc("upload_time"),
];

/// The namespace of mod_dav's own property.
pub const APACHE: &str = "http://apache.org/dav/props/";

impl Prop {
    /// What a name stands for.
    pub fn of(name: &PropName) -> Prop {
        match (&name.ns, &*name.local) {
            (Ns::Dav, local) => dav(local),
            (Ns::Owncloud, local) => oc(local),
            (Ns::Nextcloud, local) => nc(local),
            (Ns::Other(uri), "executable") if &**uri == APACHE => Prop::Executable,
            _ => Prop::Dead,
        }
    }
}

fn dav(local: &str) -> Prop {
    match local {
        "resourcetype" => Prop::ResourceType,
        "displayname" => Prop::DisplayName,
        "getcontentlength" => Prop::ContentLength,
        "getcontenttype" => Prop::ContentType,
        "getlastmodified" | "lastmodified" => Prop::LastModified,
        "creationdate" => Prop::CreationDate,
        "getetag" => Prop::ETag,
        "supportedlock" => Prop::SupportedLock,
        "lockdiscovery" => Prop::LockDiscovery,
        "quota-used-bytes" => Prop::QuotaUsed,
        "quota-available-bytes" => Prop::QuotaAvailable,
        "sync-token" => Prop::SyncToken,
        "supported-report-set" => Prop::SupportedReports,
        "current-user-principal" => Prop::CurrentUserPrincipal,
        "owner" => Prop::Owner,
        _ => Prop::Dead,
    }
}

fn oc(local: &str) -> Prop {
    match local {
        "id" => Prop::OcId,
        "fileid" => Prop::FileId,
        "permissions" => Prop::Permissions,
        "size" => Prop::Size,
        "checksums" => Prop::Checksums,
        "favorite" => Prop::Favorite,
        "tags" => Prop::Tags,
        "owner-id" => Prop::OwnerId,
        "owner-display-name" => Prop::OwnerName,
        "share-types" => Prop::ShareTypes,
        "data-fingerprint" => Prop::Fingerprint,
        "comments-unread" => Prop::CommentsUnread,
        _ => Prop::Dead,
    }
}

fn nc(local: &str) -> Prop {
    match local {
        "creation_time" => Prop::CreationTime,
        "upload_time" => Prop::UploadTime,
        "has-preview" => Prop::HasPreview,
        "is-encrypted" => Prop::IsEncrypted,
        "mount-type" => Prop::MountType,
        "is-mount-root" => Prop::IsMountRoot,
        "hidden" => Prop::Hidden,
        "lock" => Prop::NcLock,
        "lock-owner" | "lock-owner-displayname" => Prop::NcLockOwner,
        "lock-owner-type" => Prop::NcLockOwnerType,
        "lock-time" => Prop::NcLockTime,
        "lock-timeout" => Prop::NcLockTimeout,
        "lock-token" => Prop::NcLockToken,
        "sharees" | "system-tags" | "note" => Prop::Empty,
        _ => Prop::Dead,
    }
}

impl Plan {
    /// The plan of a `PROPFIND`.
    pub fn of(asked: &Propfind, is_minimal: bool) -> Plan {
        match asked {
            Propfind::Prop(names) => Plan::named(names, is_minimal),
            Propfind::AllProp { include } => {
                let mut props = ALL.to_vec();
                for name in include {
                    if !props.iter().any(|(_, known)| known == name) {
                        props.push((Prop::of(name), name.clone()));
                    }
                }
                // What a resource does not have goes without saying here (RFC 4918 §9.1).
                Plan { all_dead: true, is_minimal: true, ..Plan::with(props, is_minimal) }
            }
            Propfind::PropName => {
                let props = ALL.iter().cloned().chain(MORE.iter().map(|name| (Prop::of(name), name.clone()))).collect();
                Plan { all_dead: true, names_only: true, is_minimal: true, ..Plan::with(props, is_minimal) }
            }
        }
    }

    /// The plan of a list of names.
    pub fn named(names: &[PropName], is_minimal: bool) -> Plan {
        Plan::with(names.iter().map(|name| (Prop::of(name), name.clone())).collect(), is_minimal)
    }

    fn with(props: Vec<(Prop, PropName)>, is_minimal: bool) -> Plan {
        let has = |wanted: &[Prop]| props.iter().any(|(prop, _)| wanted.contains(prop));
        Plan {
            needs_contents: has(&[Prop::Checksums]),
            needs_locks: has(&[
                Prop::LockDiscovery,
                Prop::NcLock,
                Prop::NcLockOwner,
                Prop::NcLockOwnerType,
                Prop::NcLockTime,
                Prop::NcLockTimeout,
                Prop::NcLockToken,
            ]),
            needs_quota: has(&[Prop::QuotaUsed, Prop::QuotaAvailable]),
            needs_meta: has(&[Prop::Dead, Prop::Favorite, Prop::Tags]),
            all_dead: false,
            names_only: false,
            is_minimal,
            props,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_costly_is_planned_for() {
        let plan = Plan::named(&[PropName::dav("getetag"), PropName::oc("checksums")], false);
        assert!(plan.needs_contents && !plan.needs_locks && !plan.needs_meta);
        let plan = Plan::named(&[PropName::dav("getetag"), PropName::oc("dDC")], false);
        assert_eq!(plan.props[1].0, Prop::Dead);
        assert!(plan.needs_meta, "only what is set is there");
        assert_eq!(Prop::of(&PropName::nc("rich-workspace")), Prop::Dead);
    }
}
