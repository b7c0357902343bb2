//! The variables that the run itself obeys.

use std::cell::RefCell;
use std::rc::Rc;

use super::Run;
use crate::array::Array;
use crate::reader::RecordEnd;
use crate::split::Splitter;
use crate::syntax::tree::{SPECIALS, Special};
use crate::text::char_count;
use crate::value::Value;

pub struct Settings {
    pub ofs: Vec<u8>,
    pub ors: Vec<u8>,
    pub subsep: Vec<u8>,
    pub convfmt: Vec<u8>,
    pub ofmt: Vec<u8>,
    pub record_end: RecordEnd,
    pub ignore_case: bool,
    pub csv: bool,
    pub exited_in_begin: bool,
    pub in_end: bool,
    /// Which of FS, FPAT and FIELDWIDTHS was set last.
    pub fields_by: Special,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            ofs: b" ".to_vec(),
            ors: b"\n".to_vec(),
            subsep: b"\x1c".to_vec(),
            convfmt: b"%.6g".to_vec(),
            ofmt: b"%.6g".to_vec(),
            record_end: RecordEnd::Byte(b'\n'),
            ignore_case: false,
            csv: false,
            exited_in_begin: false,
            in_end: false,
            fields_by: Special::Fs,
        }
    }
}

impl Run<'_> {
    pub(super) fn set_defaults(&mut self) {
        for (special, text) in [
            (Special::Fs, " "),
            (Special::Ofs, " "),
            (Special::Ors, "\n"),
            (Special::Rs, "\n"),
            (Special::Subsep, "\x1c"),
            (Special::Convfmt, "%.6g"),
            (Special::Ofmt, "%.6g"),
            (Special::Rt, ""),
            (Special::Filename, ""),
            (Special::Errno, ""),
            (Special::Fieldwidths, ""),
            (Special::Fpat, "[^[:space:]]+"),
        ] {
            self.set_special_quietly(special, Value::string(text.as_bytes()));
        }
        self.set_special_quietly(Special::Rstart, Value::Number(0.0));
        self.set_special_quietly(Special::Rlength, Value::Number(-1.0));
        self.set_special_quietly(Special::Argind, Value::Number(0.0));
        self.set_special_quietly(Special::Ignorecase, Value::Number(0.0));
        let mut environ = Array::default();
        for (name, value) in std::env::vars_os() {
            environ.set(name.as_encoded_bytes(), Value::input(value.as_encoded_bytes()));
        }
        self.set_special_quietly(Special::Environ, array_value(environ));
        let mut procinfo = Array::default();
        procinfo.set(b"version", Value::string(b"5.2.1"));
        procinfo.set(b"platform", Value::string(b"posix"));
        procinfo.set(b"strftime", Value::string(b"%a %b %e %H:%M:%S %Z %Y"));
        procinfo.set(b"FS", Value::string(b"FS"));
        procinfo.set(b"pid", Value::Number(f64::from(sunaba_process::pid())));
        procinfo.set(b"ppid", Value::Number(f64::from(sunaba_process::parent_pid())));
        self.set_special_quietly(Special::Procinfo, array_value(procinfo));
    }

    /// The words after the program, the program's name in front.
    pub fn set_arguments(&mut self, arguments: &[Vec<u8>]) {
        let mut array = Array::default();
        for (index, argument) in arguments.iter().enumerate() {
            array.set_at(index, Value::input(argument));
        }
        self.set_special_quietly(Special::Argv, array_value(array));
        self.set_special_quietly(Special::Argc, Value::Number(arguments.len() as f64));
    }

    pub fn set_csv(&mut self) {
        self.settings.csv = true;
        self.settings.record_end = RecordEnd::Csv;
        self.record.set_splitter(Splitter::Csv);
    }

    /// `name=value` of the command line, before or among the files.
    pub fn assign_by_name(&mut self, name: &str, value: &[u8]) {
        let Some(number) = self.program.globals.iter().position(|known| known == name) else { return };
        self.assign_global(number as u32, Value::input(value));
    }

    pub(super) fn assign_special(&mut self, number: usize, value: Value) {
        let special = SPECIALS[number].1;
        match special {
            Special::Nf => {
                let count = value.number();
                if count < 0.0 {
                    self.fatal("NF set to negative value");
                }
                self.record.set_count(count as usize);
                return;
            }
            Special::Nr => self.records = value.number(),
            Special::Fnr => self.file_records = value.number(),
            // What is joined by the old separator is joined before the new one counts.
            Special::Ofs => {
                let settings = &self.settings;
                self.record.text(&settings.ofs, &settings.convfmt);
            }
            _ => {}
        }
        self.globals[number] = value;
        self.obey(special);
    }

    fn obey(&mut self, special: Special) {
        let format = self.settings.convfmt.clone();
        let text = self.special(special).text(&format).bytes().to_vec();
        match special {
            Special::Ofs => self.settings.ofs = text,
            Special::Ors => self.settings.ors = text,
            Special::Subsep => self.settings.subsep = text,
            Special::Convfmt => self.settings.convfmt = text,
            Special::Ofmt => self.settings.ofmt = text,
            Special::Rs => {
                self.settings.record_end = self.record_end(&text);
                self.renew_splitter();
            }
            Special::Fs | Special::Fpat | Special::Fieldwidths => {
                self.settings.fields_by = special;
                self.renew_splitter();
            }
            Special::Ignorecase => {
                self.settings.ignore_case = self.special(special).truth();
                self.regexes.clear();
                let rs = self.special(Special::Rs).text(&format);
                self.settings.record_end = self.record_end(rs.bytes());
                self.renew_splitter();
            }
            _ => {}
        }
    }

    fn record_end(&mut self, text: &[u8]) -> RecordEnd {
        match text {
            [] => RecordEnd::Paragraph,
            [byte] if !(self.settings.ignore_case && byte.is_ascii_alphabetic()) => RecordEnd::Byte(*byte),
            _ => RecordEnd::Regex(self.regex(text)),
        }
    }

    fn renew_splitter(&mut self) {
        let by = self.settings.fields_by;
        let text = self.special(by).text(b"%.6g").bytes().to_vec();
        let splitter = match by {
            Special::Fpat => Splitter::Contents(self.regex(&text)),
            Special::Fieldwidths => self.widths(&text),
            _ => {
                let paragraph = matches!(self.settings.record_end, RecordEnd::Paragraph);
                self.field_splitter(&text, paragraph)
            }
        };
        self.record.set_splitter(splitter);
    }

    /// What FS means, or split's third argument.
    pub(super) fn field_splitter(&mut self, text: &[u8], paragraph: bool) -> Splitter {
        match text {
            b" " => Splitter::Blanks,
            [] => Splitter::Characters,
            // A backslash is itself, as any single character but the blank.
            [byte] if !(self.settings.ignore_case && byte.is_ascii_alphabetic()) => {
                if paragraph { Splitter::ByteOrNewline(*byte) } else { Splitter::Byte(*byte) }
            }
            _ if char_count(text) == 1 && !paragraph => {
                let source = [b"[".as_slice(), text, b"]"].concat();
                Splitter::Regex(self.regex(&source))
            }
            _ if paragraph => {
                let source = [b"(".as_slice(), text, b")|\n"].concat();
                Splitter::Regex(self.regex(&source))
            }
            _ => Splitter::Regex(self.regex(text)),
        }
    }

    fn widths(&mut self, text: &[u8]) -> Splitter {
        let shown = String::from_utf8_lossy(text).into_owned();
        let mut widths = Vec::new();
        for word in shown.split_whitespace() {
            let (skip, width) = word.split_once(':').unwrap_or(("0", word));
            let parsed = match (skip.parse::<usize>(), width) {
                (Ok(skip), "*") => Some((skip, None)),
                (Ok(skip), width) => width.parse::<usize>().ok().map(|width| (skip, Some(width))),
                _ => None,
            };
            match parsed {
                Some(width) => widths.push(width),
                None => self.fatal(&format!("invalid FIELDWIDTHS value, for field {}, near `{word}'", widths.len() + 1)),
            }
        }
        Splitter::Widths(widths)
    }
}

pub fn array_value(array: Array) -> Value {
    Value::Array(Rc::new(RefCell::new(array)))
}
