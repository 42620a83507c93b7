//! Dates in answers and requests; all are seconds since 1970, none comes from a clock.

use std::time::{Duration, UNIX_EPOCH};

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
        .or_else(|| {
            text.parse::<jiff::Timestamp>()
                .ok()
                .map(jiff::Timestamp::as_second)
        })
        .or_else(|| parse_http_date(text))
}

/// Appends `Sun, 06 Nov 1994 08:49:37 GMT`, the form of `getlastmodified`.
pub fn push_http_date(out: &mut String, time_s: i64) {
    let time_s = u64::try_from(time_s.clamp(0, TIME_S_MAX)).unwrap_or(0);
    let date = httpdate::HttpDate::from(UNIX_EPOCH + Duration::from_secs(time_s));
    push_display(out, &date);
}

/// Appends `1994-11-06T08:49:37+00:00`, the form of `creationdate` that clients know from sabre/dav.
pub fn push_rfc3339(out: &mut String, time_s: i64) {
    let time_s = time_s.clamp(0, TIME_S_MAX);
    let (days, second) = (time_s / 86_400, time_s % 86_400);
    // days to a civil date, counting from 0000-03-01 in eras of 400 years
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    push_display(
        out,
        &format_args!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00"),
    );
}

fn push_display(out: &mut String, value: &dyn std::fmt::Display) {
    use std::fmt::Write;
    // writing to a String cannot fail
    let _ = write!(out, "{value}");
}
