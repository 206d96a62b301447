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
