//! The search over all files, and what is printed of it.

use crate::files;
use crate::matcher::Pattern;
use crate::options::{Action, Settings};
use crate::output::Output;
use grep_matcher::{LineTerminator, Matcher};
use grep_printer::{ColorSpecs, PathPrinterBuilder, Standard, StandardBuilder, Stats, Summary, SummaryBuilder, SummaryKind, default_color_specs};
use grep_searcher::{BinaryDetection, Encoding, MmapChoice, Searcher, SearcherBuilder, Sink};
use std::collections::VecDeque;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use sunaba_gnu::bytes;
use sunaba_gnu::output::say;
use sunaba_gnu::stream::{PIECE, Regular, read_small};

pub fn run(settings: Settings) -> i32 {
    if settings.list_types {
        return match files::type_list(&settings) {
            Ok(text) => {
                say(&text);
                0
            }
            Err(fault) => complain(&fault),
        };
    }
    if settings.action == Action::ListFiles {
        return list(&settings);
    }
    match Pattern::compile(&settings) {
        Ok(Pattern::Fast(matcher)) => {
            let passes_over = tells_matches_alone(&settings);
            Search::new(settings, passes_over).all(&*matcher)
        }
        // It looks at each line by itself: what it finds in a whole file may be something else.
        Ok(Pattern::Perl(matcher)) => Search::new(settings, false).all(&matcher),
        Err(fault) => complain(&fault),
    }
}

fn complain(fault: &str) -> i32 {
    eprintln!("rg: {fault}");
    2
}

/// The name as it is shown: without the `./` that was not typed.
fn shown<'a>(settings: &Settings, path: &'a Path) -> &'a Path {
    if settings.paths.is_empty() { path.strip_prefix("./").unwrap_or(path) } else { path }
}

/// A file to be searched.
struct Found {
    path: PathBuf,
    /// By its own name, not below a folder.
    named: bool,
    regular: bool,
}

/// The folders on the way to what a link leads to; `None` where it leads back to one of them.
fn linked(link: &Path, through: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let target = std::fs::canonicalize(link).ok()?;
    let folder = std::fs::canonicalize(link.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))).ok()?;
    let through: Vec<PathBuf> = through.iter().cloned().chain([folder]).collect();
    (!through.iter().any(|folder| folder.starts_with(&target))).then_some(through)
}

/// A walk that is to come, and the folders that led to it through links.
struct Way {
    roots: Vec<PathBuf>,
    through: Vec<PathBuf>,
}

fn found(settings: &Settings, code: &mut i32) -> Result<Vec<Found>, String> {
    let mut list = Vec::new();
    let mut complain = |fault: &dyn std::fmt::Display| {
        if !settings.no_messages {
            eprintln!("rg: {fault}");
        }
        *code = 2;
    };
    let mut ways = VecDeque::from([Way { roots: files::roots(settings), through: Vec::new() }]);
    while let Some(way) = ways.pop_front() {
        for entry in files::walk(settings, &way.roots)? {
            let entry = match entry {
                Ok(entry) => entry,
                Err(fault) => {
                    complain(&fault);
                    continue;
                }
            };
            let regular = entry.file_type().is_some_and(|kind| kind.is_file());
            let link = entry.file_type().is_some_and(|kind| kind.is_symlink());
            if settings.follow && link && entry.depth() > 0 {
                match std::fs::metadata(entry.path()) {
                    Ok(led) if led.is_dir() => match linked(entry.path(), &way.through) {
                        Some(through) => ways.push_back(Way { roots: vec![entry.path().join("")], through }),
                        None => complain(&format!("File system loop found: {} points to an ancestor", entry.path().display())),
                    },
                    Ok(_) => list.push(Found { path: entry.into_path(), named: false, regular: false }),
                    Err(fault) => complain(&format!("{}: {fault}", entry.path().display())),
                }
            } else if regular || entry.file_type().is_none_or(|kind| !kind.is_dir() && entry.depth() == 0) {
                let named = entry.depth() == 0;
                list.push(Found { path: entry.into_path(), named, regular });
            }
        }
    }
    if let Some((by, reverse)) = &settings.sort {
        if by == "path" && settings.follow {
            list.sort_by(|a, b| a.path.cmp(&b.path));
        } else if by != "path" {
            let time = |path: &Path| std::fs::metadata(path).and_then(|m| if by == "accessed" { m.accessed() } else { m.modified() }).ok();
            list.sort_by_key(|found| time(&found.path));
        }
        if *reverse {
            list.reverse();
        }
    }
    Ok(list)
}

fn list(settings: &Settings) -> i32 {
    let mut code = 0;
    let list = match found(settings, &mut code) {
        Ok(list) => list,
        Err(fault) => return complain(&fault),
    };
    if settings.quiet {
        return if list.is_empty() { 1 } else { 0 };
    }
    let mut printer = PathPrinterBuilder::new().terminator(if settings.null { 0 } else { b'\n' }).build(Output::new(false));
    for Found { path, .. } in &list {
        if printer.write(shown(settings, path)).is_err() {
            return 0;
        }
    }
    drop(printer);
    if code == 0 && list.is_empty() { 1 } else { code }
}

