//! Info-ZIP's zip and unzip.

pub mod create;
pub mod extract;

use sunaba_gnu::status::Moment;
use sunaba_gnu::time::{civil, to_days};
use zip::DateTime;

/// The clock of the archive is taken as UTC, the sandbox' own.
fn to_moment(time: DateTime) -> Moment {
    let days = to_days(i64::from(time.year()), u32::from(time.month()), u32::from(time.day()));
    let seconds = days * 86_400 + i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    Moment { seconds, nanos: 0 }
}

fn from_moment(moment: Moment) -> DateTime {
    let c = civil(moment.seconds);
    let part = |number: u32| number as u8;
    DateTime::from_date_and_time(
        u16::try_from(c.year).unwrap_or(1980),
        part(c.month),
        part(c.day),
        part(c.hour),
        part(c.minute),
        part(c.second),
    )
    .unwrap_or_default()
}
