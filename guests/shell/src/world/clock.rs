//! Dates in UTC, by the letters of strftime.

/// Year, month, day, weekday and day of the year of a day counted from 1970.
fn civil(days: i64) -> (i64, u32, u32, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let weekday = (days + 4).rem_euclid(7);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize - 1];
    let yearday = before + day + i64::from(leap && month > 2);
    (year, month as u32, day as u32, weekday as u32, yearday as u32)
}

/// `strftime` in the C locale and UTC.
pub fn format_utc(seconds: i64, format: &[u8]) -> Vec<u8> {
    const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    const MONTHS: [&str; 12] = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ];
    let (year, month, day, weekday, yearday) = civil(seconds.div_euclid(86_400));
    let rest = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let (day_name, month_name) = (DAYS[weekday as usize], MONTHS[month as usize - 1]);
    let monday_based = if weekday == 0 { 7 } else { weekday };
    let iso = {
        let week = (i64::from(yearday) - i64::from(monday_based) + 10) / 7;
        let long = |y: i64| {
            let p = |y: i64| (y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400)).rem_euclid(7);
            if p(y) == 4 || p(y - 1) == 3 { 53 } else { 52 }
        };
        if week < 1 {
            (year - 1, long(year - 1))
        } else if week > long(year) {
            (year + 1, 1)
        } else {
            (year, week)
        }
    };
    let mut out = Vec::new();
    let mut at = 0;
    while at < format.len() {
        if format[at] != b'%' || at + 1 == format.len() {
            out.push(format[at]);
            at += 1;
            continue;
        }
        at += 1;
        let mut bare = false;
        if matches!(format[at], b'-' | b'_' | b'E' | b'O') && at + 1 < format.len() {
            bare = format[at] == b'-';
            at += 1;
        }
        let two = |value: i64| if bare { value.to_string() } else { format!("{value:02}") };
        let text = match format[at] {
            b'a' => day_name[..3].to_string(),
            b'A' => day_name.to_string(),
            b'b' | b'h' => month_name[..3].to_string(),
            b'B' => month_name.to_string(),
            b'c' => format!("{} {} {day:2} {hour:02}:{minute:02}:{second:02} {year}", &day_name[..3], &month_name[..3]),
            b'C' => two(year / 100),
            b'd' => two(day.into()),
            b'D' | b'x' => format!("{month:02}/{day:02}/{:02}", year % 100),
            b'e' => format!("{day:2}"),
            b'F' => format!("{year}-{month:02}-{day:02}"),
            b'g' => two(iso.0 % 100),
            b'G' => iso.0.to_string(),
            b'H' => two(hour),
            b'I' => two(twelve),
            b'j' => {
                if bare {
                    yearday.to_string()
                } else {
                    format!("{yearday:03}")
                }
            }
            b'k' => format!("{hour:2}"),
            b'l' => format!("{twelve:2}"),
            b'm' => two(month.into()),
            b'M' => two(minute),
            b'n' => "\n".into(),
            b'p' => (if hour < 12 { "AM" } else { "PM" }).into(),
            b'P' => (if hour < 12 { "am" } else { "pm" }).into(),
            b'r' => format!("{twelve:02}:{minute:02}:{second:02} {}", if hour < 12 { "AM" } else { "PM" }),
            b'R' => format!("{hour:02}:{minute:02}"),
            b's' => seconds.to_string(),
            b'S' => two(second),
            b't' => "\t".into(),
            b'T' | b'X' => format!("{hour:02}:{minute:02}:{second:02}"),
            b'u' => monday_based.to_string(),
            b'U' => two((i64::from(yearday) + 6 - i64::from(weekday)) / 7),
            b'V' => two(iso.1),
            b'w' => weekday.to_string(),
            b'W' => two((i64::from(yearday) + 6 - (i64::from(weekday) + 6) % 7) / 7),
            b'y' => two(year % 100),
            b'Y' => year.to_string(),
            b'z' => "+0000".into(),
            b'Z' => "UTC".into(),
            b'%' => "%".into(),
            other => format!("%{}", other as char),
        };
        out.extend_from_slice(text.as_bytes());
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::format_utc;

    #[test]
    fn dates() {
        assert_eq!(format_utc(0, b"%F %T %a %j %V %G"), b"1970-01-01 00:00:00 Thu 001 01 1970");
        assert_eq!(format_utc(951_782_400, b"%Y-%m-%d %u %U"), b"2000-02-29 2 09");
        assert_eq!(format_utc(1_735_603_200, b"%G-W%V %-d %e"), b"2025-W01 31 31");
    }
}
