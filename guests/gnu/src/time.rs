//! Civil time of a moment, in UTC as the sandbox has it, and strftime.

use crate::status::Moment;
use std::fmt::Write;

#[derive(Debug, Clone, Copy)]
pub struct Civil {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    /// 0 is Sunday.
    pub weekday: u32,
    /// 1 is the first of January.
    pub yearday: u32,
}

const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
];
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub fn civil(seconds: i64) -> Civil {
    let days = seconds.div_euclid(86_400);
    let rest = seconds.rem_euclid(86_400) as u32;
    let (year, month, day) = from_days(days);
    let yearday = (days - to_days(year, 1, 1)) as u32 + 1;
    Civil {
        year,
        month,
        day,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday: (days + 4).rem_euclid(7) as u32,
        yearday,
    }
}

/// Days since 1970-01-01 of a civil date.
pub fn to_days(year: i64, month: u32, day: u32) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let shifted = (i64::from(month) + 9) % 12;
    let doy = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn from_days(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = (doy - (153 * mp + 2) / 5 + 1) as u32;
    let month = if mp < 10 { mp + 3 } else { mp - 9 } as u32;
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

pub fn short_month(month: u32) -> &'static str {
    &MONTHS[(month as usize - 1) % 12][..3]
}

/// One conversion of strftime, `%` left out; `None`: no such conversion.
pub fn format_one(letter: char, moment: Moment) -> Option<String> {
    let c = civil(moment.seconds);
    let twelve = if c.hour % 12 == 0 { 12 } else { c.hour % 12 };
    Some(match letter {
        'Y' => c.year.to_string(),
        'C' => format!("{:02}", c.year.div_euclid(100)),
        'y' => format!("{:02}", c.year.rem_euclid(100)),
        'm' => format!("{:02}", c.month),
        'd' => format!("{:02}", c.day),
        'e' => format!("{:2}", c.day),
        'H' => format!("{:02}", c.hour),
        'k' => format!("{:2}", c.hour),
        'I' => format!("{twelve:02}"),
        'l' => format!("{twelve:2}"),
        'M' => format!("{:02}", c.minute),
        'S' => format!("{:02}", c.second),
        'N' => format!("{:09}", moment.nanos),
        's' => moment.seconds.to_string(),
        'j' => format!("{:03}", c.yearday),
        'a' => DAYS[c.weekday as usize][..3].into(),
        'A' => DAYS[c.weekday as usize].into(),
        'b' | 'h' => short_month(c.month).into(),
        'B' => MONTHS[c.month as usize - 1].into(),
        'u' => (if c.weekday == 0 { 7 } else { c.weekday }).to_string(),
        'w' => c.weekday.to_string(),
        'p' => (if c.hour < 12 { "AM" } else { "PM" }).into(),
        'P' => (if c.hour < 12 { "am" } else { "pm" }).into(),
        'U' => format!("{:02}", (c.yearday + 6 - c.weekday) / 7),
        'W' => format!("{:02}", (c.yearday + 6 - (c.weekday + 6) % 7) / 7),
        'G' => iso_week(&c).0.to_string(),
        'g' => format!("{:02}", iso_week(&c).0.rem_euclid(100)),
        'V' => format!("{:02}", iso_week(&c).1),
        'z' => "+0000".into(),
        'Z' => "UTC".into(),
        'D' => strftime("%m/%d/%y", moment),
        'F' => strftime("%Y-%m-%d", moment),
        'T' => strftime("%H:%M:%S", moment),
        'R' => strftime("%H:%M", moment),
        'r' => strftime("%I:%M:%S %p", moment),
        'c' => strftime("%a %b %e %H:%M:%S %Y", moment),
        'x' => strftime("%m/%d/%y", moment),
        'X' => strftime("%H:%M:%S", moment),
        'n' => "\n".into(),
        't' => "\t".into(),
        '%' => "%".into(),
        _ => return None,
    })
}

pub fn strftime(format: &str, moment: Moment) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next() {
            None => out.push('%'),
            Some(letter) => match format_one(letter, moment) {
                Some(text) => out.push_str(&text),
                None => {
                    let _ = write!(out, "%{letter}");
                }
            },
        }
    }
    out
}

fn iso_week(c: &Civil) -> (i64, u32) {
    let weekday = if c.weekday == 0 { 7 } else { c.weekday };
    let week = (c.yearday + 9 - weekday) / 7;
    if week < 1 {
        let last = to_days(c.year - 1, 12, 31);
        return iso_week(&civil(last * 86_400));
    }
    if week == 53 && to_days(c.year + 1, 1, 1) + 3 >= to_days(c.year, 1, 1) + i64::from(c.yearday) - 1 {
        let monday = to_days(c.year, 1, 1) + i64::from(c.yearday) - 1 - i64::from(weekday - 1);
        if monday + 3 >= to_days(c.year + 1, 1, 1) {
            return (c.year + 1, 1);
        }
    }
    (c.year, week)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_become_dates() {
        let moment = Moment { seconds: 1_709_210_096, nanos: 5 };
        assert_eq!(strftime("%F %T %a %j", moment), "2024-02-29 12:34:56 Thu 060");
        let before = Moment { seconds: -1, nanos: 0 };
        assert_eq!(strftime("%F %T", before), "1969-12-31 23:59:59");
        assert_eq!(strftime("%G-%V", Moment { seconds: 1_735_603_200, nanos: 0 }), "2025-01");
    }
}
