//! The dates of `-newermt`: the forms that people write.

use sunaba_gnu::status::Moment;
use sunaba_gnu::time::to_days;

pub fn parse(text: &str, now: Moment) -> Option<Moment> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse::<f64>().ok().map(|s| Moment { seconds: s.floor() as i64, nanos: 0 });
    }
    let midnight = now.seconds.div_euclid(86_400) * 86_400;
    match text {
        "now" => return Some(now),
        "today" => return Some(now),
        "yesterday" => return Some(Moment { seconds: now.seconds - 86_400, nanos: now.nanos }),
        "midnight" => return Some(Moment { seconds: midnight, nanos: 0 }),
        _ => {}
    }
    relative(text, now).or_else(|| absolute(text))
}

/// `2 days ago`, `-1 hour`, `1 week ago`.
fn relative(text: &str, now: Moment) -> Option<Moment> {
    let ago = text.ends_with(" ago");
    let body = text.strip_suffix(" ago").unwrap_or(text);
    let mut words = body.split_whitespace();
    let first = words.next()?;
    let (count, unit) = match words.next() {
        Some(unit) => (first.parse::<i64>().ok()?, unit),
        None => (1, first),
    };
    if words.next().is_some() {
        return None;
    }
    let seconds = match unit.trim_end_matches('s') {
        "second" | "sec" => 1,
        "minute" | "min" => 60,
        "hour" => 3600,
        "day" => 86_400,
        "week" => 7 * 86_400,
        "month" => 30 * 86_400,
        "year" => 365 * 86_400,
        _ => return None,
    };
    let delta = count * seconds;
    Some(Moment { seconds: if ago { now.seconds - delta } else { now.seconds + delta }, nanos: now.nanos })
}

/// `2024-02-29`, with `12:34[:56]` after a blank or `T`, with `Z` or `UTC`.
fn absolute(text: &str) -> Option<Moment> {
    let text = text.trim_end_matches("UTC").trim_end_matches('Z').trim_end();
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let numbers: Vec<i64> = date.split(['-', '/']).map(|n| n.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day] = numbers.as_slice() else { return None };
    if !(1..=12).contains(month) || !(1..=31).contains(day) {
        return None;
    }
    let mut clock = time.split('.').next()?.split(':').map(|n| n.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next().unwrap_or(Some(0))?, clock.next().unwrap_or(Some(0))?);
    let days = to_days(*year, *month as u32, *day as u32);
    Some(Moment { seconds: days * 86_400 + hour * 3600 + minute * 60 + second, nanos: 0 })
}
