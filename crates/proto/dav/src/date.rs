//! Dates in answers and requests; all are seconds since 1970, none comes from a clock.

use std::time::UNIX_EPOCH;

use crate::upload::TIME_S_MAX;

/// Returns the time of an HTTP date in any of its three forms (RFC 9110 §5.6.7).
pub fn parse_http_date(text: &str) -> Option<i64> {
    let time = httpdate::parse_http_date(text.trim_ascii()).ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

/// Returns the time in a property or search literal: seconds, RFC 3339, or an HTTP date.
pub fn parse_any(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    let seconds = text.parse::<i64>().ok();
    seconds
        .or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second))
        .or_else(|| parse_http_date(text))
}

/// Appends `Sun, 06 Nov 1994 08:49:37 GMT`, the form of `getlastmodified`.
pub fn push_http_date(out: &mut String, time_s: i64) {
    const WEEKDAYS: [&str; 7] = ["Thu, ", "Fri, ", "Sat, ", "Sun, ", "Mon, ", "Tue, ", "Wed, "];
    const MONTHS: [&str; 12] =
        [" Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ", " Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec "];
    let time_s = time_s.clamp(0, TIME_S_MAX).unsigned_abs();
    let (year, month, day) = civil(time_s / 86_400);
    // both are in range by the remainder
    out.push_str(WEEKDAYS[(time_s / 86_400 % 7) as usize]);
    push_two(out, day);
    out.push_str(MONTHS[((month + 11) % 12) as usize]);
    push_year(out, year);
    out.push(' ');
    push_clock(out, time_s);
    out.push_str(" GMT");
}

/// Appends `1994-11-06T08:49:37+00:00`, the form of `creationdate` that clients know from sabre/dav.
pub fn push_rfc3339(out: &mut String, time_s: i64) {
    let time_s = time_s.clamp(0, TIME_S_MAX).unsigned_abs();
    let (year, month, day) = civil(time_s / 86_400);
    push_year(out, year);
    out.push('-');
    push_two(out, month);
    out.push('-');
    push_two(out, day);
    out.push('T');
    push_clock(out, time_s);
    out.push_str("+00:00");
}

/// Returns year, month and day of a day since 1970, counting from 0000-03-01 in eras of 400 years.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

fn push_year(out: &mut String, year: u64) {
    push_two(out, year / 100);
    push_two(out, year % 100);
}

fn push_clock(out: &mut String, time_s: u64) {
    let second = time_s % 86_400;
    push_two(out, second / 3_600);
    out.push(':');
    push_two(out, second / 60 % 60);
    out.push(':');
    push_two(out, second % 60);
}

fn push_two(out: &mut String, number: u64) {
    for digit in [number / 10 % 10, number % 10] {
        out.push(char::from(b'0' + digit as u8));
    }
}
