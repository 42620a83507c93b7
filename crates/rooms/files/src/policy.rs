//! What an installation may choose about files.

/// Choices about files, made once when the room is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilesPolicy {
    /// Which former contents are kept.
    pub versions: VersionPolicy,
    /// Days after which what is in the trash is destroyed; 0 keeps it for ever.
    pub trash_days: u32,
    /// Most nodes copied by one request: a copy is one commit.
    pub copy_nodes_max: usize,
    /// Most nodes looked at by one search.
    pub search_nodes_max: usize,
    /// Seconds after which an upload in parts that nobody touched is forgotten.
    pub upload_seconds: i64,
}

/// Which former contents are kept.
///
/// All of the last `all_seconds`; then the newest of each hour up to `hourly_seconds`, of each day up to
/// `daily_seconds`, of each week beyond. Versions with a name are always kept. All versions of a space together
/// hold at most half of what is free: beyond, the oldest unnamed ones of the file being written go first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionPolicy {
    /// Whether former contents are kept at all.
    pub keep: bool,
    /// Up to this age every version is kept.
    pub all_seconds: i64,
    /// Up to this age one an hour is kept.
    pub hourly_seconds: i64,
    /// Up to this age one a day is kept; beyond, one a week.
    pub daily_seconds: i64,
    /// Most unnamed versions of one file.
    pub count_max: usize,
}

impl Default for FilesPolicy {
    fn default() -> Self {
        FilesPolicy {
            versions: VersionPolicy::default(),
            trash_days: 30,
            copy_nodes_max: 100_000,
            search_nodes_max: 200_000,
            upload_seconds: 24 * 3600,
        }
    }
}

impl Default for VersionPolicy {
    fn default() -> Self {
        VersionPolicy {
            keep: true,
            all_seconds: 3600,
            hourly_seconds: 24 * 3600,
            daily_seconds: 30 * 24 * 3600,
            count_max: 200,
        }
    }
}
