//! The web door: the shell's files, precompressed and hashed, with strict headers.
