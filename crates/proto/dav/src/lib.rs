//! WebDAV bytes to values and back: pure, bounded, fuzzed.
