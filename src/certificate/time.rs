//! When a certificate begins and ends (RFC 5280, section 4.1.2.5), in Unix seconds.

use crate::der::Reader;

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

pub fn read(it: &mut Reader<'_>) -> Option<i64> {
    let time = it.element()?;
    let digits = time.contents.strip_suffix(b"Z")?;
    let mut numbers = digits.chunks(2).map(two_digits);
    let mut next = || numbers.next()?;
    let year = match (time.tag, digits.len()) {
        (UTC_TIME, 12) => match next()? {
            year @ 50.. => 1900 + year,
            year => 2000 + year,
        },
        (GENERALIZED_TIME, 14) => 100 * next()? + next()?,
        _ => return None,
    };
    let (month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
    let is_valid = (1..=12).contains(&month)
        && (1..=days(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let hours = 24 * (days_before(year, month) + day - 1) + hour;
    is_valid.then_some(60 * (60 * hours + minute) + second)
}

/// Such as "2026-01-31 23:59:59 UTC".
pub fn text(seconds: i64) -> String {
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut year = 1971 + day * 400 / 146_097; // not too small
    while days_before(year, 1) > day {
        year -= 1;
    }
    let month = (1..=12).rfind(|month| days_before(year, *month) <= day).unwrap_or(1);
    let (day, hour, minute) =
        (day - days_before(year, month) + 1, second / 3_600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02} UTC", second % 60)
}

fn two_digits(digits: &[u8]) -> Option<i64> {
    match *digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            Some(i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
        }
        _ => None,
    }
}

/// How many days the month has.
fn days(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days_before(next_year, next_month) - days_before(year, month)
}

/// The days from 1970-01-01 to the first day of the month.
fn days_before(year: i64, month: i64) -> i64 {
    // Years begin in March here, so that a leap day is the last of its year.
    let month = (month + 9) % 12;
    let year = year - i64::from(month >= 10);
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 - DAY_0 // 31, 30, 31, 30, 31, and again
}

/// 1970-01-01, in days since the first of March of the year 0.
const DAY_0: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_dates() {
        for (seconds, date) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (-1, "1969-12-31 23:59:59 UTC"),
            (951_868_799, "2000-02-29 23:59:59 UTC"),
            (951_868_800, "2000-03-01 00:00:00 UTC"),
            (4_107_542_399, "2100-02-28 23:59:59 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (253_402_300_799, "9999-12-31 23:59:59 UTC"),
            (-62_167_219_200, "0000-01-01 00:00:00 UTC"),
        ] {
            assert_eq!(text(seconds), date);
        }
        // The first second of each day of 400 years.
        let mut before = String::new();
        for day in -73_000..73_097 {
            let date = text(day * 86_400);
            assert!(before < date, "{before}, {date}");
            before = date;
        }
    }
}
