//! Escaping of text and attribute values, and which characters XML may hold at all.

/// Appends `text` as element content.
///
/// `"` is escaped too, since an ETag is written `&quot;…&quot;` by the servers clients grew up with.
/// `>` is escaped so that `]]>` never appears; a carriage return would otherwise be read back as a
/// line feed. What XML 1.0 cannot hold becomes U+FFFD.
pub fn push_text(out: &mut String, text: &str) {
    push(out, text, false);
}

/// Appends `value` as the inside of a double-quoted attribute.
pub fn push_attribute(out: &mut String, value: &str) {
    push(out, value, true);
}

/// Appends a decimal number.
pub fn push_number(out: &mut String, mut number: u64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    // digits are ASCII
    out.push_str(std::str::from_utf8(&digits[at..]).unwrap_or(""));
}

/// Says whether XML 1.0 §2.2 allows this character.
pub fn is_xml_char(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        c => c >= ' ',
    }
}

/// Returns where the first character that XML 1.0 forbids stands.
pub(crate) fn find_forbidden(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().find_map(|(at, byte)| match byte {
        b'\t' | b'\n' | b'\r' => None,
        0..=0x1F => Some(at),
        0xEF if bytes.get(at + 1) == Some(&0xBF) && bytes.get(at + 2).is_some_and(|b| *b >= 0xBE) => Some(at),
        _ => None,
    })
}

/// Bytes that may need replacing: markup, controls, and the first byte of U+FFFE.
const SUSPECTS: [bool; 256] = {
    let mut suspects = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        suspects[byte] = true;
        byte += 1;
    }
    suspects[b'&' as usize] = true;
    suspects[b'<' as usize] = true;
    suspects[b'>' as usize] = true;
    suspects[b'"' as usize] = true;
    suspects[0xEF] = true;
    suspects
};

fn push(out: &mut String, text: &str, is_attribute: bool) {
    let bytes = text.as_bytes();
    let mut done = 0;
    let mut at = 0;
    while let Some(step) = bytes[at..].iter().position(|byte| SUSPECTS[usize::from(*byte)]) {
        at += step;
        let (with, width) = match bytes[at] {
            b'&' => ("&amp;", 1),
            b'<' => ("&lt;", 1),
            b'>' => ("&gt;", 1),
            b'"' => ("&quot;", 1),
            b'\r' => ("&#13;", 1),
            b'\n' if is_attribute => ("&#10;", 1),
            b'\t' if is_attribute => ("&#9;", 1),
            b'\t' | b'\n' => ("", 0),
            0xEF if find_forbidden(&text[at..at + 3]).is_some() => ("\u{FFFD}", 3),
            0xEF => ("", 0),
            _ => ("\u{FFFD}", 1),
        };
        if width > 0 {
            out.push_str(&text[done..at]);
            out.push_str(with);
            done = at + width;
        }
        at += width.max(1);
    }
    out.push_str(&text[done..]);
}
