//! The only way down: guard, doctypes, queries, changes, followers, jobs and grants.