struct Search {
    settings: Settings,
    searcher: Searcher,
    /// What a small file is read into.
    small: Vec<u8>,
    /// Whether a file in which nothing matches needs no printer.
    passes_over: bool,
    /// What `--stats` tells, and when the search began.
    stats: Option<(Stats, Instant)>,
    code: i32,
    matched: bool,
}

enum Printer {
    Lines(Box<Standard<Output>>),
    Summary(Summary<Output>),
}

impl Search {
    fn new(settings: Settings, passes_over: bool) -> Search {
        let searcher = searcher(&settings);
        let stats = settings.stats.then(|| (Stats::new(), Instant::now()));
        Search { settings, searcher, small: vec![0; PIECE / 2], passes_over, stats, code: 0, matched: false }
    }

    /// Whether standard input is what is searched: it is a pipe or a file, and no path was named.
    fn reads_standard_input(&self) -> bool {
        self.settings.paths.is_empty() && standard_input_has_data() || self.settings.paths.iter().any(|path| path == b"-")
    }

    fn all<M: Matcher>(mut self, matcher: M) -> i32 {
        let standard = self.reads_standard_input();
        let s = &self.settings;
        let one = if standard { s.paths.len() <= 1 } else { s.paths.len() == 1 && !bytes::path(&s.paths[0]).is_dir() };
        let named = s.names.unwrap_or(!one || s.vimgrep);
        let mut printer = printer(s, named);
        if standard && (s.paths.is_empty() || s.paths.len() == 1) {
            self.standard_input(&matcher, &mut printer);
        } else {
            let list = match found(&self.settings, &mut self.code) {
                Ok(list) => list,
                Err(fault) => return complain(&fault),
            };
            for found in list {
                if found.path.as_os_str() == "-" {
                    self.standard_input(&matcher, &mut printer);
                } else {
                    self.file(&matcher, &mut printer, &found);
                }
                if self.matched && self.settings.quiet {
                    break;
                }
            }
        }
        drop(printer);
        if let Some((stats, began)) = &self.stats {
            say(&told(stats, began.elapsed()));
        }
        match (self.code, self.matched) {
            (2, true) if self.settings.quiet => 0,
            (2, _) => 2,
            (_, true) => 0,
            _ => 1,
        }
    }

    fn standard_input<M: Matcher>(&mut self, matcher: &M, printer: &mut Printer) {
        self.searcher.set_binary_detection(detection(&self.settings, true));
        let path = Path::new("<stdin>");
        let done = match printer {
            Printer::Lines(printer) => {
                let mut sink = printer.sink_with_path(matcher, path);
                let done = self.searcher.search_reader(matcher, std::io::stdin(), &mut sink);
                self.matched |= sink.has_match();
                add(&mut self.stats, sink.stats());
                done
            }
            Printer::Summary(printer) => {
                let mut sink = printer.sink_with_path(matcher, path);
                let done = self.searcher.search_reader(matcher, std::io::stdin(), &mut sink);
                self.matched |= sink.has_match();
                add(&mut self.stats, sink.stats());
                done
            }
        };
        if let Err(fault) = done {
            eprintln!("rg: <stdin>: {fault}");
            self.code = 2;
        }
    }

    fn file<M: Matcher>(&mut self, matcher: &M, printer: &mut Printer, found: &Found) {
        let whole = if found.regular { read_small(&found.path, &mut self.small) } else { None };
        let whole = whole.map(|count| &self.small[..count]);
        if self.passes_over && whole.is_some_and(|text| !has_encoding_mark(text) && matches!(matcher.is_match(text), Ok(false))) {
            return;
        }
        self.searcher.set_binary_detection(detection(&self.settings, found.named));
        let name = shown(&self.settings, &found.path).to_path_buf();
        let done = match printer {
            Printer::Lines(printer) => {
                let mut sink = printer.sink_with_path(matcher, &name);
                let done = search_file(&mut self.searcher, whole, matcher, found, &mut sink);
                self.matched |= sink.has_match();
                add(&mut self.stats, sink.stats());
                done
            }
            Printer::Summary(printer) => {
                let mut sink = printer.sink_with_path(matcher, &name);
                let done = search_file(&mut self.searcher, whole, matcher, found, &mut sink);
                self.matched |= sink.has_match();
                add(&mut self.stats, sink.stats());
                done
            }
        };
        if let Err(fault) = done {
            if !self.settings.no_messages {
                eprintln!("rg: {}: {fault}", name.display());
            }
            self.code = 2;
        }
    }
}

/// Whether nothing is told of a file in which no line matches.
fn tells_matches_alone(s: &Settings) -> bool {
    let plain = !s.multiline && !s.null_data && !s.crlf && s.encoding.is_none();
    plain && !s.invert && !s.passthru && !s.include_zero && !s.stats && !matches!(s.action, Action::FilesWithout)
}

fn add(all: &mut Option<(Stats, Instant)>, one: Option<&Stats>) {
    if let (Some((all, _)), Some(one)) = (all, one) {
        *all += one;
    }
}

