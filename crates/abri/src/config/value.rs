//! Values as text: how each type of setting is written and read.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Reads `text`, or says what it should look like.
pub trait Value: Sized {
    /// Reads it; the error names what was expected.
    fn read(text: &str) -> Result<Self, String>;
    /// Writes it so that `read` gives it back.
    fn write(&self) -> String;
}

/// A list: parted by commas or spaces.
impl<T: Value> Value for Vec<T> {
    fn read(text: &str) -> Result<Self, String> {
        text.split([',', ' ']).filter(|part| !part.is_empty()).map(T::read).collect()
    }

    fn write(&self) -> String {
        self.iter().map(T::write).collect::<Vec<_>>().join(",")
    }
}

/// Something that may be left out: empty text.
impl<T: Value> Value for Option<T> {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::read(text).map(Some) }
    }

    fn write(&self) -> String {
        self.as_ref().map_or_else(String::new, T::write)
    }
}

impl Value for String {
    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }

    fn write(&self) -> String {
        self.clone()
    }
}

impl Value for PathBuf {
    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("a path is needed".into()) } else { Ok(text.into()) }
    }

    fn write(&self) -> String {
        self.display().to_string()
    }
}

impl Value for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            other => Err(format!("{other:?} is neither true nor false")),
        }
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Value for SocketAddr {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("{text:?} is not ADDRESS:PORT, like 127.0.0.1:8080 or [::]:8080"))
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl Value for $number {
            fn read(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| format!("{text:?} is not a whole number"))
            }

            fn write(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
numbers!(u32, u64, usize);

/// Bytes as people write them: `500 MB`, `10GiB`, `1024`, `none`.
pub fn read_size(text: &str) -> Result<Option<u64>, String> {
    const UNITS: [(&str, u64); 14] = [
        ("", 1),
        ("B", 1),
        ("K", 1 << 10),
        ("KB", 1_000),
        ("KIB", 1 << 10),
        ("M", 1 << 20),
        ("MB", 1_000_000),
        ("MIB", 1 << 20),
        ("G", 1 << 30),
        ("GB", 1_000_000_000),
        ("GIB", 1 << 30),
        ("T", 1 << 40),
        ("TB", 1_000_000_000_000),
        ("TIB", 1 << 40),
    ];
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let wrong = || format!("{text:?} is not a size: write a number and a unit, like 500MB or 10GiB, or none");
    let digits = text.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let number: f64 = text[..digits].parse().map_err(|_| wrong())?;
    let unit = text[digits..].trim().to_ascii_uppercase();
    let factor = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?.1;
    let bytes = number * factor as f64;
    // Above 2^63 the engine could not count it.
    if bytes.is_finite() && bytes < i64::MAX as f64 { Ok(Some(bytes as u64)) } else { Err(wrong()) }
}

/// Writes bytes so that [`read_size`] gives them back: in the largest unit that leaves a whole number.
pub fn write_size(bytes: Option<u64>) -> String {
    let Some(bytes) = bytes else { return "none".into() };
    for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] {
        if bytes > 0 && bytes % (1 << shift) == 0 {
            return format!("{}{unit}", bytes >> shift);
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        let cases = [
            ("none", None),
            ("", None),
            ("0", Some(0)),
            ("1024", Some(1024)),
            ("10GiB", Some(10 << 30)),
            ("10 GB", Some(10_000_000_000)),
            ("1.5G", Some(3 << 29)),
            ("500mb", Some(500_000_000)),
            ("2T", Some(2 << 40)),
        ];
        for (text, bytes) in cases {
            assert_eq!(read_size(text), Ok(bytes), "{text}");
        }
        for text in ["many", "10 apples", "-3", "1e30", "99999999999TiB"] {
            assert!(read_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_come_back_as_written() {
        for bytes in [None, Some(0), Some(1), Some(1024), Some(10 << 30), Some(1_000_000_007)] {
            assert_eq!(read_size(&write_size(bytes)), Ok(bytes));
        }
    }
}
