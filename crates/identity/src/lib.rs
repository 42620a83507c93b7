//! Who are you: accounts, groups, organisations, passphrases, sessions, app passwords, audit.