fn told(stats: &Stats, took: Duration) -> String {
    format!(
        "\n{} matches\n{} matched lines\n{} files contained matches\n{} files searched\n{} bytes printed\n{} bytes searched\n{:0.6} seconds spent searching\n{:0.6} seconds\n",
        stats.matches(),
        stats.matched_lines(),
        stats.searches_with_match(),
        stats.searches(),
        stats.bytes_printed(),
        stats.bytes_searched(),
        stats.elapsed().as_secs_f64(),
        took.as_secs_f64(),
    )
}

/// A text that begins so is searched without its mark, or in another encoding.
fn has_encoding_mark(text: &[u8]) -> bool {
    [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| text.starts_with(mark))
}

/// `whole`: what the file holds, where that is known.
fn search_file<S: Sink<Error = io::Error>>(searcher: &mut Searcher, whole: Option<&[u8]>, matcher: impl Matcher, found: &Found, sink: S) -> io::Result<()> {
    const SMALL: usize = 16 << 10;
    if !found.regular {
        return searcher.search_path(matcher, &found.path, sink);
    }
    if let Some(whole) = whole {
        return searcher.search_reader(matcher, whole, sink);
    }
    // The searcher looks for a mark of the encoding in three bytes before it reads on: a buffer makes one read of both.
    searcher.search_reader(matcher, BufReader::with_capacity(SMALL, Regular::open(&found.path)?), sink)
}

/// A named file is told to be binary; one that was come upon is passed over once a NUL byte shows.
fn detection(s: &Settings, explicit: bool) -> BinaryDetection {
    if s.text || s.null_data {
        BinaryDetection::none()
    } else if explicit || s.binary {
        BinaryDetection::convert(0)
    } else {
        BinaryDetection::quit(0)
    }
}

fn standard_input_has_data() -> bool {
    use std::io::IsTerminal;
    let input = std::io::stdin();
    if input.is_terminal() {
        return false;
    }
    // A device such as /dev/null holds nothing to search: then the folder is meant.
    let found = sunaba_gnu::status::stat(b"/dev/stdin");
    !matches!(found.map(|f| f.kind), Ok(sunaba_gnu::status::Kind::CharDevice))
}

fn searcher(s: &Settings) -> Searcher {
    let lines = matches!(s.action, Action::Lines) && !s.quiet;
    let mut builder = SearcherBuilder::new();
    builder
        .line_terminator(match (s.null_data, s.crlf) {
            (true, _) => LineTerminator::byte(0),
            (false, true) => LineTerminator::crlf(),
            (false, false) => LineTerminator::byte(b'\n'),
        })
        .invert_match(s.invert)
        .line_number(s.numbers.unwrap_or(s.column || s.vimgrep) || s.vimgrep)
        .multi_line(s.multiline)
        .max_matches(s.most)
        .memory_map(MmapChoice::never());
    match s.encoding.as_deref() {
        None | Some("auto") => {}
        Some("none") => {
            builder.bom_sniffing(false);
        }
        Some(label) => {
            builder.encoding(Encoding::new(label).ok());
        }
    }
    if lines && s.passthru {
        builder.passthru(true);
    } else if lines {
        builder.before_context(s.before).after_context(s.after);
    }
    builder.build()
}

fn printer(s: &Settings, named: bool) -> Printer {
    let colours = ColorSpecs::new(&default_color_specs());
    let summary = match s.action {
        _ if s.quiet => Some(SummaryKind::QuietWithMatch),
        Action::Count => Some(SummaryKind::Count),
        Action::CountMatches => Some(SummaryKind::CountMatches),
        Action::FilesWith => Some(SummaryKind::PathWithMatch),
        Action::FilesWithout => Some(SummaryKind::PathWithoutMatch),
        Action::Lines | Action::ListFiles => None,
    };
    if let Some(kind) = summary {
        let mut builder = SummaryBuilder::new();
        builder.kind(kind).color_specs(colours).path(named || matches!(kind, SummaryKind::PathWithMatch | SummaryKind::PathWithoutMatch)).exclude_zero(!s.include_zero);
        builder.path_terminator(s.null.then_some(0)).stats(s.stats);
        return Printer::Summary(builder.build(Output::new(s.colour)));
    }
    let mut builder = StandardBuilder::new();
    builder
        .stats(s.stats)
        .color_specs(colours)
        .heading(s.heading)
        .path(named)
        .only_matching(s.only_matching)
        .per_match(s.vimgrep)
        .per_match_one_line(true)
        .replacement(s.replace.clone())
        .max_columns(s.max_columns)
        .column(s.column || s.vimgrep)
        .byte_offset(s.offsets)
        .trim_ascii(s.trim)
        .separator_context(s.separator.clone())
        .path_terminator(s.null.then_some(0));
    if s.heading {
        builder.separator_search(Some(Vec::new()));
    } else if s.before > 0 || s.after > 0 {
        builder.separator_search(s.separator.clone());
    }
    Printer::Lines(Box::new(builder.build(Output::new(s.colour))))
}
